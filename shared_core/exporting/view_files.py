"""The files of one measured view, the same whoever writes them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from shared_core.exporting.mask_files import mask_png, probability_png
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Mask
from shared_core.pictures.overlay import overlay_picture
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_types import ViewRecord


def view_files(
    stem: str,
    prepared: PreparedView,
    mask: Mask,
    measurement: ViewMeasurement,
    record: ViewRecord,
    *,
    other: Mask | None = None,
    probability: NDArray[np.float32] | None = None,
    spread: NDArray[np.float32] | None = None,
    pictures: bool = True,
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file; the JSON comes last: where it is, the others of the view are too.

    Parameters
    ----------
    stem
        Start of the names.
    other
        (rows, columns) bool, calcification that is not along an artery; None where nothing tells it.
    probability
        To be written as a picture, too.
    spread
        Of the members of an ensemble, likewise.
    pictures
        Whether the overlay is drawn.
    """
    yield f"{stem}_mask.png", mask_png(mask)
    if other is not None:
        yield f"{stem}_other.png", mask_png(other)
    if probability is not None:
        yield f"{stem}_probability.png", probability_png(probability)
    if spread is not None:
        yield f"{stem}_spread.png", probability_png(spread)
    if pictures:
        picture = overlay_picture(prepared, mask, measurement, provenance=record.provenance, other=other)
        yield f"{stem}_overlay.png", encode_png(picture)
    yield f"{stem}.json", json_bytes(record)
