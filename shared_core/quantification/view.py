"""Everything that is measured on one view."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import Box, bounding_box, connected_parts
from shared_core.arteries.judged_image import Judged
from shared_core.arteries.judged_parts import JudgedParts
from shared_core.arteries.vessel_map import VesselMap, counted
from shared_core.arteries.vessels import find_vessels
from shared_core.grades.csbi import WRONG_STYLE, csbi_grade, kinds_of
from shared_core.grades.guo import (
    intensity_histogram,
    intensity_sum,
    mask_area_px,
    probability_mass,
    thresholded_area_px,
    thresholded_intensity_sum,
)
from shared_core.grades.ibrahim import area_grade, percent
from shared_core.mammogram import Mask
from shared_core.mass.densitometry import WITHOUT_PIXELS, MassResult, mass_refusal
from shared_core.mass.mass_numbers import MassNumbers
from shared_core.notices.of_results import ARTERIES_UNSURE
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.judged_views import with_opinion
from shared_core.quantification.measurement import (
    Denominator,
    MeasurementSettings,
    ViewMeasurement,
    without_areas,
)
from shared_core.weights.card import MaskStyle


class BreastArea(NamedTuple):
    """The denominator, and the muscle that was taken out of it."""

    area_px: int
    denominator: Denominator
    left_out: Mask | None


def measure_view(
    prepared: PreparedView,
    mask: NDArray[np.bool_],
    probability: NDArray[np.float32] | None,
    *,
    mask_style: MaskStyle,
    settings: MeasurementSettings,
    vessels: VesselMap | None = None,
    mass: MassResult | None = None,
    judged: Judged | None = None,
) -> ViewMeasurement:
    """Measure the BAC mask of one view.

    Counts and areas describe the whole mask. The two ratios to the breast area, and a grade that is
    taken of the breast, leave out the mask pixels that their denominator leaves out: with
    `exclude_pectoral`, BAC that projects onto the muscle. Where no muscle was found the denominator
    stays the breast, and the result says so.

    Parameters
    ----------
    prepared
        The view; `image_u8` is the intensity I of Guo's metrics.
    mask
        (rows, columns) bool, True where BAC, at source size.
    probability
        (rows, columns) float32, or None where it is not at hand (a mask drawn or edited by a person);
        then PM is None.
    mask_style
        Of the model that made the mask; decides whether an area grade has a meaning.
    settings
        X, comparison, grade profile, pectoral muscle.
    vessels
        What `view_vessels` found in this mask, where it is at hand; else it is sought here.
    mass
        What `measure_mass` found under this mask: it needs the pixels as read, which are not at hand here.
    judged
        The parts that the mask was made of, where a model judged them: a spread of calcifications has
        neither grade nor vessels. Or what it said of the whole view.

    Raises
    ------
    ValueError
        If mask or probability do not have the shape of the view.
    """
    _check_shape("mask", mask, prepared.image_u8)
    if probability is not None:
        _check_shape("probability", probability, prepared.image_u8)
    mask = mask if mask.dtype == np.bool_ else mask != 0
    x, comparison = settings.intensity_threshold, settings.intensity_comparison
    breast = breast_area(prepared, settings)
    histogram, counted = _histograms(prepared.image_u8, mask, breast.left_out)
    am_px, counted_px = mask_area_px(histogram), mask_area_px(counted)
    bac_percent = percent(counted_px, breast.area_px)
    whole_image = settings.grade_profile == "ibrahim-code"
    graded_percent = percent(am_px, mask.size) if whole_image else bac_percent
    grade = area_grade(graded_percent, profile=settings.grade_profile, mask_style=mask_style)
    per_breast = thresholded_area_px(counted, x, comparison) / breast.area_px if breast.area_px > 0 else None
    parts_px = tuple(part.area_px for part in connected_parts(mask))
    pixel_area = prepared.spacing.pixel_area_mm2 if prepared.spacing is not None else None
    measured = ViewMeasurement(
        pm=probability_mass(probability) if probability is not None else None,
        am_px=am_px,
        sim=intensity_sum(histogram),
        tam_px=thresholded_area_px(histogram, x, comparison),
        tsim=thresholded_intensity_sum(histogram, x, comparison),
        intensity_threshold=x,
        intensity_comparison=comparison,
        bac_area_mm2=am_px * pixel_area if pixel_area is not None else None,
        breast_area_px=breast.area_px,
        breast_area_mm2=breast.area_px * pixel_area if pixel_area is not None else None,
        denominator=breast.denominator,
        bac_in_breast_area_px=counted_px,
        bac_percent_of_breast=bac_percent,
        tam_per_breast_area=per_breast,
        area_grade=grade.grade if grade is not None else None,
        area_grade_name=grade.name if grade is not None else None,
        area_grade_percent=graded_percent,
        area_grade_denominator="whole image" if whole_image else breast.denominator,
        grade_profile=settings.grade_profile,
        parts_count=len(parts_px),
        largest_part_px=parts_px[0] if parts_px else 0,
        parts_px=parts_px,
        pixel_area_mm2=pixel_area,
        **_vessel_numbers(
            vessels or view_vessels(prepared, mask, mask_style=mask_style, judged=judged), mask_style
        ),
        mass=_mass_numbers(mass or mass_refusal(prepared.header) or WITHOUT_PIXELS),
    )
    if mask_style == "heat-map":
        measured = replace(without_areas(measured), area_grade_percent=None, heat_map=True)
    return measured if judged is None else with_opinion(measured, judged)


def _histograms(
    image_u8: NDArray[np.uint8], mask: Mask, left_out: Mask | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Grey levels under the mask, and under what of it is not left out of the breast."""
    box = bounding_box(mask) or Box(0, 0, 0, 0)
    image, inside = image_u8[box.slices], mask[box.slices]
    whole = intensity_histogram(image, inside)
    return whole, whole if left_out is None else intensity_histogram(image, inside & ~left_out[box.slices])


def view_vessels(
    prepared: PreparedView,
    mask: NDArray[np.bool_],
    *,
    mask_style: MaskStyle,
    judged: Judged | None = None,
) -> VesselMap | None:
    """Follow the arteries of one view; None where the mask is not made of vessel bands.

    Parameters
    ----------
    prepared, mask, mask_style
        See `measure_view`.
    judged
        The parts of the mask, where a model judged them: they give each artery its probability, and those
        that are not `counted` are told.
    """
    if mask_style != "vessel-band":
        return None
    mask = mask if mask.dtype == np.bool_ else mask != 0
    found = find_vessels(mask, spacing=prepared.spacing, intensity_u8=prepared.display_u8)
    if judged is None:
        return found
    said = judged.probabilities(found.labels)
    vessels = tuple(replace(vessel, probability=said.get(vessel.number)) for vessel in found.vessels)
    unsure = len(vessels) - len(counted(vessels))
    # Of a spread nothing is counted, and its notice says so.
    whole = isinstance(judged, JudgedParts) and judged.spread is not None
    told = (ARTERIES_UNSURE.notice(count=unsure),) if unsure and not whole else ()
    return replace(found, vessels=vessels, notices=(*found.notices, *told))


def _vessel_numbers(found: VesselMap | None, mask_style: MaskStyle) -> dict[str, Any]:
    if found is None or mask_style != "vessel-band":
        return {"csbi_reason": WRONG_STYLE}
    kinds = kinds_of(counted(found.vessels))
    csbi = csbi_grade(kinds, mask_style=mask_style)
    lengths = [vessel.length_px for vessel in found.vessels]
    calibres = [vessel.mean_calibre_mm for vessel in found.vessels if vessel.mean_calibre_mm is not None]
    return {
        "vessels_count": kinds.total,
        "vessel_kinds": kinds,
        "segments_count": sum(vessel.segments for vessel in found.vessels),
        "calcified_length_px": found.total_length_px,
        "calcified_length_mm": found.total_length_mm,
        "mean_calibre_mm": float(np.average(calibres, weights=lengths)) if calibres else None,
        "csbi_grade": csbi.grade,
        "csbi_reason": csbi.reason,
    }


def _mass_numbers(mass: MassResult) -> MassNumbers:
    return MassNumbers(
        ha_mg=mass.mass_ha_mg,
        ca_mg=mass.mass_ca_mg,
        low_mg=mass.interval_low_mg,
        high_mg=mass.interval_high_mg,
        stratum=mass.stratum,
        reason=mass.reason,
        status=mass.status,
        lod_mg=mass.limit_of_detection_mg,
        k_cm2_g=mass.k_cm2_g,
        k_source=mass.k_source,
    )


def breast_area(prepared: PreparedView, settings: MeasurementSettings) -> BreastArea:
    pectoral = prepared.pectoral_mask
    if not settings.exclude_pectoral or pectoral is None:
        return BreastArea(prepared.breast_area_px, "breast", None)
    muscle_px = int(np.count_nonzero(pectoral & prepared.breast_mask))
    return BreastArea(max(prepared.breast_area_px - muscle_px, 0), "breast without pectoral muscle", pectoral)


def _check_shape(what: str, array: NDArray[np.generic], image: NDArray[np.uint8]) -> None:
    if array.shape != image.shape:
        raise ValueError(f"{what} has shape {array.shape}, the view has {image.shape}")
