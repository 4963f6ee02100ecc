"""What is measured beside the programs of others: each part, on a small image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import starting, workers
from benchmarks.allocators import KEEPING, Allocator, allocators
from benchmarks.cohort_size import slope
from benchmarks.parts import Ground, section
from benchmarks.process import Taken, run
from benchmarks.receiver_soak import all_analysed
from benchmarks.steps import REST, START, STEPS


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    _, said = run(["-m", "benchmarks.image", str(folder), "--shape", "512", "704"])
    return Path(json.loads(said.splitlines()[-1])["dicom"])


def test_every_step_of_an_analysis_takes_its_time_and_nothing_much_is_left(file: Path) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    _, said = run(["-m", "benchmarks.steps", str(file), "--one"])
    seconds = json.loads(said.splitlines()[-1])
    assert list(seconds) == [START, *STEPS, REST]
    assert all(seconds[name] > 0 for name in seconds)
    assert seconds[REST] < sum(seconds.values()) / 4


def test_a_start_is_measured_of_each_command_whatever_the_size_of_the_benchmark(file: Path) -> None:
    ground = Ground(dicom=file, png=file, commands=(), output=file.parent, rounds=1)
    rows = [line.strip("| ").split(" | ") for line in section("starting", ground).splitlines()[4:]]
    assert [title for title, *_ in rows] == list(starting.commands(file))
    # This process holds numpy and the engine.
    assert float(rows[0][-1]) < 40


def test_idle_is_what_the_processors_asked_for_did_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    taken = Taken(wall_s=10.0, cpu_s=15.0, system_s=1.0, peak_mb=100.0)
    assert workers.Batch(2, taken, None).idle_share == pytest.approx(0.25)
    assert workers.Batch(4, taken, None).idle_share == pytest.approx(0.25)


def test_another_allocator_is_loaded_before_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    library = tmp_path / "libjemalloc.so.2"
    keeping, other = allocators([library])
    assert keeping.environment == KEEPING
    assert other == Allocator("libjemalloc", {"LD_PRELOAD": str(library)})
    monkeypatch.setattr("sys.platform", "win32")
    assert allocators([library]) == []


def test_a_program_gets_the_environment_that_is_named() -> None:
    _, said = run(["-c", "import os; print(os.environ['OF_A_TEST'])"], environment={"OF_A_TEST": "there"})
    assert said.strip() == "there"


def test_system_time_is_a_part_of_that_of_the_processor() -> None:
    taken, _ = run(["-c", "open('/dev/zero', 'rb').read(200_000_000)"])
    assert 0 < taken.system_s < taken.cpu_s


def test_an_exam_that_is_never_analysed_ends_the_soak() -> None:
    said = "A: 4 images, being analysed.\nA: analysed, 12 DICOM objects.\n"
    assert all_analysed(said, 1, running=True)
    assert not all_analysed(said, 2, running=True)
    for text, running in ((said + "B: cannot be analysed (no).", True), (said, False)):
        with pytest.raises(SystemExit, match="does not analyse all exams"):
            all_analysed(text, 2, running=running)


def test_the_slope_tells_a_linear_cost_from_a_quadratic_one() -> None:
    assert slope([(size, 3e-3 * size) for size in (1_000, 10_000, 100_000)]) == pytest.approx(1)
    assert slope([(size, 1e-6 * size**2) for size in (1_000, 10_000, 100_000)]) == pytest.approx(2)


def test_a_cohort_is_measured_in_each_of_its_parts() -> None:
    _, said = run(["-m", "benchmarks.cohort_size", "--one", "50"])
    costs = json.loads(said.splitlines()[-1])
    assert costs.pop("exams") == 50
    assert all(value > 0 for value in costs.values())
