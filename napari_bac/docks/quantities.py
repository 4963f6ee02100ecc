"""What is told of a view and of an exam: names, units, where from, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Final

from napari_bac.docks.metrics_model import LATER, NONE
from napari_bac.views.view_session import ViewSession, problem_words
from shared_core import hosting as bac


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
_OF_EXAM_ALONE: Final = "Of the four standard views together."
_ONE_VIEW: Final = "For single views only: CC and MLO show the same arteries, so they are not added together."

Live = Callable[[ViewSession, bac.LiveNumbers], Cell]
Slow = Callable[[bac.ViewMeasurement], Cell]
OfExam = Callable[[bac.ExamMeasurement], Cell]


@dataclass(frozen=True)
class TableRow:
    """One row of the table: a quantity of the registry, or what only a window knows."""

    name: str
    """With ``{x}`` where the threshold of grey levels stands."""
    tip: str
    key: str = ""
    """In the registry; empty for what only a window knows."""
    live: Live | None = None
    """Known at every stroke."""
    slow: Slow | None = None
    """Known when the person stops drawing."""
    exam: OfExam | None = None
    of_state: Callable[[ViewSession], Cell] | None = None
    """Of any view, also of one that nothing looked at."""

    def of_view(self, view: ViewSession, live: bac.LiveNumbers) -> Cell:
        """What stands in the column of a view."""
        if self.of_state is not None:
            return self.of_state(view)
        if not view.state.is_analysed:
            return NOT_ANALYSED
        if view.problem is not None:
            return Cell(NONE, problem_words(view.problem))
        if self.live is not None:
            return self.live(view, live)
        if self.slow is None:
            return Cell(NONE, _OF_EXAM_ALONE)
        if view.measured is None or not view.measured_is_current:
            return UNKNOWN
        return self.slow(view.measured.view)

    def of_exam(self, exam: bac.ExamMeasurement | None) -> Cell:
        """What stands in the column of the exam; None while its numbers are not those of the labels."""
        if self.exam is None:
            return Cell(NONE, _ONE_VIEW)
        if exam is None:
            return UNKNOWN
        cell = self.exam(exam)
        if cell.text == NONE and exam.views_not_analysed:
            return Cell(NONE, _left_words(exam))
        return cell


def _left_words(exam: bac.ExamMeasurement) -> str:
    said = f"{bac.analysed_words(exam.views_analysed, exam.views_total)}."
    left = ", ".join(exam.views_not_analysed)
    return f"{said} Not analysed: {left}." if left else said


def _state(view: ViewSession) -> Cell:
    if view.problem is not None:
        return Cell("no", problem_words(view.problem))
    words = bac.made_words(view.state, view.origin)
    return Cell("yes" if view.state.is_analysed else "no", f"{words[0].upper()}{words[1:]}")


def _of(quantity: bac.Quantity, scope: bac.Scope, measured: object, *, why_not: str = "") -> Cell:
    """As the registry writes it."""
    entry = bac.Entry(quantity, scope)
    value = entry.measured(measured)
    return Cell(NONE, why_not) if value is None else Cell(entry.text(value), unit=quantity.unit.text)


def _of_view(key: str, measured: object, *, why_not: str = "") -> Cell:
    return _of(bac.QUANTITIES.entry("view", key).quantity, "view", measured, why_not=why_not)


def _area(view: ViewSession, live: bac.LiveNumbers) -> Cell:
    if view.mask_style == "heat-map":
        return Cell(NONE, f"{bac.phrases.HEAT_MAP}. That is no area of calcium.")
    if live.bac_area_mm2 is None:
        return Cell(str(live.am_px), _NO_SPACING, "px")
    return _of_view("bac_area_mm2", live)


def _breast_area(m: bac.ViewMeasurement) -> Cell:
    if m.breast_area_mm2 is None:
        return Cell(str(m.breast_area_px), _NO_SPACING, "px")
    return replace(_of_view("breast_area_mm2", m), tip=f"Of the {m.denominator}")


def _length(m: bac.ViewMeasurement) -> Cell:
    if m.calcified_length_mm is None and m.calcified_length_px is not None:
        return Cell(f"{m.calcified_length_px:.0f}", _NO_SPACING, "px")
    return _of_view("calcified_length_mm", m, why_not=m.csbi_reason or "")


def _vessels(m: bac.ViewMeasurement | bac.ExamMeasurement) -> Cell:
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


def _area_grade(m: bac.ViewMeasurement | bac.ExamMeasurement) -> Cell:
    if m.area_grade is None:
        return Cell(
            NONE, "No grade: the mask does not mark vessel bands, or the percentage of the breast is unknown."
        )
    return Cell(f"{m.area_grade}", f"{m.area_grade_name}: {m.area_grade_percent:.3f} % ({m.grade_profile})")


def _csbi(m: bac.ViewMeasurement | bac.ExamMeasurement) -> Cell:
    return Cell(NONE, m.csbi_reason or "") if m.csbi_grade is None else Cell(str(m.csbi_grade))


def _view_mass(m: bac.ViewMeasurement) -> Cell:
    if m.mass.ha_mg is None:
        return Cell(NONE, m.mass.reason or "")
    return Cell(f"{m.mass.ha_mg:.1f}", f"{bac.view_mass_words(m)}. {m.mass.reason}", "mg")


def _exam_mass(m: bac.ExamMeasurement) -> Cell:
    if m.mass.ha_mg is None:
        return Cell(NONE, m.mass.reason or "The calcium mass is not known for either breast.")
    return Cell(f"{m.mass.ha_mg:.1f}", f"{bac.exam_mass_words(m)}. {m.mass.reason or ''}", "mg")


def _exam_index(m: bac.ExamMeasurement) -> Cell:
    if m.guo_index is not None:
        return Cell(f"{m.guo_index:.6f}", "Guo's index: the sum over the four standard views")
    missing = ", ".join(m.missing_views)
    if m.guo_index_available_views is None:
        return Cell(NONE, f"No Guo index; missing: {missing}")
    return Cell(f"({m.guo_index_available_views:.6f})", f"Sum over the available views; missing: {missing}")


def _edited(view: ViewSession, _live: bac.LiveNumbers) -> Cell:
    return Cell("yes" if view.edited else "no")


_IN_A_WINDOW: Final[Mapping[str, tuple[Live | None, Slow | None, OfExam | None]]] = {
    "bac_area_mm2": (_area, None, None),
    "area_grade": (None, _area_grade, _area_grade),
    "calcified_length_mm": (None, _length, None),
    "vessels_count": (None, _vessels, _vessels),
    "csbi_grade": (None, _csbi, _csbi),
    "mass_ha_mg": (None, _view_mass, _exam_mass),
    "guo_index": (None, None, _exam_index),
    "breast_area_mm2": (None, _breast_area, None),
}
"""Quantities of which there is more to say than the registry does: why not, of what, in pixels."""
_WHY_NOT: Final = {
    "pm": _NO_PROBABILITY,
    "mean_calibre_mm": _NO_SPACING,
    "calcified_length_mm": _NO_SPACING,
    "bac_percent_of_breast": "See the notes below.",
}
_SAID_WITH_OTHERS: Final = frozenset({"area_grade_name", "breast_area_px"})
_AT_EVERY_STROKE: Final = frozenset(field.name for field in fields(bac.LiveNumbers))


def table_rows() -> tuple[TableRow, ...]:
    """Whether the view was analysed, what the registry shows, and whether a person changed the mask."""
    shown = (_row(one) for one in bac.shown_quantities() if one.key not in _SAID_WITH_OTHERS)
    analysed = TableRow(
        "Analysed",
        "Whether a model or a person looked at the view. For the exam: how many of its views",
        of_state=_state,
        exam=lambda exam: Cell(f"{exam.views_analysed} of {exam.views_total}", _left_words(exam)),
    )
    edited = TableRow("Edited by hand", "Whether the mask differs from the model's", live=_edited)
    return (analysed, *shown, edited)


def _row(quantity: bac.Quantity) -> TableRow:
    live, slow, exam = _IN_A_WINDOW.get(quantity.key, (None, None, None))
    of_view = partial(_of, quantity, "view", why_not=_WHY_NOT.get(quantity.key, ""))
    of_exam = partial(_of, quantity, "exam", why_not=_WHY_NOT.get(quantity.key, ""))
    if quantity.view is not None and live is None and slow is None:
        at_every_stroke = quantity.key in _AT_EVERY_STROKE
        live = (lambda _session, numbers: _of(quantity, "view", numbers)) if at_every_stroke else None
        slow = None if at_every_stroke else of_view
    if quantity.exam is not None and exam is None:
        exam = of_exam
    return TableRow(quantity.label, _tip(quantity), quantity.key, live=live, slow=slow, exam=exam)


def _tip(quantity: bac.Quantity) -> str:
    """What it means, and where it is from."""
    meanings = [
        bac.words_for_people(one.meaning) for one in (quantity.view, quantity.exam) if one is not None
    ]
    words = "; of the exam: ".join(dict.fromkeys(meanings))
    return f"{words} ({quantity.source})" if quantity.source else words


ROWS: Final = table_rows()


def cell_of(view: ViewSession, key: str) -> Cell:
    """A quantity of a view as the table has it, by its key in the registry."""
    return next(row for row in ROWS if row.key == key).of_view(view, view.live)
