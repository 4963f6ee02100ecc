"""The options of ``bac report``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, option


def add_parser(subparsers: Subparsers) -> None:
    """Add ``report`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "report",
        help="a page to look a cohort through: table, pictures, distributions, what to check first",
        description="Make one folder of HTML from results, to be opened in any browser, without server and "
        "network: a table of exams, pictures, distributions, views that disagree or are missing, and a list "
        "of what to check first, which can be accepted, rejected and commented. Needs the extra report. "
        "Research use only: never a diagnosis.",
    )
    add = partial(option, parser)
    add(
        "results RESULT",
        "folder of bac analyze -o or of an export; of an exam in several that with corrections counts",
        Path,
        nargs="+",
    )
    add("-o/--output PAGE", "folder for the page (default: beside the first RESULT, as RESULT-report)", Path)
    add("--reading FILE", "readings that were saved on the page before (CSV): shown again", Path)
    add(
        "--columns TABLE",
        "table (CSV) with a column exam or patient_id: its other columns, such as site or age, are shown, "
        "sorted and filtered as well",
        Path,
    )
    add("--names", "show the names of patients, from the images where they still are")
    add(
        "--pictures",
        "copy: large pictures are taken into the page, which can be moved; link: they are shown from RESULT "
        "(default: copy)",
        choices=("copy", "link"),
        default="copy",
    )
    add("-q/--quiet", "no progress and no summary")
