"""Simulated views, and real ones with arteries put in, as files with labels of whole images.

Nothing of the simulation is passed on but the true length of the arteries, to compare the heat map's area
with.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from shared_core.arteries.vessels import find_vessels
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.png import encode_png
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.training.example import TrainingView, ViewSource

TABLE: Final = "labels.csv"
IMAGES: Final = "images"
LINES: Final = "lines"
"""Folder of the lines of the table, until it is whole."""
PADDLE: Final = "paddle-edge"
"""Look-alike that is as bright as nothing else: two pictures with one look like one picture to the check."""
_LEFT_OUT: Final = "-"


def write_views(
    source: ViewSource, folder: Path, *, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Write views as pictures, and last the table of their labels; its path. What is there is not made again.

    Views in which nobody would be sure of BAC, because all there is of it is faint, are left out, and those
    with the edge of a paddle.
    """
    if not (folder / TABLE).exists():
        lines = ["file,patient,age,label,length_mm"]
        for number in range(len(source)):
            line = _line_of(source, number, folder)
            if line != _LEFT_OUT:
                lines.append(line)
            if progress is not None:
                progress(number + 1, len(source))
        write_bytes(folder / TABLE, ("\n".join(lines) + "\n").encode())
    return folder / TABLE


def _line_of(source: ViewSource, number: int, folder: Path) -> str:
    """Its line of the table; the picture is written before it."""
    kept = folder / LINES / f"{number:05d}.txt"
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    view = source.load(number)
    has_bac = bool(view.label.any())
    line = _LEFT_OUT
    faint = not has_bac and view.ignore is not None and view.ignore.any()
    if not faint and PADDLE not in dict(view.identity.tags).get("look-alike", "").split("+"):
        name = f"{number:05d}.png"
        picture = view.image_u8 if view.display_u8 is None else view.display_u8
        write_bytes(folder / IMAGES / name, encode_png(picture))
        patient = view.identity.patient_id.replace(",", "_")
        length = _length_mm(view)
        line = f"{name},{patient},,{int(has_bac)},{'' if length is None else f'{length:.1f}'}"
    write_bytes(kept, line.encode())
    return line


def _length_mm(view: TrainingView) -> float | None:
    """Of all arteries, along the true bands; None where the spacing is not known."""
    mm = view.spacing_mm
    if mm is None:
        return None
    return find_vessels(view.label, spacing=PixelSpacing(mm, mm, SpacingSource.USER)).total_length_mm
