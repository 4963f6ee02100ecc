"""Which exams to check first, each with the reasons in words.

A reason has a weight between 0 and 1, by how likely a look at the exam changes its result. The weights of an
exam add up as chances do, ``1 - (1 - a)(1 - b)``, so that two reasons come before one of the same kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from shared_core.change.change_over_time import change_over_time
from shared_core.change.repeat_error import PairError, pair_error
from shared_core.change.serial_exams import SERIAL_QUANTITIES, SerialExam
from shared_core.cohort_page.summary import AREA, ExamSummary
from shared_core.errors import UsageError

_AREA: Final = next(one for one in SERIAL_QUANTITIES if one.key == AREA)
UNCERTAIN: Final = (0.2, 0.8)
"""Probabilities of BAC between which a view counts as uncertain."""
LEAST_PAIRS: Final = 10
"""Of CC and MLO, before the cohort says how far apart two views usually are."""
_LIMIT: Final = 1.96
_LARGE_MM2: Final = 30.0
"""Where one view has BAC and the other none, an area of this size weighs half of what any could."""
_BREASTS: Final = (("Left", "LCC", "LMLO"), ("Right", "RCC", "RMLO"))


class ReasonKind(str, Enum):
    """Why an exam is on the list; stable codes."""

    NEW = "new"
    UNDECIDED = "undecided"
    UNCERTAIN = "uncertain"
    VIEWS_DISAGREE = "views-disagree"
    INCREASED = "increased"
    NOT_MEASURED = "not-measured"
    BREASTS_DIFFER = "breasts-differ"
    OTHER_CALCIFICATIONS = "other-calcifications"

    @property
    def label(self) -> str:
        """For people."""
        return _LABELS[self]


_LABELS: Final = {
    ReasonKind.NEW: "New",
    ReasonKind.UNDECIDED: "May be an artery",
    ReasonKind.UNCERTAIN: "Uncertain",
    ReasonKind.VIEWS_DISAGREE: "Views disagree",
    ReasonKind.INCREASED: "Increase",
    ReasonKind.NOT_MEASURED: "Not measured",
    ReasonKind.BREASTS_DIFFER: "One breast only",
    ReasonKind.OTHER_CALCIFICATIONS: "Other calcifications",
}


@dataclass(frozen=True)
class Reason:
    """One of them."""

    kind: ReasonKind
    text: str
    """One sentence."""
    weight: float
    """In (0, 1)."""


@dataclass(frozen=True)
class ListedExam:
    """An exam to be checked."""

    place: int
    """Of its summary among those that were given."""
    reasons: tuple[Reason, ...]
    """The weightiest first."""

    @property
    def weight(self) -> float:
        """Of all reasons together, in (0, 1)."""
        return 1 - math.prod(1 - reason.weight for reason in self.reasons)


def reading_list(exams: Sequence[ExamSummary]) -> list[ListedExam]:
    """The exams with a reason to be checked, the first one first."""
    spread = cohort_spread(exams)
    before = _exams_before(exams)
    found = []
    for place, exam in enumerate(exams):
        earlier = exams[before[place]] if place in before else None
        reasons = sorted(_reasons(exam, earlier, spread), key=lambda reason: -reason.weight)
        if reasons:
            found.append(ListedExam(place, tuple(reasons)))
    return sorted(found, key=lambda one: (-one.weight, exams[one.place].key))


def cohort_spread(exams: Sequence[ExamSummary]) -> PairError | None:
    """How far CC and MLO of a breast are apart in this cohort; None where too few pairs have BAC."""
    found = pair_error(map(_serial, exams), _AREA)
    return found if found is not None and found.pairs >= LEAST_PAIRS else None


def _reasons(exam: ExamSummary, earlier: ExamSummary | None, spread: PairError | None) -> Iterator[Reason]:
    yield from _over_time(exam, earlier, spread)
    yield from (Reason(ReasonKind.UNDECIDED, text, 0.8) for text in exam.undecided)
    yield from _uncertain(exam)
    areas = dict(exam.areas_mm2)
    for side, cc, mlo in _BREASTS:
        if cc in areas and mlo in areas:
            yield from _views_disagree(side, (cc, areas[cc]), (mlo, areas[mlo]), spread)
    yield from _one_breast(areas)
    yield from (Reason(ReasonKind.NOT_MEASURED, text, 0.4) for text in exam.failed)
    yield from (Reason(ReasonKind.OTHER_CALCIFICATIONS, text, 0.2) for text in exam.to_read[:1])


def _uncertain(exam: ExamSummary) -> Iterator[Reason]:
    """The view about which least is known; views whose probability nobody knows say nothing."""
    low, high = UNCERTAIN
    half = (high - low) / 2
    doubtful = [(abs(p - 0.5), label, p) for label, p in exam.probabilities if low <= p <= high]
    if doubtful:
        away, label, probability = min(doubtful)
        text = f"{label}: the probability of BAC is {probability:.2f}, between {low:g} and {high:g}."
        yield Reason(ReasonKind.UNCERTAIN, text, 0.75 - 0.35 * away / half)


def _views_disagree(
    side: str, one: tuple[str, float], other: tuple[str, float], spread: PairError | None
) -> Iterator[Reason]:
    """One shows BAC and the other none, or they are further apart than pairs of the cohort are."""
    small, large = sorted((one, other), key=lambda view: view[1])
    if large[1] <= 0:
        return
    if small[1] <= 0:
        text = f"{side} breast: {large[0]} shows {large[1]:.1f} mm² of BAC, {small[0]} none."
        yield Reason(ReasonKind.VIEWS_DISAGREE, text, 0.25 + 0.6 * large[1] / (large[1] + _LARGE_MM2))
        return
    if spread is None or not spread.cv:
        return
    apart = abs(math.log(one[1] / other[1]) - math.log(spread.ratio)) / (math.sqrt(2) * spread.cv)
    if apart > _LIMIT:
        text = (
            f"{side} breast: {one[0]} shows {one[1]:.1f} mm² of BAC, {other[0]} {other[1]:.1f} mm², further "
            f"apart than 95 % of pairs in this cohort are expected to be."
        )
        yield Reason(ReasonKind.VIEWS_DISAGREE, text, min(0.85, 0.4 + 0.1 * (apart - _LIMIT)))


def _one_breast(areas: dict[str, float]) -> Iterator[Reason]:
    """All views of both breasts are known, and one breast alone has BAC in each of its views."""
    if len(areas) < sum(len(views) for _, *views in _BREASTS):
        return
    means = {side: (areas[cc] + areas[mlo]) / 2 for side, cc, mlo in _BREASTS}
    both = {side: areas[cc] > 0 and areas[mlo] > 0 for side, cc, mlo in _BREASTS}
    for side, other in (("Left", "Right"), ("Right", "Left")):
        if both[side] and means[other] == 0:
            text = f"{side} breast: {means[side]:.1f} mm² of BAC, {other.lower()} breast none."
            yield Reason(
                ReasonKind.BREASTS_DIFFER, text, 0.1 + 0.4 * means[side] / (means[side] + _LARGE_MM2)
            )


def _over_time(exam: ExamSummary, earlier: ExamSummary | None, spread: PairError | None) -> Iterator[Reason]:
    """BAC where the exam before had none, or more than the error of measurement explains."""
    if earlier is None:
        return
    errors = {AREA: spread} if spread is not None else None
    try:
        change = change_over_time([_serial(earlier), _serial(exam)], quantities=(_AREA,), pair_errors=errors)
    except UsageError:  # no standard view that both have
        return
    (area,) = change.quantities
    then, now = area.values
    if now > 0 and then == 0:
        text = f"BAC of {now:.1f} mm² where there was none on {earlier.date}."
        yield Reason(ReasonKind.NEW, text, 0.4 + 0.5 * now / (now + _LARGE_MM2))
    elif area.decision == "increase":
        text = f"BAC of {now:.1f} mm², {then:.1f} mm² on {earlier.date}: more than the error of measurement."
        yield Reason(ReasonKind.INCREASED, text, 0.3 + 0.4 * (now - then) / (now - then + _LARGE_MM2))


def _exams_before(exams: Sequence[ExamSummary]) -> dict[int, int]:
    """By place: the last exam before it of the same patient that was made the same way."""
    of_patient: dict[str, list[tuple[date, int]]] = {}
    for place, exam in enumerate(exams):
        if exam.patient is not None and exam.date is not None:
            of_patient.setdefault(exam.patient, []).append((exam.date, place))
    before = {}
    for dated in of_patient.values():
        dated.sort()
        for day, place in dated:
            made = exams[place].made_with
            earlier = [other for then, other in dated if then < day and exams[other].made_with == made]
            if earlier:
                before[place] = earlier[-1]
    return before


def _serial(exam: ExamSummary) -> SerialExam:
    """Its areas alone; a date where there is none stands for nothing here."""
    views = {label: {AREA: area} for label, area in exam.areas_mm2}
    return SerialExam(exam.key, exam.date or date.min, views)
