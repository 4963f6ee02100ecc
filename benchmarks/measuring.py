"""Pairs of runs: each program right after ours, so that what else the machine does meets both alike."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.commands import OURS, OURS_PUBLISHED, Command
from benchmarks.process import EMPTY, Taken, run


@dataclass
class Measured:
    """All runs of one program."""

    command: Command
    runs: list[Taken] = field(default_factory=list)
    tiles: int | None = None
    am_px: int | None = None
    pairs: dict[str, list[tuple[Taken, Taken]]] = field(
        default_factory=lambda: {OURS: [], OURS_PUBLISHED: []}
    )
    """By the reference: (its run just before, run of this program)."""

    def wall_ratio(self, reference: str) -> float | None:
        """Median over the pairs of wall time here / there; above 1 is slower than the reference."""
        return _median([mine.wall_s / its.wall_s for its, mine in self.pairs[reference]])

    def cpu_ratio(self, reference: str) -> float | None:
        """The same of processor time, which other work on the machine disturbs less."""
        return _median([mine.cpu_s / its.cpu_s for its, mine in self.pairs[reference]])


def measure(
    commands: Sequence[Command],
    *,
    dicom: Path,
    png: Path,
    output: Path,
    rounds: int,
    environment: Mapping[str, str] = EMPTY,
    say: Callable[[str], None] = print,
) -> list[Measured]:
    """Run everything `rounds` times.

    Parameters
    ----------
    commands
        The first two are the references; each other one runs right after both.
    dicom, png
        The same image.
    output
        Folder for what the programs write, a folder a program.
    rounds
        Runs of each program; the references run more often.
    environment
        Added to that of all programs.
    say
        Takes one line a run.
    """
    image = {"DICOM": dicom, "PNG": png}
    results = {command.name: Measured(command) for command in commands}

    def once(name: str) -> Taken:
        command, folder = results[name].command, output / name
        shutil.rmtree(folder, ignore_errors=True)
        taken, _ = run(
            [*command.arguments, str(image[command.reads]), "-o", str(folder)],
            environment=environment,
        )
        results[name].runs.append(taken)
        results[name].tiles, results[name].am_px = _counts(folder)
        say(f"{name:22s} {taken.wall_s:7.2f} s wall {taken.cpu_s:7.2f} s CPU {taken.peak_mb:6.0f} MB")
        return taken

    others = [command.name for command in commands[2:]]
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for name in others:
            ours, published, theirs = once(OURS), once(OURS_PUBLISHED), once(name)
            results[OURS_PUBLISHED].pairs[OURS].append((ours, published))
            results[name].pairs[OURS].append((ours, theirs))
            results[name].pairs[OURS_PUBLISHED].append((published, theirs))
    return list(results.values())


def find_mask(folder: Path) -> Path:
    """The mask that a program wrote."""
    return next(path for path in sorted(folder.rglob("*.png")) if path.stem.endswith("mask"))


def _counts(folder: Path) -> tuple[int, int]:
    """Tiles that the network answered, pixels marked."""
    own = folder / "metrics.json"
    if own.is_file():
        metrics = json.loads(own.read_text(encoding="utf-8"))
        return metrics["tiles"], metrics["am_px"]
    records = (json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*/*.json"))
    record = next(record for record in records if "metrics" in record)
    return record["model"]["tiles"], record["metrics"]["am_px"]


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None
