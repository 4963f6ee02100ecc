"""A sentence about BAC for the report: a draft for a person to check and to change.

It says what was measured, that nobody has verified it, and that it is no diagnosis. For grade 3 it has
the finding in the words of the script that CSBI's position statement (2023) proposes for that grade. The
rest of the script, which advises on cardiovascular risk, is for the reader to add as is customary there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shared_core.grades.csbi import AUTOMATED
from shared_core.quantification.measurement import ExamMeasurement, ViewMeasurement
from shared_core.quantification.view_state import analysed_words
from shared_core.wording import phrases

CSBI_GRADE_3: Final = (
    "There are severe coarse vascular or tram track calcifications affecting 3 or more vessels in the "
    "breasts (Grade 3). [Add the advice of the local script.]"
)
CLOSING: Final = (
    "Research use only. Not a diagnosis; does not replace a radiologist's reading; correlate with "
    "cardiovascular risk factors."
)


def view_sentence(
    measurement: ViewMeasurement | None, *, mass: str = "mass not computed", limits: str = ""
) -> str:
    """Draft for one view.

    Parameters
    ----------
    measurement
        Of the view; None where nothing looked at it.
    mass
        What to say about the mass of calcium, with its unit and interval, or why there is none.
    limits
        What to say where nothing is marked, see `sensitivity_words`.
    """
    if measurement is None:
        return f"Breast arterial calcification: not assessed; this view was not analysed. {CLOSING}"
    m = measurement
    if m.heat_map:
        return f"Breast arterial calcification: {_classified(m)} {CLOSING}"
    sizes = [f"area {_mm2(m.bac_area_mm2, m.am_px)}"]
    if m.bac_percent_of_breast is not None:
        sizes[0] += f" ({phrases.share(m)})"
    return _sentence(
        marked=m.am_px > 0,
        grade=m.csbi_grade,
        reason=m.csbi_reason,
        vessels=m.vessels_count,
        length=_length(m.calcified_length_mm, m.calcified_length_px),
        sizes=[*sizes, mass],
        unsure=m.other_count is not None and m.vessels_count is None,
        other=str(m.other_count) if m.other_count else "",
        nothing=_nothing_marked(m.undecided, limits),
    )


def exam_sentence(measurement: ExamMeasurement, *, mass: str = "mass not computed", limits: str = "") -> str:
    """Draft for an exam; parameters as for `view_sentence`."""
    m = measurement
    if m.views_not_analysed:
        state = analysed_words(m.views_analysed, m.views_total)
        left = f"Not analysed: {', '.join(m.views_not_analysed)}."
        return f"Breast arterial calcification: not assessed for the whole exam; {state}. {left} {CLOSING}"
    if not m.views_used:
        return f"Breast arterial calcification: not assessed, no standard view. {CLOSING}"
    areas = [breast.mean_bac_area_mm2 for breast in m.breasts]
    known = [area for area in areas if area is not None]
    others = [f"area {sum(known):.1f} mm²"] if known and len(known) == len(areas) else []
    if m.bac_percent_of_breast is not None:
        share = f"{phrases.percentage(m.bac_percent_of_breast)} % of breast area"
        others = [f"{others[0]} ({share})"] if others else [share]
    if m.bac_percent_of_breast is None and m.vessels_count is None and not any(known):
        amount = "neither its percentage of the breasts nor its vessels are known"
        if m.bac_probability is not None:
            amount += f"; largest probability of BAC of a view {m.bac_probability:.2f}"
        return f"Breast arterial calcification: not assessed for the whole exam; {amount}. {CLOSING}"
    words = _sentence(
        marked=m.marked,
        grade=m.csbi_grade,
        reason=m.csbi_reason,
        vessels=m.vessels_count,
        length=_length(m.calcified_length_mm, None),
        sizes=[*others, mass],
        unsure=m.other_count is not None and m.vessels_count is None,
        other=f"{m.other_count} in the views that show most" if m.other_count else "",
        nothing=_nothing_marked(m.undecided, limits),
    )
    missing = f" Views missing: {', '.join(m.missing_views)}." if m.missing_views else ""
    return words.replace(f" {CLOSING}", f"{missing} {CLOSING}")


def _classified(measurement: ViewMeasurement) -> str:
    said = phrases.classified(measurement)
    looked = " What is marked is where it looked, which is no area of calcium." if measurement.am_px else ""
    return f"{said[0].lower()}{said[1:]} by a classifier of whole views ({AUTOMATED}).{looked}"


def _sentence(
    *,
    marked: bool,
    grade: int | None,
    reason: str | None,
    vessels: int | None,
    length: str | None,
    sizes: list[str],
    unsure: bool,
    other: str,
    nothing: list[str],
) -> str:
    beside = [f"Calcifications that are not along an artery: {other}; have them read."] if other else []
    if not marked:
        none = f"Breast arterial calcification: none marked ({AUTOMATED})."
        return " ".join([none, *nothing, *beside, CLOSING])
    if grade is not None:
        finding = f"grade {grade} (CSBI, {AUTOMATED})"
    else:
        finding = f"{'uncertain' if unsure else 'present'}, not graded ({AUTOMATED})"
    parts = [f"Breast arterial calcification: {finding}."]
    if grade is None and reason is not None:
        parts.append(reason)
    if grade == 3:
        parts.append(CSBI_GRADE_3)
    if vessels is not None:
        parts.append(f"Vessels: {vessels}.")
    lengths = [f"calcified length {length}"] if length is not None else []
    words = ", ".join([*lengths, *sizes])
    return " ".join([*parts, f"{words[0].upper()}{words[1:]}.", *beside, CLOSING])


def _nothing_marked(undecided: str | None, limits: str) -> list[str]:
    """What goes with a view or an exam in which nothing is marked: it is no proof of absence."""
    unsure = f"There may be an artery with calcium at {undecided}: look there." if undecided else ""
    return [words for words in (unsure, limits) if words]


def sensitivity_words(provenance: Mapping[str, Any]) -> str:
    """How much of calcified arteries the model finds; empty where its card does not say.

    Parameters
    ----------
    provenance
        See `provenance_of`.
    """
    known = provenance.get("sensitivity")
    if not known or provenance.get("edited_by_hand"):
        return ""
    clear, faint = _share(known["clear"]), _share(known["faint"])
    return (
        f"{provenance['model_name']} finds {clear} of the length of plainly calcified arteries and {faint} "
        f"of faint ones ({known['judged_on']})."
    )


def _share(share: Mapping[str, float]) -> str:
    """``88 % (79 to 94 %)``."""
    return f"{share['value']:.0%} ({share['low']:.0%} to {share['high']:.0%})".replace("%", " %")


def _length(length_mm: float | None, length_px: float | None) -> str | None:
    if length_mm is not None:
        return f"{length_mm:.0f} mm"
    return f"{length_px:.0f} px" if length_px is not None else None


def _mm2(area_mm2: float | None, area_px: int) -> str:
    return f"{area_mm2:.1f} mm²" if area_mm2 is not None else f"{area_px} px"
