"""Show that masks and numbers are those of an earlier version, wherever its modules, keys and columns went.

    python -m validation.identity table BEFORE.tsv --tree ../before --pictures ../shared/data/mammograms \\
        --weights ../shared/weights/scunet-emory-2021
    python -m validation.identity table AFTER.tsv --tree . --pictures ../shared/data/mammograms
    python -m validation.identity compare BEFORE.tsv AFTER.tsv --renamed MAP.tsv

``table`` calls ``bac`` of the tree on real and simulated mammograms with every model, half an hour on an idle
core, and goes on where it was stopped. ``compare`` says what differs, what came and what went; its exit code
is 1 where a value differs or is gone. MAP.tsv has the columns ``before``, ``after`` and ``note``, as
``view.json:metrics.mass_*``, ``view.json:metrics.mass.*`` and nothing; with a note, values may change.
An empty ``after`` drops a quantity.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from shared_core.errors import OpenBacError
from validation.identity.comparison import compare, report
from validation.identity.harvest import harvest
from validation.identity.jobs import Job, all_jobs
from validation.identity.renaming import NOTHING_RENAMED, read_renaming
from validation.identity.rows import read_table, without_collisions, write_table
from validation.identity.running import Tree, finish, path_words
from validation.real_data import film_package

OK, DIFFERENT, FAILED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a table, or compare two; return 0 where all is well, 1 where values differ, 2 where it failed."""
    args = _parser().parse_args(arguments)
    try:
        return _make_table(args) if args.command == "table" else _compare(args)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.identity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    table = commands.add_parser("table", help="masks and numbers of a tree")
    table.add_argument("table", type=Path, metavar="OUT.tsv")
    table.add_argument("--tree", type=Path, default=Path(), metavar="DIR", help="checkout to run (here)")
    table.add_argument(
        "--pictures", type=Path, required=True, metavar="DIR", help="folder of real mammograms"
    )
    table.add_argument("--weights", type=Path, metavar="DIR", help="of models that the tree does not bring")
    table.add_argument("--results", type=Path, metavar="DIR", help="kept results (OUT-results)")
    table.add_argument("--only", action="append", metavar="GLOB", help="jobs, as simulate/* or */pictures/*")
    comparing = commands.add_parser("compare", help="what differs, came and went")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.add_argument(
        "--renamed", type=Path, metavar="MAP.tsv", help="quantities renamed or changed on purpose"
    )
    comparing.add_argument("--all", action="store_true", help="every row, not the first three of a quantity")
    return parser


def _make_table(args: argparse.Namespace) -> int:
    tree = Tree(args.tree.resolve(), args.weights.resolve() if args.weights else None)
    pictures = args.pictures.resolve()
    root = (args.results or args.table.with_name(f"{args.table.stem}-results")).resolve()
    jobs = [job for job in all_jobs(root, pictures, tree.presets()) if _is_wanted(job, args.only)]
    failed = 0
    for job in jobs:
        print(job.folder, flush=True)
        problem = finish(job, root, tree)
        if problem is not None:
            failed += 1
            print(f"validation: {job.folder}: {problem}", file=sys.stderr, flush=True)
    if failed:
        print(f"validation: {failed} of {len(jobs)} jobs failed, so no table was written.", file=sys.stderr)
        return FAILED
    words = path_words(root, tree, pictures, film_package())
    rows = (pair for job in jobs for pair in harvest(root / job.folder, job.image, job.preset, words))
    values = without_collisions(rows)
    write_table(args.table, values)
    print(f"{args.table}: {len(values)} values of {len(jobs)} jobs")
    return OK


def _is_wanted(job: Job, patterns: Sequence[str] | None) -> bool:
    return patterns is None or any(fnmatch(job.folder.as_posix(), pattern) for pattern in patterns)


def _compare(args: argparse.Namespace) -> int:
    renaming = read_renaming(args.renamed) if args.renamed else NOTHING_RENAMED
    found = compare(read_table(args.before), read_table(args.after), renaming)
    print("\n".join(report(found, examples=None if args.all else 3)))
    return OK if found.identical else DIFFERENT


if __name__ == "__main__":
    sys.exit(main())
