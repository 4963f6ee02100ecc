"""``python -m benchmarks.workers``: a batch of full-size simulated views with one worker and with several.

The default model runs on exams of four views each, with everything that `bac analyze` writes. *Idle* is the
share of the processors asked for that the batch left unused; *others* is how many processors everything else
on the machine took meanwhile: where it is not near 0, the times say little. So each number of workers is run
more often than asked for where the machine is not quiet, and the quietest runs count.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.process import Taken, run

PATIENTS, SEED = 2, 11
QUIET: Final = 0.1
"""So much of a processor may all else take."""
MOST_TRIES: Final = 3
"""Times the runs that are asked for."""


@dataclass(frozen=True)
class Batch:
    """One run."""

    workers: int
    taken: Taken
    others: float | None
    """Processors that all else took on average; None where the system does not tell."""

    @property
    def is_quiet(self) -> bool:
        """Whether little else went on; also where that is not known."""
        return (self.others or 0) < QUIET

    @property
    def idle_share(self) -> float:
        """Of the processors that were asked for."""
        asked = min(self.workers, os.cpu_count() or 1)
        return 1 - self.taken.cpu_s / (asked * self.taken.wall_s)


def made_views(folder: Path, *, patients: int = PATIENTS) -> Path:
    """The folder of the images, simulated unless they are there; the same arguments give the same bytes."""
    if not (folder / "cohort.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        simulate = ["simulate", str(folder), "--patients", str(patients), "--exam", "--seed", str(SEED)]
        run(["-m", "shared_core", *simulate])
    return folder / "images"


def once(images: Path, output: Path, workers: int) -> Batch:
    """Analyse all, into a new folder."""
    shutil.rmtree(output, ignore_errors=True)
    before = _busy_s()
    analyze = ["analyze", str(images), "-o", str(output), "--workers", str(workers), "--quiet"]
    taken, _ = run(["-m", "shared_core", *analyze])
    after = _busy_s()
    others = None
    if before is not None and after is not None:
        others = max(0.0, after - before - taken.cpu_s) / taken.wall_s
    return Batch(workers, taken, others)


def table(folder: Path, *, workers: Sequence[int] = (1, 2), rounds: int = 3, patients: int = PATIENTS) -> str:
    """Run each number of workers, in turns, until there are `rounds` quiet runs of it; Markdown."""
    images = made_views(folder / f"views-{patients}", patients=patients)
    tried: dict[int, list[Batch]] = {number: [] for number in workers}
    for _ in range(MOST_TRIES * rounds):
        for number, own in tried.items():
            if sum(one.is_quiet for one in own) < rounds:
                own.append(once(images, folder / "results", number))
    quietest = {
        number: sorted(own, key=lambda one: one.others or 0)[:rounds] for number, own in tried.items()
    }
    lines = [
        "| workers | wall s: median (min–max) | user s | system s | CPU, times the first | idle | others "
        "| times as fast |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    first = median(one.taken.wall_s for one in quietest[workers[0]])
    first_cpu_s = median(one.taken.cpu_s for one in quietest[workers[0]])
    for number, own in quietest.items():
        walls = [one.taken.wall_s for one in own]
        user_s = median(one.taken.cpu_s - one.taken.system_s for one in own)
        others = [one.others for one in own if one.others is not None]
        lines.append(
            f"| {number} | {median(walls):.1f} ({min(walls):.1f}–{max(walls):.1f}) | {user_s:.1f} "
            f"| {median(one.taken.system_s for one in own):.1f} "
            f"| {median(one.taken.cpu_s for one in own) / first_cpu_s:.2f} "
            f"| {median(one.idle_share for one in own):.0%} "
            f"| {f'{median(others):.2f}' if others else 'not known'} | {first / median(walls):.2f} |"
        )
    return "\n".join(lines)


def _busy_s() -> float | None:
    """Processor time of the whole machine since it started."""
    stat = Path("/proc/stat")
    if not stat.is_file():
        return None
    user, nice, system, _, _, *interrupts = map(int, stat.read_text().partition("\n")[0].split()[1:])
    return (user + nice + system + sum(interrupts[:3])) / os.sysconf("SC_CLK_TCK")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=(1, 2), metavar="N")
    parser.add_argument(
        "--patients", type=int, default=PATIENTS, metavar="N", help=f"four views each (default {PATIENTS})"
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="runs of each (default 3)")
    parser.add_argument("-o", "--output", type=Path, default=Path("bench-output/workers"), metavar="DIR")
    args = parser.parse_args(arguments)
    print(table(args.output, workers=args.workers, rounds=args.rounds, patients=args.patients))
    return 0


if __name__ == "__main__":
    sys.exit(main())
