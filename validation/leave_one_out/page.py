"""``docs/validation_leave_one_out.md``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from shared_core.training.evaluation.curves import curve
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.candidate_rule import CandidateRule
from validation.judged import rule_in_words
from validation.leave_one_out.folds import Fold
from validation.leave_one_out.judging import DECISIVE, RECALLS, JudgedRows, Matched, difference, matched
from validation.markdown import shown, table
from validation.models.figure import NamedCurve
from validation.real_data import LICENCES

CURVES: Final = "leave-one-out-curves.png"
LIMITS_PX: Final = (0, 500, 2000)
Part = str | list[str]


def leave_one_out_page(
    judged: Sequence[JudgedRows], folds: Sequence[Fold], *, rule: CandidateRule, made_of: str
) -> str:
    """The page.

    Parameters
    ----------
    judged
        The models of the folds by their own rule first; every other model has each of its rules.
    made_of
        Recipe, data and start of the folds' models, in words.
    """
    rows = judged[0].rows
    with_bac = sum(row.kind == "BAC" for row in rows)
    without = sum(row.kind == "none" for row in rows)
    parts: list[Part] = [
        "# Real views without BAC, tested on models that were trained without them",
        f"Made by `python -m validation.leave_one_out`; do not edit by hand. OpenBAC {SOFTWARE_VERSION}. "
        f"{len(folds)} models were trained as the bundled one, each without the images of some patients: "
        f"{'; '.join(', '.join(fold.patients) for fold in folds)}. Each was tested on the images of those "
        f"patients: {without} as they are, where every marked pixel is false, and {with_bac} variants with "
        "BAC newly inserted, where the share of the bands' pixels that is found is its recall. One threshold "
        "for all views of a model is set where that recall is the one in the first column. *Open*, and "
        "counted nowhere, is inserted BAC too faint to be seen.",
        f"{made_of} {LICENCES}",
        f"*With the rule*: parts of a mask count by {rule_in_words(rule)}; *no rule*, or nothing said: as "
        "the card has it. No image has a pixel spacing, so areas are in px; for the rule 70 µm were assumed.",
        "## At matched recall",
        _matched_table(judged),
        _verdict(judged),
        f"![Free response, and recall over false area](validation/{CURVES})",
        f"## Patient by patient, recall {DECISIVE:g}",
        _patients_table(judged),
        "These are few patients, some of them on film and some synthesised from tomosynthesis: the mean is "
        "made by the worst image or two, and an interval over patients says little of other patients.",
    ]
    return "\n\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts) + "\n"


def curves(judged: Sequence[JudgedRows]) -> list[NamedCurve]:
    """For the figure."""
    return [NamedCurve(one.name, one.model, curve(one.rows)) for one in judged]


def _matched_table(judged: Sequence[JudgedRows]) -> list[str]:
    lines = []
    for recall in RECALLS:
        for one in judged:
            found = matched(one.rows, recall)
            cells = ["not reached" if found is None else f"{found.threshold:.4f}"]
            cells += [shown(None if found is None else found.mean_px, 0)]
            cells += [shown(None if found is None else found.median_px, 0)]
            cells += [
                "-" if found is None else str(int(np.count_nonzero(found.false_px > limit)))
                for limit in LIMITS_PX
            ]
            lines.append([f"{recall:g}", one.name, *cells])
    above = (f"views above {limit} px" for limit in LIMITS_PX)
    return table(("recall", "model", "threshold", "mean false px", "median", *above), lines, texts=2)


def _verdict(judged: Sequence[JudgedRows]) -> list[str]:
    """Each rule of the folds' models beside the published model with the like."""
    own = [one for one in judged if one.model == judged[0].model]
    others = [one for one in judged if one.model != judged[0].model]
    found = []
    for mine, theirs in zip(own, others, strict=False):
        first, second = matched(mine.rows, DECISIVE), matched(theirs.rows, DECISIVE)
        if first is None or second is None:
            found.append(f"- {mine.name} beside {theirs.name}: a recall of {DECISIVE:g} is not reached.")
            continue
        found.append(f"- {_sentence(mine.name, first, theirs.name, second)}")
    return found


def _sentence(name: str, first: Matched, other: str, second: Matched) -> str:
    told = difference(first, second)
    low, high = told.limits
    ratio = f", {first.mean_px / second.mean_px:.2f} times as much" if second.mean_px else ""
    reached = "no more than" if first.mean_px <= second.mean_px else "more than"
    twice = "" if first.mean_px <= second.mean_px else f", {_twice(first, second)}"
    return (
        f"{name} marks {first.mean_px:.0f} px falsely on a view (mean), {reached} {other} with "
        f"{second.mean_px:.0f} px{ratio}{twice}; difference {told.difference:+.0f} px "
        f"[{low:+.0f} to {high:+.0f}] over {told.clusters} patients."
    )


def _twice(first: Matched, second: Matched) -> str:
    return "not more than twice" if first.mean_px <= 2 * second.mean_px else "more than twice"


def _patients_table(judged: Sequence[JudgedRows]) -> list[str]:
    found = [matched(one.rows, DECISIVE) for one in judged]
    known = next((one for one in found if one is not None), None)
    if known is None:
        return [f"No model reaches a recall of {DECISIVE:g}."]
    lines = []
    for patient in sorted(set(known.patients)):
        own = np.array([owner == patient for owner in known.patients])
        cells = ["-" if one is None else f"{one.false_px[own].mean():.0f}" for one in found]
        lines.append([patient, str(int(own.sum())), *cells])
    return table(("patient", "views", *(f"{one.name}, mean px" for one in judged)), lines)
