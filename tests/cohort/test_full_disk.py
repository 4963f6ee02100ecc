"""A disk that is full leaves nothing half-written, and a batch goes on when there is room again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest

from shared_core.cli.main import main
from tests.imported_network import imported_card
from tests.tram_track import tram_track

EXAMS = 4

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fills disks of POSIX systems")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small exams of one view, a quick model, and what a run with room enough writes."""
    folder = tmp_path_factory.mktemp("cohort")
    (folder / "in").mkdir()
    for number in range(EXAMS):
        grey = cv2.resize(tram_track(seed=number), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / "in" / f"P_0000{number}_LCC.png"), grey)
    imported_card(folder)
    assert main(asked(folder, folder / "alone")) == 0
    return folder


def asked(cohort: Path, output: Path, *more: str) -> list[str]:
    model = str(cohort / "lines" / "model.json")
    return ["analyze", str(cohort / "in"), "-o", str(output), "--model", model, "--workers", "0", *more]


@pytest.fixture
def small_disk(cohort: Path, tmp_path: Path) -> Iterator[Path]:
    """A disk that has room for some two of the exams."""
    place = tmp_path / "disk"
    place.mkdir()
    room = sum(4096 + path.stat().st_size for path in (cohort / "alone" / "P_00000").iterdir())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={2 * room}", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("may not mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_small_disk_that_is_full(cohort: Path, small_disk: Path) -> None:
    stopped_by_it(cohort, small_disk / "out")
    subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
    goes_on(cohort, small_disk / "out")


@pytest.mark.parametrize("largest", ["overlay", "table"])
def test_a_disk_that_takes_no_larger_file(largest: str, cohort: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk, where nobody may mount one."""
    name = "P_00000/P_00000_LCC_overlay.png" if largest == "overlay" else "views.csv"
    size = (cohort / "alone" / name).stat().st_size - 1

    def limited() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    stopped_by_it(cohort, tmp_path / "out", limited)
    goes_on(cohort, tmp_path / "out")


def stopped_by_it(cohort: Path, output: Path, limited: Callable[[], None] | None = None) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "shared_core", *asked(cohort, output)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        preexec_fn=limited,
        check=False,
    )
    assert answer.returncode == 1, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "the disk or quota is full" in " ".join(answer.stderr.split())
    whole = files(cohort / "alone")
    there = files(output)
    # Tables of what failed, and marks of exams that are not finished.
    more = {name for name in there if name not in whole and not name.endswith((".csv", "/.ended"))}
    assert more == set()
    of_views = [name for name in there if name.endswith((".png", ".json")) and "/" in name]
    assert [name for name in of_views if there[name] != whole[name]] == []


def goes_on(cohort: Path, output: Path) -> None:
    assert main(asked(cohort, output, "--resume")) == 0
    ours, theirs = files(output), files(cohort / "alone")
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def files(folder: Path) -> dict[str, bytes]:
    there = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in there}
    if "run.json" in found:
        found["run.json"] = found["run.json"].replace(str(folder).encode(), b"OUT")
    return found
