"""Small made-up breasts with bright bands that look like calcified arteries, quick to segment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_bac.views.opened_view import OpenedView, open_array
from shared_core import Laterality, View
from tests.arteries.drawn_vessels import Curve, arc, drawn
from tests.reading.synthetic import dataset, write

SHAPE = (400, 300)
SPACING_MM = 0.2
"""8 x 6 cm."""
STANDARD = (
    (Laterality.RIGHT, View.CC),
    (Laterality.LEFT, View.CC),
    (Laterality.RIGHT, View.MLO),
    (Laterality.LEFT, View.MLO),
)
KEYS = ("R-CC", "L-CC", "R-MLO", "L-MLO")
"""Of the views of `exam`, as they hang."""


def bands() -> tuple[Curve, ...]:
    """The centre lines of the two arteries of a left breast."""
    return (
        arc((120, 60), 20, 120, turn_degrees=20, width=7),
        arc((260, 50), -10, 100, turn_degrees=-15, width=6),
    )


def breast(
    laterality: Laterality = Laterality.LEFT, *, seed: int = 1, calcified: bool = True
) -> NDArray[np.uint8]:
    """A half ellipse at the chest wall, grey 60 to 150, with two bright bands; (400, 300)."""
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    disc = np.clip(1.15 - np.hypot((rows - 200) / 185, columns / 240), 0, 1)
    noise = np.random.default_rng(seed).normal(0, 2, SHAPE)
    picture = np.where(disc > 0.15, 60 + 90 * disc + noise, 0)
    if calcified:
        picture[truth()] = 235
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    return picture if laterality is Laterality.LEFT else np.ascontiguousarray(picture[:, ::-1])


def truth(laterality: Laterality = Laterality.LEFT) -> NDArray[np.bool_]:
    """Where the bands of `breast` are."""
    mask = drawn(*bands(), shape=SHAPE)
    return mask if laterality is Laterality.LEFT else np.ascontiguousarray(mask[:, ::-1])


def labels(laterality: Laterality = Laterality.LEFT) -> NDArray[np.uint8]:
    """The two bands as arteries 1 and 2."""
    both = [drawn(curve, shape=SHAPE) for curve in bands()]
    found = (both[0] + 2 * (both[1] & ~both[0])).astype(np.uint8)
    return found if laterality is Laterality.LEFT else np.ascontiguousarray(found[:, ::-1])


def opened(
    laterality: Laterality = Laterality.LEFT,
    view: View = View.CC,
    *,
    spacing_mm: float | tuple[float, float] | None = SPACING_MM,
    exam_key: str = "",
    seed: int = 1,
) -> OpenedView:
    """One view in memory."""
    name = f"{laterality.value}{view.value}.dcm"
    found = open_array(
        breast(laterality, seed=seed), name=name, spacing_mm=spacing_mm, view=view, laterality=laterality
    )
    return replace(found, exam_key=exam_key)


def exam(*, spacing_mm: float | None = SPACING_MM, exam_key: str = "P1_20200102") -> list[OpenedView]:
    """Four standard views in memory."""
    return [
        opened(side, view, spacing_mm=spacing_mm, exam_key=exam_key, seed=number)
        for number, (side, view) in enumerate(STANDARD, start=1)
    ]


def write_exam(folder: Path, *, patient: str = "P1", date: str = "20200102") -> list[Path]:
    """Four standard views as DICOM files of one study; ``LCC.dcm`` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (side, view) in enumerate(STANDARD, start=1):
        pixels = breast(side, seed=number)
        # A full range of 12 bits, so that the display mapping changes little.
        ds = dataset(pixels.astype(np.uint16) * 16, PatientID=patient, StudyDate=date)
        ds.StudyInstanceUID = f"2.25.{date}{sum(patient.encode())}"
        ds.ImageLaterality, ds.ViewPosition = side.value, view.value
        ds.ImagerPixelSpacing = [SPACING_MM, SPACING_MM]
        ds.EstimatedRadiographicMagnificationFactor = 1
        written.append(write(folder / f"{side.value}{view.value}.dcm", ds))
    return written
