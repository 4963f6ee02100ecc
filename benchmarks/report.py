"""The results as a table for people and as JSON."""

from __future__ import annotations

import dataclasses
import os
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.commands import OURS, OURS_PUBLISHED
from benchmarks.measuring import Measured

PACKAGES = ("numpy", "opencv-python-headless", "openvino", "torch", "monai")
HEAD = (
    *("Program", "reads", "tiles", "wall s: median (min–max)", "CPU s (system)", "peak MB", "times ours"),
    "times ours, published preset",
)


def machine() -> dict[str, Any]:
    """What the numbers hold for."""
    return {
        "processor": _processor(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def as_json(measured: Sequence[Measured], about: Mapping[str, Any]) -> dict[str, Any]:
    """All runs, and the ratios of the pairs."""
    return {
        **about,
        "programs": [
            {
                "name": one.command.name,
                "reads": one.command.reads,
                "tiles": one.tiles,
                "marked_px": one.am_px,
                "runs": [dataclasses.asdict(taken) for taken in one.runs],
                "wall_times_ours": one.wall_ratio(OURS),
                "cpu_times_ours": one.cpu_ratio(OURS),
                "wall_times_ours_published": one.wall_ratio(OURS_PUBLISHED),
                "cpu_times_ours_published": one.cpu_ratio(OURS_PUBLISHED),
            }
            for one in measured
        ],
    }


def as_markdown(measured: Sequence[Measured], about: Mapping[str, Any]) -> str:
    """A table with a row a program, and the conditions below."""
    notes = [f"- {name.replace('_', ' ')}: {_text(value)}" for name, value in about.items()]
    return "\n".join([programs_table(measured), "", *notes, ""])


def programs_table(measured: Sequence[Measured]) -> str:
    """A row a program."""
    rows = [HEAD, ("---",) * len(HEAD), *(_row(one) for one in measured)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(one: Measured) -> tuple[str, ...]:
    walls = [taken.wall_s for taken in one.runs]
    return (
        one.command.title,
        one.command.reads,
        str(one.tiles),
        f"{median(walls):.2f} ({min(walls):.2f}–{max(walls):.2f})",
        f"{median(taken.cpu_s for taken in one.runs):.2f} "
        f"({median(taken.system_s for taken in one.runs):.2f})",
        f"{max(taken.peak_mb for taken in one.runs):.0f}",
        "1" if one.command.name == OURS else _ratios(one, OURS),
        "1" if one.command.name == OURS_PUBLISHED else _ratios(one, OURS_PUBLISHED),
    )


def _ratios(one: Measured, reference: str) -> str:
    wall, cpu = one.wall_ratio(reference), one.cpu_ratio(reference)
    return "" if wall is None else f"{wall:.2f} (CPU {cpu:.2f})"


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return f"{value:.5f}" if isinstance(value, float) else str(value)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
