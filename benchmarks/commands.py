"""The programs that are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

OURS, OURS_PUBLISHED = "ours", "ours-published"
"""Every other program is paired with these two."""
QUICK = (OURS, OURS_PUBLISHED, "monai-1", "guo-2021")


@dataclass(frozen=True)
class Command:
    """One program and what it is called."""

    name: str
    title: str
    reads: Literal["DICOM", "PNG"]
    arguments: tuple[str, ...]
    """After the interpreter; image and output folder are added."""
    needs: tuple[str, ...]
    """Packages without which it cannot run."""

    def missing(self) -> list[str]:
        """The needed packages that are not installed."""
        return [package for package in self.needs if find_spec(package) is None]


@dataclass(frozen=True)
class Models:
    """What all programs run with; see `benchmarks.weights`."""

    default: str
    published: str
    checkpoint: Path
    kind: str
    usual: str | None = None
    """The model that `bac analyze` takes where none is named; its weights are its own."""


def all_commands(models: Models) -> list[Command]:
    """Ours in its variants, MONAI, and the published processing."""
    peers = ("-m", "benchmarks.peers.published"), ("-m", "benchmarks.peers.monai_window")
    checkpoint = ("--checkpoint", str(models.checkpoint))

    def ours(name: str, title: str, model: str, backend: str, *more: str) -> Command:
        arguments = (
            *("-m", "shared_core", "analyze", "--model", model),
            *("--backend", backend, "--device", "cpu", *more),
        )
        return Command(name, title, "DICOM", arguments, (backend,))

    def monai(batch: int, mode: str) -> Command:
        return Command(
            f"monai-{batch}" + ("" if mode == "constant" else f"-{mode}"),
            f"MONAI sliding window, float32, batch {batch}, {mode}",
            "PNG",
            (*peers[1], *checkpoint, "--batch", str(batch), "--mode", mode),
            ("monai", "torch"),
        )

    default, published = models.default, models.published
    usual = models.usual
    return [
        ours(OURS, "**bac analyze**, no pictures", default, "openvino", "--no-pictures"),
        ours(OURS_PUBLISHED, "bac analyze, published preset", published, "openvino", "--no-pictures"),
        *([] if usual is None else [ours("ours-usual", "bac analyze as it comes", usual, "openvino")]),
        ours("ours-pictures", "bac analyze with pictures", default, "openvino"),
        ours("ours-torch", "bac analyze on torch", default, "torch", "--no-pictures"),
        ours("ours-published-torch", "published preset on torch", published, "torch", "--no-pictures"),
        monai(1, "constant"),
        monai(1, "gaussian"),
        monai(4, "constant"),
        monai(4, "gaussian"),
        Command(
            "guo-2021",
            "Published processing (Guo 2021), float64, batch 8",
            "PNG",
            (*peers[0], *checkpoint),
            ("torch",),
        ),
    ]


NAMES: Final = tuple(one.name for one in all_commands(Models("", "", Path(), "", usual="")))
"""Of all programs that there can be."""


def chosen(commands: Sequence[Command], names: Sequence[str] | None) -> list[Command]:
    """The commands of these names, and always the two that the others are paired with."""
    if names is None:
        return list(commands)
    return [command for command in commands if command.name in {OURS, OURS_PUBLISHED, *names}]
