"""``python -m benchmarks.starting FILE``: how long it takes until a command of little work is done."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.process import Taken, run

ROUNDS = 9


def commands(image: Path) -> dict[str, tuple[str, ...]]:
    """By title, what the interpreter is called with; the first is what cannot be undercut."""
    bac = "-m", "shared_core"
    return {
        "Python alone": ("-c", "pass"),
        "`bac --help`": (*bac, "--help"),
        "`bac analyze --help`": (*bac, "analyze", "--help"),
        "`bac models list`": (*bac, "models", "list"),
        "`bac info FILE`": (*bac, "info", str(image)),
        "`bac info --pixels FILE`": (*bac, "info", "--pixels", str(image)),
    }


def table(image: Path, *, rounds: int = ROUNDS) -> str:
    """Run each command `rounds` times, in turns; Markdown."""
    runs: dict[str, list[Taken]] = {title: [] for title in commands(image)}
    for _ in range(rounds):
        for title, arguments in commands(image).items():
            runs[title].append(run(arguments)[0])
    lines = ["| Command | wall s: median (min–max) | CPU s | peak MB |", "|---|---:|---:|---:|"]
    for title, taken in runs.items():
        walls = [one.wall_s for one in taken]
        lines.append(
            f"| {title} | {median(walls):.2f} ({min(walls):.2f}–{max(walls):.2f}) "
            f"| {median(one.cpu_s for one in taken):.2f} | {max(one.peak_mb for one in taken):.0f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starting", description=__doc__)
    parser.add_argument("image", type=Path, metavar="FILE", help="a DICOM mammogram, for bac info")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"default {ROUNDS}")
    args = parser.parse_args(arguments)
    print(table(args.image, rounds=args.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
