"""Pixel spacing in the plane of the breast.

Uncalibrated Pixel Spacing has no defined plane on projection images (PS3.3 10.7.1.3), Imager Pixel
Spacing lies in the plane of the detector (C.8.11.4): dividing it by the magnification gives the breast.
Images reconstructed by tomosynthesis lie in the breast already: their Pixel Measures count as they are.
"""

from __future__ import annotations

import math

from shared_core.errors import UsageError
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.notices import Notice
from shared_core.notices.of_files import (
    DISTANCES_IMPLAUSIBLE,
    FACT_CONTRADICTED,
    MAGNIFICATION_IMPLAUSIBLE,
    SPACING_IMPLAUSIBLE,
    SPACING_UNCALIBRATED,
    SPACING_UNCALIBRATED_DIFFERS,
    SPACING_UNKNOWN,
)
from shared_core.reading.dicom.attributes import Attributes

Pair = tuple[float, float]

BREAST_TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1.3"

PLAUSIBLE_MM = (0.01, 1.0)
"""Mammograms have 0.02 to 0.2 mm; beyond these ends the value cannot be meant."""
_MEASURES = "Pixel Spacing of Pixel Measures"
_CALIBRATED = "Calibrated Pixel Spacing"
_PLAUSIBLE_MAGNIFICATION = (1.0, 3.0)


def user_spacing(spacing_mm: Pair | float) -> PixelSpacing:
    """Spacing given by a person: one number, or (row, column) in mm; `UsageError` where implausible."""
    try:
        row, column = spacing_mm if isinstance(spacing_mm, (tuple, list)) else (spacing_mm, spacing_mm)
        row, column = float(row), float(column)
    except (TypeError, ValueError):
        raise UsageError(
            f"The spacing {spacing_mm!r} is not a number or a pair of numbers (row, column) in mm."
        ) from None
    if not plausible((row, column)):
        low, high = PLAUSIBLE_MM
        raise UsageError(
            f"The spacing {row:g} x {column:g} mm is not plausible for a mammogram; "
            f"give {low:g} to {high:g} mm."
        )
    return PixelSpacing(row, column, SpacingSource.USER)


def given_against(given: PixelSpacing, own: PixelSpacing | None) -> list[Notice]:
    """A notice where a person gives another spacing than the file has.

    What is stated in a table or typed as a fact is told with the other facts.
    """
    if given.source is not SpacingSource.USER or own is None:
        return []
    mine, theirs = (given.row_mm, given.column_mm), (own.row_mm, own.column_mm)
    if alike(mine, theirs):
        return []
    other = f"{in_mm(theirs)} ({own.source.value})"
    return [
        FACT_CONTRADICTED.notice(what="spacing", value=in_mm(mine), source=given.source.value, other=other)
    ]


def pixel_spacing(attributes: Attributes) -> tuple[PixelSpacing | None, list[Notice]]:
    """Spacing in the plane of the breast by the best evidence of the file.

    In this order: Pixel Measures of breast tomosynthesis; Pixel Spacing with a calibration type; Imager
    Pixel Spacing corrected by the magnification factor or by the distances, or as it is; Nominal Scanned
    Pixel Spacing of digitised film. Pixel Spacing alone is not believed.
    """
    notices: list[Notice] = []
    if attributes.text("SOPClassUID") == BREAST_TOMOSYNTHESIS:
        measured = pixel_measures(attributes)
        if measured and plausible(measured):
            return PixelSpacing(*measured, SpacingSource.PIXEL_MEASURES), notices
        notices += [_implausible(_MEASURES, measured)] if measured else []
    plain = pair_of(attributes, "PixelSpacing")
    if plain and attributes.text("PixelSpacingCalibrationType").upper() in ("GEOMETRY", "FIDUCIAL"):
        if plausible(plain):
            return PixelSpacing(*plain, SpacingSource.PIXEL_SPACING_CALIBRATED), notices
        notices.append(_implausible(_CALIBRATED, plain))
    imager = pair_of(attributes, "ImagerPixelSpacing")
    if imager:
        spacing = _from_imager(attributes, imager, notices)
        if plausible((spacing.row_mm, spacing.column_mm)):
            if plain and not alike(plain, (spacing.row_mm, spacing.column_mm)):
                notices.append(
                    SPACING_UNCALIBRATED_DIFFERS.notice(
                        spacing=in_mm(plain),
                        source=spacing.source.value,
                        used=in_mm((spacing.row_mm, spacing.column_mm)),
                    )
                )
            return spacing, notices
        notices.append(_implausible("Imager Pixel Spacing", imager))
    nominal = pair_of(attributes, "NominalScannedPixelSpacing")
    if nominal:
        if plausible(nominal):
            return PixelSpacing(*nominal, SpacingSource.NOMINAL_SCANNED), notices
        notices.append(_implausible("Nominal Scanned Pixel Spacing", nominal))
    # not told twice, nor called calibrated and uncalibrated
    if plain and all(_implausible(attribute, plain) not in notices for attribute in (_MEASURES, _CALIBRATED)):
        notices.append(SPACING_UNCALIBRATED.notice(spacing=in_mm(plain)))
    return None, [*notices, SPACING_UNKNOWN.notice()]


def _implausible(attribute: str, pair: Pair) -> Notice:
    return SPACING_IMPLAUSIBLE.notice(attribute=attribute, spacing=in_mm(pair))


def _from_imager(attributes: Attributes, imager: Pair, notices: list[Notice]) -> PixelSpacing:
    magnification = attributes.number("EstimatedRadiographicMagnificationFactor")
    low, high = _PLAUSIBLE_MAGNIFICATION
    if magnification is not None:
        if low <= magnification <= high:
            return PixelSpacing(
                imager[0] / magnification, imager[1] / magnification, SpacingSource.IMAGER_OVER_MAGNIFICATION
            )
        notices.append(MAGNIFICATION_IMPLAUSIBLE.notice(factor=f"{magnification:g}"))
    to_detector = attributes.number("DistanceSourceToDetector")
    to_patient = attributes.number("DistanceSourceToPatient")
    if to_detector and to_patient:
        if to_patient > 0 and low <= to_detector / to_patient <= high:
            ratio = to_patient / to_detector
            return PixelSpacing(imager[0] * ratio, imager[1] * ratio, SpacingSource.IMAGER_OVER_DISTANCES)
        notices.append(
            DISTANCES_IMPLAUSIBLE.notice(to_patient=f"{to_patient:g}", to_detector=f"{to_detector:g}")
        )
    return PixelSpacing(*imager, SpacingSource.IMAGER)


def pixel_measures(attributes: Attributes) -> Pair | None:
    """Pixel Spacing of the Pixel Measures Sequence, shared or of the first frame (PS3.3 C.7.6.16.2.1)."""
    for keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in attributes.items(keyword)[:1]:
            for measures in group.items("PixelMeasuresSequence")[:1]:
                return pair_of(measures, "PixelSpacing")
    return None


def pair_of(attributes: Attributes, keyword: str) -> Pair | None:
    """(row, column) of an attribute; one number stands for both."""
    values = attributes.numbers(keyword)
    if not values:
        return None
    return (values[0], values[1]) if len(values) > 1 else (values[0], values[0])


def plausible(pair: Pair) -> bool:
    """Whether a mammogram can have this spacing."""
    low, high = PLAUSIBLE_MM
    return all(math.isfinite(v) and low <= v <= high for v in pair)


def alike(a: Pair, b: Pair) -> bool:
    """Whether two spacings are one, but for rounding."""
    return all(math.isclose(x, y, rel_tol=1e-3) for x, y in zip(a, b, strict=True))


def in_mm(pair: Pair) -> str:
    """``0.07 x 0.07 mm``."""
    return f"{pair[0]:.4g} x {pair[1]:.4g} mm"
