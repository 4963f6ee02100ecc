"""The numbers of a view, a breast and an exam: what measuring returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from shared_core.grades.csbi import VesselKinds
from shared_core.grades.guo import Comparison
from shared_core.grades.ibrahim import GradeProfile
from shared_core.mass.mass_numbers import MassNumbers
from shared_core.mass.status import NO_PIXELS
from shared_core.notices import Notice

Denominator = Literal["breast", "breast without pectoral muscle", "whole image"]
_Numbers = TypeVar("_Numbers", bound=Any)
_NO_MASS = MassNumbers()
_WITHOUT_PIXELS = MassNumbers(status="not_computed:no_pixels", reason=NO_PIXELS)


@dataclass(frozen=True)
class MeasurementSettings:
    """Everything that changes a number and is not on the model card."""

    intensity_threshold: int = 100
    """X of TAM_X and TSIM_X, 8-bit grey level (Guo 2021 eq. 4: 100)."""
    intensity_comparison: Comparison = ">"
    """Paper ``>``; the published code uses ``>=``."""
    grade_profile: GradeProfile = "ibrahim-paper"
    exclude_pectoral: bool = False
    """Take the pectoral muscle out of the breast area of MLO views."""


@dataclass(frozen=True)
class ViewMeasurement:
    """Every quantity of one view; None where it cannot be known."""

    pm: float | None
    """Sum of probability (Guo 2021 eq. 3); None where no probability is at hand."""
    am_px: int
    """Pixels of the BAC mask (eq. 3)."""
    sim: int
    """Sum of 8-bit intensity in the mask (eq. 3)."""
    tam_px: int
    """Pixels of the mask with I > X (eq. 4)."""
    tsim: int
    """Sum of intensity over those (eq. 4)."""
    intensity_threshold: int
    intensity_comparison: Comparison
    bac_area_mm2: float | None
    breast_area_px: int
    breast_area_mm2: float | None
    denominator: Denominator
    """What `breast_area_px` counts: the denominator of both ratios below."""
    bac_in_breast_area_px: int
    """Pixels of the mask in that area; less than `am_px` only where BAC on pectoral muscle is left out."""
    bac_percent_of_breast: float | None
    tam_per_breast_area: float | None
    """TAM_X / breast area, the term of Guo's exam index; dimensionless."""
    area_grade: int | None
    """0 absence, 1 mild, 2 moderate, 3 severe (Ibrahim 2025); None on masks of another style."""
    area_grade_name: str | None
    area_grade_percent: float | None
    """The percentage that was graded."""
    area_grade_denominator: Denominator
    """Of what: ``whole image`` with the profile ``ibrahim-code``, else as `denominator`."""
    grade_profile: GradeProfile
    parts_count: int
    """8-connected parts of the mask."""
    largest_part_px: int
    parts_px: tuple[int, ...]
    """Sizes of the parts, largest first."""
    pixel_area_mm2: float | None
    vessels_count: int | None = None
    """Calcified arteries; None on masks of another style than vessel bands."""
    vessel_kinds: VesselKinds | None = None
    """The same, by the look of their calcium."""
    segments_count: int | None = None
    """Calcified segments: a gap of 1 cm ends one (Guo 2021, II.A)."""
    calcified_length_px: float | None = None
    """Length of the segments along their centre lines."""
    calcified_length_mm: float | None = None
    mean_calibre_mm: float | None = None
    """Mean width of the bands, weighed by length; None where there is no vessel."""
    csbi_grade: int | None = None
    """Grade 0 to 3 after CSBI, estimated on this view alone; automated, unverified."""
    csbi_reason: str | None = None
    """Why there is no grade."""
    mass: MassNumbers = _WITHOUT_PIXELS
    """Of calcium; see `measure_mass`."""
    other_count: int | None = None
    """Calcifications that are not along an artery; None, as all below, where no model tells them."""
    other_area_px: int | None = None
    other_area_mm2: float | None = None
    bac_probability: float | None = None
    """That the view shows an artery with calcium; None after an edit by hand."""
    undecided: str | None = None
    """The place that may be an artery, where nothing is marked."""
    heat_map: bool = False
    """The mask is where a classifier looked: it has pixels, and no area of calcium."""


@dataclass(frozen=True)
class BreastMeasurement:
    """One breast: its views side by side, never their areas added up."""

    laterality: str
    views: tuple[str, ...]
    mean_bac_area_mm2: float | None
    mean_bac_percent_of_breast: float | None
    max_area_grade: int | None
    vessels_count: int | None = None
    """Arteries in the view that shows most."""
    mean_calcified_length_mm: float | None = None
    mass: MassNumbers = _NO_MASS
    """Mean of CC and MLO; of one alone where the other has no number: see `exam_mass`."""


@dataclass(frozen=True)
class ExamMeasurement:
    """One exam."""

    guo_index: float | None
    """Sum over the four standard views of TAM_X / breast area (Guo 2021); None when one is missing."""
    guo_index_available_views: float | None
    """The same sum over the standard views that are there."""
    views_used: tuple[str, ...]
    missing_views: tuple[str, ...]
    breasts: tuple[BreastMeasurement, ...]
    bac_percent_of_breast: float | None
    """Mask pixels of all used views / breast pixels of all used views x 100 (Ibrahim pairs views so)."""
    area_grade: int | None
    area_grade_name: str | None
    area_grade_percent: float | None
    """The percentage that was graded: of the whole images with the profile ``ibrahim-code``."""
    grade_profile: GradeProfile | None
    """None where there is no view."""
    notices: tuple[Notice, ...] = ()
    views_analysed: int = 0
    """Images of the exam that something looked at, of `views_total`."""
    views_total: int = 0
    views_not_analysed: tuple[str, ...] = ()
    """Standard views that were taken but not analysed: with one of them nothing is said of the whole exam."""
    marked: bool = False
    """Whether anything is marked on a view that counts, be it too small for a vessel, its area unknown."""
    vessels_count: int | None = None
    """Arteries of both breasts; of each breast the view that shows most."""
    vessel_kinds: VesselKinds | None = None
    """The same, by the look of their calcium."""
    calcified_length_mm: float | None = None
    """Mean over the views of each breast, both breasts added up."""
    csbi_grade: int | None = None
    """Grade 0 to 3 after CSBI, estimated; automated, unverified."""
    csbi_reason: str | None = None
    """Why there is no grade."""
    mass: MassNumbers = _NO_MASS
    """Of both breasts, of each the mean of CC and MLO."""
    other_count: int | None = None
    """Calcifications that are not along an artery, of each breast in the view that shows most."""
    bac_probability: float | None = None
    """The largest of its views."""
    undecided: str | None = None
    """The places that may be arteries, where nothing is marked on any view."""


def without_areas(numbers: _Numbers) -> _Numbers:
    """The same numbers of a view, live or not, where the pixels of the mask are no area of calcium."""
    unknown: _Numbers = replace(
        numbers, bac_area_mm2=None, bac_percent_of_breast=None, tam_per_breast_area=None
    )
    return unknown
