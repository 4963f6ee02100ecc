"""What is told of a view and of an exam: names, units, where from, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from napari_bac.docks.metrics_model import LATER, NONE
from napari_bac.views.view_session import ViewSession
from shared_core.hosting import (
    ExamMeasurement,
    LiveNumbers,
    ViewMeasurement,
    analysed_words,
    exam_mass_words,
    made_words,
    view_mass_words,
)


@dataclass(frozen=True)
class Cell:
    """A number as it is shown, and what more there is to say."""

    text: str
    tip: str = ""
    unit: str = ""


UNKNOWN: Final = Cell(LATER, "Updated when you stop drawing")
NOT_ANALYSED: Final = Cell(NONE, "This view was not analysed: run the model on it, or mark what you see")
_NO_SPACING: Final = "The pixel spacing is unknown, so there are no values in mm."
_NO_PROBABILITY: Final = (
    "Needs the model's probabilities for these labels, but they were drawn or edited by hand."
)
_ONE_VIEW: Final = "For single views only: CC and MLO show the same arteries, so they are not added together."

Live = Callable[[ViewSession, LiveNumbers], Cell]
Slow = Callable[[ViewMeasurement], Cell]
OfExam = Callable[[ExamMeasurement], Cell]


@dataclass(frozen=True)
class Quantity:
    """One row of the table."""

    name: str
    """With ``{x}`` where the threshold of grey levels stands."""
    tip: str
    live: Live | None = None
    """Known at every stroke."""
    slow: Slow | None = None
    """Known when the person stops drawing."""
    exam: OfExam | None = None
    of_state: Callable[[ViewSession], Cell] | None = None
    """Of any view, also of one that nothing looked at."""

    def of_view(self, view: ViewSession, live: LiveNumbers) -> Cell:
        """What stands in the column of a view."""
        if self.of_state is not None:
            return self.of_state(view)
        if not view.state.is_analysed:
            return NOT_ANALYSED
        if self.live is not None:
            return self.live(view, live)
        assert self.slow is not None
        if view.measured is None or not view.measured_is_current:
            return UNKNOWN
        return self.slow(view.measured.view)

    def of_exam(self, exam: ExamMeasurement | None) -> Cell:
        """What stands in the column of the exam; None while its numbers are not those of the labels."""
        if self.exam is None:
            return Cell(NONE, _ONE_VIEW)
        if exam is None:
            return UNKNOWN
        cell = self.exam(exam)
        if cell.text == NONE and exam.views_not_analysed:
            return Cell(NONE, _left_words(exam))
        return cell


def _left_words(exam: ExamMeasurement) -> str:
    said = f"{analysed_words(exam.views_analysed, exam.views_total)}."
    left = ", ".join(exam.views_not_analysed)
    return f"{said} Not analysed: {left}." if left else said


def _state(view: ViewSession) -> Cell:
    words = made_words(view.state, view.origin)
    return Cell("yes" if view.state.is_analysed else "no", f"{words[0].upper()}{words[1:]}")


def _number(value: float | None, form: str, unit: str = "", *, why_not: str = "") -> Cell:
    return Cell(NONE, why_not) if value is None else Cell(form.format(value), unit=unit)


def _area(_view: ViewSession, live: LiveNumbers) -> Cell:
    if live.bac_area_mm2 is None:
        return Cell(str(live.am_px), _NO_SPACING, "px")
    return Cell(f"{live.bac_area_mm2:.2f}", unit="mm²")


def _breast_area(m: ViewMeasurement) -> Cell:
    if m.breast_area_mm2 is None:
        return Cell(str(m.breast_area_px), _NO_SPACING, "px")
    return Cell(f"{m.breast_area_mm2:.0f}", f"Of the {m.denominator}", "mm²")


def _length(m: ViewMeasurement) -> Cell:
    if m.calcified_length_mm is None and m.calcified_length_px is not None:
        return Cell(f"{m.calcified_length_px:.0f}", _NO_SPACING, "px")
    return _number(m.calcified_length_mm, "{:.1f}", "mm", why_not=m.csbi_reason or "")


def _vessels(m: ViewMeasurement | ExamMeasurement) -> Cell:
    if m.vessels_count is None:
        return Cell(NONE, m.csbi_reason or "")
    kinds = m.vessel_kinds
    counted = (
        {}
        if kinds is None
        else {
            "punctate": kinds.punctate,
            "coarse": kinds.coarse,
            "tram-track": kinds.tram_track,
            "of unknown kind": kinds.unknown,
        }
    )
    return Cell(
        str(m.vessels_count), ", ".join(f"{count} {kind}" for kind, count in counted.items() if count)
    )


def _area_grade(m: ViewMeasurement | ExamMeasurement) -> Cell:
    if m.area_grade is None:
        return Cell(
            NONE, "No grade: the mask does not mark vessel bands, or the percentage of the breast is unknown."
        )
    return Cell(f"{m.area_grade}", f"{m.area_grade_name}: {m.area_grade_percent:.3f} % ({m.grade_profile})")


def _csbi(m: ViewMeasurement | ExamMeasurement) -> Cell:
    return _number(m.csbi_grade, "{}", why_not=m.csbi_reason or "")


def _view_mass(m: ViewMeasurement) -> Cell:
    if m.mass_ha_mg is None:
        return Cell(NONE, m.mass_reason)
    return Cell(f"{m.mass_ha_mg:.1f}", f"{view_mass_words(m)}. {m.mass_reason}", "mg")


def _exam_mass(m: ExamMeasurement) -> Cell:
    if m.mass_ha_mg is None:
        return Cell(NONE, m.mass_reason or "The calcium mass is not known for either breast.")
    return Cell(f"{m.mass_ha_mg:.1f}", f"{exam_mass_words(m)}. {m.mass_reason or ''}", "mg")


def _exam_index(m: ExamMeasurement) -> Cell:
    if m.guo_index is not None:
        return Cell(f"{m.guo_index:.6f}", "Guo's index: the sum over the four standard views")
    missing = ", ".join(m.missing_views)
    if m.guo_index_available_views is None:
        return Cell(NONE, f"No Guo index; missing: {missing}")
    return Cell(f"({m.guo_index_available_views:.6f})", f"Sum over the available views; missing: {missing}")


def _pm(m: ViewMeasurement) -> Cell:
    return _number(m.pm, "{:.1f}", why_not=_NO_PROBABILITY)


def _edited(view: ViewSession, _live: LiveNumbers) -> Cell:
    return Cell("yes" if view.edited else "no")


QUANTITIES: Final = (
    Quantity(
        "Analysed",
        "Whether a model or a person looked at the view. For the exam: how many of its views",
        of_state=_state,
        exam=lambda exam: Cell(f"{exam.views_analysed} of {exam.views_total}", _left_words(exam)),
    ),
    Quantity("BAC area", "Everything that is marked", live=_area),
    Quantity(
        "BAC of breast",
        "Percentage of the breast that is marked (Ibrahim 2025)",
        live=lambda _view, live: _number(live.bac_percent_of_breast, "{:.3f}", "%"),
        exam=lambda exam: _number(exam.bac_percent_of_breast, "{:.3f}", "%", why_not="See the notes below."),
    ),
    Quantity(
        "Area grade",
        "From that percentage (Ibrahim 2025): automated, unverified",
        slow=_area_grade,
        exam=_area_grade,
    ),
    Quantity(
        "Length",
        "Calcified length along the arteries. For the exam: mean of the views of each breast, both breasts "
        "added",
        slow=_length,
        exam=lambda exam: _number(exam.calcified_length_mm, "{:.1f}", "mm", why_not=_NO_SPACING),
    ),
    Quantity(
        "Vessels",
        "Calcified arteries, counted on the whole mask: segments in line count as one, whatever their "
        "numbers in the list above. For the exam: the view of each breast that shows most",
        slow=_vessels,
        exam=_vessels,
    ),
    Quantity("Segments", "Calcified segments of arteries", slow=lambda m: _number(m.segments_count, "{}")),
    Quantity(
        "Mean width",
        "Mean width of the marked bands",
        slow=lambda m: _number(m.mean_calibre_mm, "{:.2f}", "mm", why_not=_NO_SPACING),
    ),
    Quantity("CSBI grade", "0 to 3, estimated: automated, unverified", slow=_csbi, exam=_csbi),
    Quantity(
        "Calcium mass",
        "Hydroxyapatite, from raw (FOR PROCESSING) images only",
        slow=_view_mass,
        exam=_exam_mass,
    ),
    Quantity("PM", "Sum of the model's probability (Guo 2021)", slow=_pm),
    Quantity("AM", "Marked pixels (Guo 2021)", live=lambda _view, live: Cell(f"{live.am_px}", unit="px")),
    Quantity(
        "SIM",
        "Sum of the grey levels of the marked pixels (Guo 2021)",
        live=lambda _view, live: Cell(str(live.sim)),
    ),
    Quantity(
        "TAM{x}",
        "Marked pixels with a grey level above the threshold in the name (Guo 2021)",
        live=lambda _view, live: Cell(f"{live.tam_px}", unit="px"),
    ),
    Quantity(
        "TSIM{x}",
        "Sum of the grey levels of those pixels (Guo 2021)",
        live=lambda _view, live: Cell(str(live.tsim)),
    ),
    Quantity(
        "TAM{x} / breast",
        "Term of Guo's index. For the exam: the index, the sum over the four standard views",
        live=lambda _view, live: _number(live.tam_per_breast_area, "{:.6f}"),
        exam=_exam_index,
    ),
    Quantity("Breast area", "Denominator of the percentages", slow=_breast_area),
    Quantity("Edited by hand", "Whether the mask differs from the model's", live=_edited),
)
