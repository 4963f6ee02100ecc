"""The benchmark itself, on a small image: it measures, pairs, and its programs agree."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import run
from benchmarks.commands import OURS, OURS_PUBLISHED, Command, Models, all_commands, chosen
from benchmarks.measuring import Measured
from benchmarks.parts import PARTS
from benchmarks.process import ProgramError, Taken, run as run_program
from benchmarks.report import as_markdown

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("openvino", reason="OpenVINO is not installed")

AGREEMENT = "dice_of_our_published_preset_and_the_published_processing"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one round on a small image with random weights gives."""
    output = tmp_path_factory.mktemp("bench")
    options = ["--shape", "512", "704", "--rounds", "1", "--random-weights", "--only", "guo-2021"]
    assert run.main([*options, "-o", str(output)]) == 0
    assert (output / "benchmark.md").read_text(encoding="utf-8").startswith("| Program |")
    content: dict[str, object] = json.loads((output / "benchmark.json").read_text(encoding="utf-8"))
    return content


def test_the_published_processing_gives_the_mask_of_our_published_preset(report: dict[str, object]) -> None:
    programs = {program["name"]: program for program in report["programs"]}
    assert programs["guo-2021"]["marked_px"] > 100
    assert programs["guo-2021"]["tiles"] == programs[OURS_PUBLISHED]["tiles"] == 2
    assert report[AGREEMENT] > 0.999


def test_the_report_holds_time_memory_and_ratios_of_each_program(report: dict[str, object]) -> None:
    assert [program["name"] for program in report["programs"]] == [OURS, OURS_PUBLISHED, "guo-2021"]
    for program in report["programs"]:
        for taken in program["runs"]:
            assert taken["cpu_s"] > 0
            assert taken["wall_s"] > 0
            assert taken["peak_mb"] > 50
    theirs = report["programs"][-1]
    expected = theirs["runs"][0]["wall_s"] / report["programs"][0]["runs"][0]["wall_s"]
    assert theirs["wall_times_ours"] == pytest.approx(expected)
    assert str(report["weights"]).startswith("random")


def _taken(wall_s: float) -> Taken:
    return Taken(wall_s, wall_s / 2, wall_s / 8, 100.0)


def test_the_ratio_is_the_median_over_pairs_not_the_ratio_of_medians() -> None:
    one = Measured(Command("x", "X", "PNG", (), ()), runs=[_taken(4.0), _taken(30.0), _taken(9.0)], tiles=1)
    one.pairs[OURS] = [(_taken(2.0), _taken(4.0)), (_taken(10.0), _taken(30.0)), (_taken(1.0), _taken(9.0))]
    assert one.wall_ratio(OURS) == one.cpu_ratio(OURS) == 3.0
    assert one.wall_ratio(OURS_PUBLISHED) is None
    row = as_markdown([one], {}).splitlines()[2]
    assert "9.00 (4.00–30.00)" in row
    assert "3.00 (CPU 3.00)" in row


def test_ours_are_always_measured_because_the_others_are_paired_with_them() -> None:
    commands = all_commands(Models("default", "published", Path("weights.pt"), "published"))
    assert [command.name for command in commands[:2]] == [OURS, OURS_PUBLISHED]
    assert [command.name for command in chosen(commands, ["monai-1"])] == [OURS, OURS_PUBLISHED, "monai-1"]
    assert chosen(commands, None) == commands


def test_each_program_is_there_once_and_the_usual_model_where_its_weights_are() -> None:
    models = Models("default", "published", Path("weights.pt"), "published", usual="usual")
    names = [command.name for command in all_commands(models)]
    assert len(set(names)) == len(names)
    without = {command.name for command in all_commands(replace(models, usual=None))}
    assert set(names) - without == {"ours-usual"}


def test_a_program_that_there_is_not_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        run.main(["--only", "monia-1"])
    assert "monai-1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ([], list(PARTS)),
        (["--quick"], []),
        (["--only", "monai-1"], []),
        (["--parts"], []),
        (["--parts", "steps"], ["steps"]),
        (["--quick", "--parts", "steps"], ["steps"]),
    ],
)
def test_parts_that_are_named_are_measured_with_few_programs_too(options: list[str], more: list[str]) -> None:
    assert list(run._more(run._parser().parse_args(options))) == more


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(ProgramError, match="nothing here"):
        run_program(["-c", "raise SystemExit('nothing here')"])


def test_a_program_gets_one_thread() -> None:
    _, said = run_program(["-c", "import os; print(os.environ['OMP_NUM_THREADS'])"])
    assert said.strip() == "1"
