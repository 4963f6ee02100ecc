"""What follows for a view that was judged, as a whole or part by part: numbers, and what has to be said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shared_core.arteries.connected_parts import connected_parts
from shared_core.arteries.judged_image import Judged, JudgedImage
from shared_core.arteries.judged_parts import JudgedPart, JudgedParts, Spread
from shared_core.mammogram import Mask
from shared_core.notices import Notice
from shared_core.notices.of_results import (
    ARTERY_UNDECIDED,
    CALCIFICATIONS_SPREAD,
    HEAT_MAP,
    OTHER_CALCIFICATIONS,
)
from shared_core.quantification.measurement import ViewMeasurement


def with_opinion(measured: ViewMeasurement, judged: Judged) -> ViewMeasurement:
    """The same with what was judged of the view, or of the parts of the mask and those that are not in it."""
    if isinstance(judged, JudgedImage):
        # The sum of a heat map is no sum of probabilities.
        return replace(measured, bac_probability=judged.bac_probability, pm=None)
    unsure, spread = judged.undecided, judged.spread
    found = replace(
        with_others(measured, judged.mask("other calcification", judged.shape)),
        bac_probability=judged.bac_probability,
        undecided=place_words(unsure) if unsure is not None else None,
    )
    if spread is None:
        return found
    return replace(
        found,
        area_grade=None,
        area_grade_name=None,
        vessels_count=None,
        vessel_kinds=None,
        csbi_grade=None,
        csbi_reason=_spread_notice(spread).text,
    )


def with_others(measured: ViewMeasurement, other: Mask | None) -> ViewMeasurement:
    """The same with the calcifications that are not along an artery; as it is where they are not known.

    Parameters
    ----------
    other
        (rows, columns) bool, or as much of it as holds them all. Each connected part is one.
    """
    if other is None:
        return measured
    area_px, pixel_area = int(np.count_nonzero(other)), measured.pixel_area_mm2
    return replace(
        measured,
        other_count=len(connected_parts(other)),
        other_area_px=area_px,
        other_area_mm2=area_px * pixel_area if pixel_area is not None else None,
    )


def judged_other(judged: Judged | None, shape: tuple[int, ...]) -> Mask | None:
    """(rows, columns) bool: what a model took for other calcification; None where it cannot tell."""
    return judged.mask("other calcification", shape) if isinstance(judged, JudgedParts) else None


def others_notices(measured: ViewMeasurement) -> tuple[Notice, ...]:
    """Where there are other calcifications, whoever marked them: have them read."""
    return (OTHER_CALCIFICATIONS.notice(count=measured.other_count),) if measured.other_count else ()


def judged_notices(judged: Judged) -> tuple[Notice, ...]:
    """What a heat map is; a spread of other calcifications, and a place where nobody can tell.

    They are about what the model gave, and not said of what a person changed.
    """
    if isinstance(judged, JudgedImage):
        return (HEAT_MAP.notice(threshold=f"{judged.threshold:g}"),) if judged.positive else ()
    found = []
    unsure, spread = judged.undecided, judged.spread
    if spread is not None:
        found.append(_spread_notice(spread))
    if unsure is not None:
        found.append(ARTERY_UNDECIDED.notice(place=place_words(unsure)))
    return tuple(found)


def place_words(part: JudgedPart) -> str:
    """``row 812, column 340, probability 0.04``, in pixels of the image."""
    row, column = part.middle
    return f"row {row}, column {column}, probability {part.probability:.2g}"


def _spread_notice(spread: Spread) -> Notice:
    return CALCIFICATIONS_SPREAD.notice(
        arteries=spread.arteries, others=spread.others, mean=f"{spread.mean_probability:.2f}"
    )
