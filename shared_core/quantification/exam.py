"""From views to breasts and to the exam, without ever adding two projections of the same artery.

CC and MLO show one breast twice: areas in mm² and lengths are averaged over the two, never summed, and
arteries are counted in the view that shows most. What is summed
is what the papers sum: Guo's index over the four standard views, and, for the percentage and its grade,
BAC and breast alike over all views used (Ibrahim 2025 puts the views side by side as one image).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from shared_core.grades.csbi import CsbiEstimate, VesselKinds, csbi_grade, exam_kinds
from shared_core.grades.guo import exam_index
from shared_core.grades.ibrahim import area_grade, percent
from shared_core.mammogram import Laterality, MammogramHeader
from shared_core.mass.exam_mass import breast_mass, exam_mass
from shared_core.mass.mass_numbers import MassNumbers
from shared_core.notices import Notice
from shared_core.notices.of_results import (
    EXAM_NOT_ANALYSED,
    EXAM_SPACING_ASSUMED,
    EXAM_SPACING_INCOMPLETE,
    OTHER_CALCIFICATIONS,
)
from shared_core.quantification.measurement import (
    BreastMeasurement,
    ExamMeasurement,
    ViewMeasurement,
)
from shared_core.quantification.standard_views import choose_standard_views, unread_views
from shared_core.quantification.view_state import analysed_words
from shared_core.reading.standard_views import STANDARD_VIEWS

_Used = dict[str, tuple[MammogramHeader, ViewMeasurement]]


def measure_exam(
    views: Sequence[tuple[MammogramHeader, ViewMeasurement]],
    *,
    not_analysed: Sequence[MammogramHeader] = (),
) -> ExamMeasurement:
    """Measure an exam from its measured views.

    Only standard views (LCC, LMLO, RCC, RMLO) enter, one of each: see `choose_standard_views`. Every
    view left out is named in a notice. A standard view that was taken and that nothing looked at leaves
    its breast and the exam without numbers: what it shows is unknown, and part of a woman's calcium is not
    her calcium. A view that was never taken does not: the exam says which ones it has.

    Parameters
    ----------
    views
        (header, measurement) of every view that could be measured, in any order.
    not_analysed
        Headers of the other images of the exam: not run yet, cancelled, failed.

    Raises
    ------
    ValueError
        If the views were measured with different settings.
    """
    settings = {(m.intensity_threshold, m.intensity_comparison, m.grade_profile) for _, m in views}
    if len(settings) > 1:
        raise ValueError("the views of one exam must be measured with the same settings")
    choice = choose_standard_views([header for header, _ in views])
    used = {label: views[position] for label, position in choice.positions}
    unread = unread_views(used, not_analysed)
    measured = [measurement for _, measurement in used.values()]
    index = exam_index([measurement.tam_per_breast_area for measurement in measured])
    missing = tuple(label for label in STANDARD_VIEWS if label not in used)
    known = ExamMeasurement(
        guo_index=index if not missing else None,
        guo_index_available_views=index,
        views_used=tuple(used),
        missing_views=missing,
        views_not_analysed=unread,
        views_analysed=len(views),
        views_total=len(views) + len(not_analysed),
        breasts=_breasts(used, unread),
        bac_percent_of_breast=None,
        area_grade=None,
        area_grade_name=None,
        area_grade_percent=None,
        grade_profile=views[0][1].grade_profile if views else None,
        notices=choice.notices,
    )
    if unread:
        analysed = analysed_words(known.views_analysed, known.views_total)
        notice = EXAM_NOT_ANALYSED.notice(analysed=analysed, views=", ".join(unread))
        mass = MassNumbers(reason=notice.text)
        return replace(known, notices=(*choice.notices, notice), csbi_reason=notice.text, mass=mass)
    return _with_totals(known, used)


def _with_totals(exam: ExamMeasurement, used: _Used) -> ExamMeasurement:
    """What is said of all views together; every standard view that was taken has been measured."""
    bac_percent, notices = _percent_of_breast(used)
    graded_percent = _graded_percent(used, bac_percent)
    # One mask without a grade (not vessel bands) leaves the exam without one.
    gradable = bool(used) and all(m.area_grade is not None for _, m in used.values())
    grade = None
    if gradable and exam.grade_profile is not None:
        grade = area_grade(graded_percent, profile=exam.grade_profile, mask_style="vessel-band")
    kinds, csbi = _csbi(used)
    return replace(
        exam,
        bac_percent_of_breast=bac_percent,
        area_grade=grade.grade if grade is not None else None,
        area_grade_name=grade.name if grade is not None else None,
        area_grade_percent=graded_percent,
        notices=(*exam.notices, *notices, *_other_notices(used)),
        marked=any(m.am_px for _, m in used.values()),
        vessels_count=kinds.total if kinds is not None else None,
        vessel_kinds=kinds,
        calcified_length_mm=_sum([breast.mean_calcified_length_mm for breast in exam.breasts]),
        csbi_grade=csbi.grade,
        csbi_reason=csbi.reason,
        mass=exam_mass(_masses(used)),
        other_count=_other_count(used),
        bac_probability=_largest([m.bac_probability for _, m in used.values()]),
        undecided=_undecided(used),
    )


def _other_count(used: _Used) -> int | None:
    """Of each breast the view that shows most, as CC and MLO show the same."""
    by_breast: dict[Laterality, list[int | None]] = {}
    for header, measurement in used.values():
        by_breast.setdefault(header.laterality, []).append(measurement.other_count)
    most = [_largest(counts) for counts in by_breast.values()]
    total = _sum(most)
    return int(total) if total is not None else None


def _largest(values: Sequence[float | None]) -> float | None:
    """None where one is unknown."""
    known = [value for value in values if value is not None]
    return max(known) if known and len(known) == len(values) else None


def _undecided(used: _Used) -> str | None:
    """The places of all views, where none has a mark."""
    places = [f"{label} {m.undecided}" for label, (_, m) in used.items() if m.undecided is not None]
    return "; ".join(places) if places and not any(m.am_px for _, m in used.values()) else None


def _other_notices(used: _Used) -> tuple[Notice, ...]:
    counts = {label: m.other_count for label, (_, m) in used.items() if m.other_count}
    if not counts:
        return ()
    return (OTHER_CALCIFICATIONS.notice(count=", ".join(f"{label} {n}" for label, n in counts.items())),)


def _masses(used: _Used) -> dict[str, MassNumbers]:
    return {label: measurement.mass for label, (_, measurement) in used.items()}


def _csbi(used: _Used) -> tuple[VesselKinds | None, CsbiEstimate]:
    """The arteries of the exam and their grade, or the reason why there is none."""
    if not used:
        return None, CsbiEstimate(None, "There is no standard view.")
    by_breast: dict[str, list[VesselKinds]] = {}
    for header, measurement in used.values():
        if measurement.vessel_kinds is None:
            return None, CsbiEstimate(None, measurement.csbi_reason)
        by_breast.setdefault(header.laterality.value, []).append(measurement.vessel_kinds)
    kinds = exam_kinds(by_breast)
    return kinds, csbi_grade(kinds, mask_style="vessel-band")


def _breasts(used: _Used, unread: Sequence[str]) -> tuple[BreastMeasurement, ...]:
    """The breasts of which something was measured; without numbers where one of its views was not."""
    breasts = []
    for side in (Laterality.LEFT, Laterality.RIGHT):
        here = {label: pair for label, pair in used.items() if pair[0].laterality is side}
        of_side = {label: m for label, (_, m) in here.items()}
        if not of_side:
            continue
        if any(label.startswith(side.value) for label in unread):
            breasts.append(BreastMeasurement(side.value, tuple(of_side), None, None, None))
            continue
        grades = [m.area_grade for m in of_side.values() if m.area_grade is not None]
        kinds = [m.vessel_kinds for m in of_side.values() if m.vessel_kinds is not None]
        breasts.append(
            BreastMeasurement(
                laterality=side.value,
                views=tuple(of_side),
                mean_bac_area_mm2=_mean([m.bac_area_mm2 for m in of_side.values()]),
                mean_bac_percent_of_breast=_mean([m.bac_percent_of_breast for m in of_side.values()]),
                max_area_grade=max(grades, default=None),
                vessels_count=exam_kinds({side.value: kinds}).total if len(kinds) == len(of_side) else None,
                mean_calcified_length_mm=_mean([m.calcified_length_mm for m in of_side.values()]),
                mass=breast_mass(side.value, _masses(here)),
            )
        )
    return tuple(breasts)


def _mean(values: Sequence[float | None]) -> float | None:
    """Mean, None where one is unknown: a mean over fewer views than named would mislead."""
    known = [value for value in values if value is not None]
    return fmean(known) if known and len(known) == len(values) else None


def _sum(values: Sequence[float | None]) -> float | None:
    """Sum, None where one is unknown."""
    known = [value for value in values if value is not None]
    return math.fsum(known) if known and len(known) == len(values) else None


def _percent_of_breast(used: _Used) -> tuple[float | None, tuple[Notice, ...]]:
    """BAC of all views / breast of all views x 100, and what to say about it; of heat maps none."""
    if any(m.heat_map for _, m in used.values()):
        return None, ()
    weights = _pixel_weights(used)
    if weights is None:
        known = [label for label, (_, m) in used.items() if m.pixel_area_mm2 is not None]
        return None, (EXAM_SPACING_INCOMPLETE.notice(views=", ".join(known)),) if used else ()
    measured = [m for _, m in used.values()]
    bac = _total([m.bac_in_breast_area_px for m in measured], weights)
    breast = _total([m.breast_area_px for m in measured], weights)
    unknown = len(measured) > 1 and measured[0].pixel_area_mm2 is None
    return percent(bac, breast), (EXAM_SPACING_ASSUMED.notice(),) if unknown else ()


def _graded_percent(used: _Used, bac_percent: float | None) -> float | None:
    """What the grade is taken of: the breasts, or with ``ibrahim-code`` the whole images."""
    measured = [m for _, m in used.values()]
    if not measured or measured[0].grade_profile != "ibrahim-code":
        return bac_percent
    if any(m.heat_map for m in measured):
        return None
    weights = _pixel_weights(used)
    if weights is None:
        return None
    images_px = [header.rows * header.columns for header, _ in used.values()]
    return percent(_total([m.am_px for m in measured], weights), _total(images_px, weights))


def _pixel_weights(used: _Used) -> list[float] | None:
    """Weight of a pixel in each view: 1 where all are alike (or all unknown), else mm²; None for a mix."""
    areas = [m.pixel_area_mm2 for _, m in used.values()]
    if not areas:
        return None
    if len(set(areas)) == 1:
        return [1] * len(areas)
    known = [area for area in areas if area is not None]
    return known if len(known) == len(areas) else None


def _total(counts_px: Sequence[int], weights: Sequence[float]) -> float:
    """Exactly rounded, so that the order of the views cannot change it."""
    return math.fsum(count * weight for count, weight in zip(counts_px, weights, strict=True))
