"""``python -m benchmarks.cohort_page``: what the page of a large cohort costs, to make and to use.

A cohort of so many exams is made up (see `tests.cohort_page.simulated_cohort`), its page is made, and a
browser without a window opens it: until the table shows, until a jump to its middle shows rows, and until a
filter and a sorting have taken effect.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shared_core.cohort_page.writing import PageSettings, write_page
from tests.cohort_page.browser import OpenPage, opened
from tests.cohort_page.simulated_cohort import write_cohort

SIZES = (500, 10_000)
_ROW = "document.querySelector('#exams-table .tabulator-row')"


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="exams")
    parser.add_argument("--pictures", type=int, help="exams with pictures (default: all)")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(_measure(args.one, args.pictures)))
        return 0
    print("| exams | page made in | CPU | peak MB | MB | open | jump | filter | sort |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for size in args.sizes:
        command = [sys.executable, "-m", "benchmarks.cohort_page", "--one", str(size)]
        command += ["--pictures", str(args.pictures)] if args.pictures is not None else []
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        one = json.loads(told.stdout.splitlines()[-1])
        times = " | ".join(f"{one[name]:.2f} s" for name in ("open", "jump", "filter", "sort"))
        made = f"{one['made']:.0f} s | {one['cpu']:.0f} s | {one['peak_mb']:.0f} | {one['size_mb']:.0f}"
        print(f"| {size} | {made} | {times} |", flush=True)
    return 0


def _measure(exams: int, pictures: int | None) -> dict[str, float]:
    os.fsync = lambda _: None  # type: ignore[assignment]  # the cohort is thrown away after this
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = write_cohort(folder, exams, pictures=pictures, tables=False)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began, cpu = time.perf_counter(), time.process_time()
        write_page([results], folder / "page", PageSettings(pictures_copied=False))
        found = {"made": time.perf_counter() - began, "cpu": time.process_time() - cpu}
        found["peak_mb"] = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, before)
        found["size_mb"] = (
            sum(one.stat().st_size for one in (folder / "page").rglob("*") if one.is_file()) / 1e6
        )
        return found | measure_in_browser(folder / "page")


def measure_in_browser(page: Path) -> dict[str, float]:
    """Seconds until a person sees something."""
    with opened(page / "index.html", page) as browser:
        began = time.perf_counter()
        browser.reload()
        browser.tab("exams")
        browser.wait(_ROW)
        found = {"open": time.perf_counter() - began}
        last = browser.run("cohort.exams.length - 1")
        found["jump"] = _timed(
            browser,
            "void examsTab.table.scrollToRow(arguments[0], 'center')",
            "examsTab.table.getRows('visible').some((row) => row.getData().index === arguments[0])",
            last // 2,
        )
        found["filter"] = _timed(
            browser,
            "void examsTab.table.setHeaderFilterValue('bac_percent_of_breast', '> 0.3')",
            "examsInOrder().length < arguments[0]",
            last,
        )
        browser.run("clearFilters(document.getElementById('search'))")
        found["sort"] = _timed(
            browser,
            "void examsTab.table.setSort('calcified_length_mm', 'desc')",
            "examsInOrder()[0].index !== 0",
            last,
        )
    return found


def _timed(browser: OpenPage, action: str, until: str, value: int) -> float:
    began = time.perf_counter()
    browser.run(action, value)
    browser.wait(until, value)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
