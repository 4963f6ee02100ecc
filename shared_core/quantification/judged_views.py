"""What follows for a view that was judged, as a whole or part by part: numbers, and what has to be said."""

from __future__ import annotations

from dataclasses import replace

from shared_core.arteries.judged_image import Judged, JudgedImage
from shared_core.arteries.judged_parts import JudgedPart, Spread
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
        with_others(measured, judged),
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


def with_others(measured: ViewMeasurement, judged: Judged) -> ViewMeasurement:
    """The same with the calcifications that are not along an artery: they stay when the mask is edited."""
    if isinstance(judged, JudgedImage):
        return measured
    area_px = judged.area_px("other calcification")
    pixel_area = measured.pixel_area_mm2
    return replace(
        measured,
        other_count=len(judged.of("other calcification")),
        other_area_px=area_px,
        other_area_mm2=area_px * pixel_area if pixel_area is not None else None,
    )


def judged_notices(judged: Judged, *, edited: bool = False) -> tuple[Notice, ...]:
    """What a heat map is; other calcifications, a spread of them, and a place where nobody can tell.

    All but the other calcifications are about the mask that the model gave, and not said of one that a person
    changed.
    """
    if isinstance(judged, JudgedImage):
        return () if edited or not judged.positive else (HEAT_MAP.notice(threshold=f"{judged.threshold:g}"),)
    found = []
    others, unsure, spread = len(judged.of("other calcification")), judged.undecided, judged.spread
    if others:
        found.append(OTHER_CALCIFICATIONS.notice(count=others))
    if spread is not None and not edited:
        found.append(_spread_notice(spread))
    if unsure is not None and not edited:
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
