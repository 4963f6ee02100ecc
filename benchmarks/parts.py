"""What is measured beside the programs of others: one section of the report each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import workers
from benchmarks.allocators import Allocator, allocators
from benchmarks.commands import QUICK, Command, chosen
from benchmarks.measuring import measure
from benchmarks.process import ProgramError, pinned, run
from benchmarks.report import programs_table


@dataclass(frozen=True)
class Ground:
    """What every part stands on."""

    dicom: Path
    png: Path
    """The same image."""
    commands: Sequence[Command]
    """Those that can run here."""
    output: Path
    rounds: int
    libraries: Sequence[Path] = ()
    """Of the part ``allocators``; those that are installed where none is named."""


def _allocators(ground: Ground) -> str:
    return "\n\n".join(_with(one, ground) for one in allocators(ground.libraries)) or "None is known here."


def _with(allocator: Allocator, ground: Ground) -> str:
    try:
        with pinned():
            measured = measure(
                chosen(ground.commands, QUICK),
                dicom=ground.dicom,
                png=ground.png,
                output=ground.output / "runs",
                rounds=ground.rounds,
                environment=allocator.environment,
            )
    except ProgramError as error:  # some libraries do not bear another one in the place of their own
        return f"With {allocator.name} not all programs run: {error}"
    return f"All programs with {allocator.name}:\n\n{programs_table(measured)}"


def _steps(ground: Ground) -> str:
    _, said = run(["-m", "benchmarks.steps", str(ground.dicom), "--rounds", str(ground.rounds)])
    return said.strip()


def _starting(ground: Ground) -> str:
    # In a process of its own: this one has grown, and the kernel counts its size into the peaks.
    rounds = ["--rounds", "1"] if ground.rounds == 1 else []
    _, said = run(["-m", "benchmarks.starting", str(ground.dicom), *rounds])
    return said.strip()


def _workers(ground: Ground) -> str:
    return workers.table(ground.output / "workers", rounds=ground.rounds)


def _cohort(ground: Ground) -> str:
    _, said = run(["-m", "benchmarks.cohort_size"])
    return said.strip()


@dataclass(frozen=True)
class Part:
    """One section."""

    title: str
    measured: Callable[[Ground], str]


PARTS: Final = {
    "allocators": Part("With another allocator of memory", _allocators),
    "steps": Part("Where the time goes", _steps),
    "starting": Part("Starting", _starting),
    "workers": Part("Workers", _workers),
    "cohort": Part("Large cohorts", _cohort),
}


def section(name: str, ground: Ground) -> str:
    """Measure a part; Markdown with its heading."""
    part = PARTS[name]
    return f"## {part.title}\n\n{part.measured(ground)}\n"
