"""The page of an evaluation: what was scored on what, the scores side by side, what differs, by tag."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from shared_core.quantities.number_formats import threshold
from shared_core.statistics.clusters import Estimate
from shared_core.statistics.overlap import SCORES
from shared_core.training.evaluation.difference import ALPHA, LEAST_PATIENTS, ScoreDifference, in_words
from shared_core.training.evaluation.model_runs import ModelRows
from shared_core.training.evaluation.model_scores import Evaluation, ModelScores
from shared_core.training.evaluation.probability_calibration import CERTAIN_NO
from shared_core.training.evaluation.scores import TITLES, GroupScores

_BY_TAG: Final = ("dice_pooled_bac", "dice_mean", "vessel_recall", "false_px_mean", "false_px_median")
_BRACKETS: Final = "In brackets: 95 % interval, patients drawn again (bootstrap); none for a single patient."
_SHORT: Final = ("pooled Dice", "mean Dice", "length found", "false px, mean", "false px, median")


def page(evaluation: Evaluation) -> str:
    """``evaluation.md``."""
    models = evaluation.models
    lines = ["# " + " and ".join(model.name for model in models), ""]
    lines += _about(models[0].rows)
    lines += [f"**{sentence}**\n" for sentence in evaluation.seen]
    lines += ["## Scores", "", _BRACKETS, ""]
    lines += _scores(models)
    lines += ["", "## As in Guo et al. 2021", "", *_guo(evaluation)]
    if evaluation.differences:
        lines += ["", "## Difference", "", *_difference(evaluation.differences, models)]
    lines += ["", "## Calibration", "", *_calibration(models)]
    for model in models:
        lines += ["", f"## {model.name} by what the views show", "", *_by_tag(model.groups)]
    lines += ["", "## Pictures", ""]
    lines += [f"![{text}]({name})" for name, text in evaluation.pictures]
    lines += ["", "Research use only - not a diagnosis.", ""]
    return "\n".join(lines)


def _about(rows: ModelRows) -> list[str]:
    kinds = [row.kind for row in rows.rows]
    patients = len({row.identity.patient_id for row in rows.rows})
    lines = [
        f"{len(kinds)} views of {patients} patients: {kinds.count('BAC')} with BAC, "
        f"{kinds.count('none')} without, {kinds.count('open')} whose label is left open and that are not "
        "scored.",
        f"An artery is found where a mark lies within {rows.tolerance_mm:g} mm of its centre line "
        "(12 px where the pixel spacing is not known).",
        "",
    ]
    lines += [f"- {name}: {text}" for name, text in rows.description.items()]
    if rows.failures:
        lines += ["", "Views that could not be scored:", ""]
        lines += [f"- {failure.view_id}: {failure.error}" for failure in rows.failures]
    return [*lines, ""]


def _scores(models: Sequence[ModelScores]) -> Iterable[str]:
    yield "| | " + " | ".join(model.name for model in models) + " |"
    yield "|---|" + "---:|" * len(models)
    yield "| threshold | " + " | ".join(threshold(model.rows.card.threshold) for model in models) + " |"
    for name, title in TITLES.items():
        found = [model.groups[0].scores.get(name) for model in models]
        if any(found):
            yield f"| {title} | " + " | ".join(with_limits(one) for one in found) + " |"


def _guo(evaluation: Evaluation) -> Iterable[str]:
    yield "Mean ± SD over the patches of 512 pixels, and over the images, that hold BAC by their label."
    yield ""
    yield "| | | n | " + " | ".join(SCORES) + " |"
    yield "|---|---|---:|" + "---:|" * len(SCORES)
    for model in evaluation.models:
        for found in model.guo:
            cells = [f"{_number(score.mean)} ± {_number(score.sd)}" for score in found.scores]
            yield f"| {model.name} | {found.level} | {found.count} | " + " | ".join(cells) + " |"
    for one in evaluation.guo_differences:
        low, high = one.clustered.limits
        yield ""
        yield (
            f"{one.score} of images, {one.model} less {evaluation.models[1].name}: paired t, as if images "
            f"were independent, P = {_number(one.p_holm)}; patients drawn together "
            f"{_number(one.clustered.difference)} [{_number(low)}, {_number(high)}]."
        )
        if one.paired is not None:
            low, high = one.paired.limits
            yield (
                f"Mean of each patient, bias-corrected bootstrap, {one.paired.resamples:,} draws (Ibrahim "
                f"2025): {_number(one.paired.difference)} [{_number(low)}, {_number(high)}], "
                f"P = {_number(one.paired.p)}."
            )


def _difference(differences: Sequence[ScoreDifference], models: Sequence[ModelScores]) -> Iterable[str]:
    names = models[0].name, models[1].name
    yield (
        f"{names[0]} less {names[1]} on the same views, patients drawn together (paired bootstrap); not "
        "corrected for several comparisons. A difference is told where the 95 % interval leaves out 0 "
        f"(P < {ALPHA:g}) and {LEAST_PATIENTS} patients or more have a say."
    )
    yield ""
    for difference in differences:
        yield f"- {in_words(difference, names)}"


def _calibration(models: Sequence[ModelScores]) -> Iterable[str]:
    yield "| | " + " | ".join(model.name for model in models) + " |"
    yield "|---|" + "---:|" * len(models)
    rows = (
        ("expected calibration error, all pixels", [m.calibration.error for m in models]),
        (
            f"expected calibration error, pixels with a probability of {CERTAIN_NO:g} or more",
            [m.calibration.error_above for m in models],
        ),
        ("temperature that would fit best", [m.calibration.temperature for m in models]),
        ("error of these pixels with it", [m.calibration.error_above_fitted for m in models]),
    )
    for title, values in rows:
        yield f"| {title} | " + " | ".join(_number(value) for value in values) + " |"


def _by_tag(groups: Sequence[GroupScores]) -> Iterable[str]:
    yield "| | | views | with BAC | " + " | ".join(_SHORT) + " |"
    yield "|---|---|---:|---:|" + "---:|" * len(_SHORT)
    for group in groups:
        cells = [with_limits(group.scores.get(name)) for name in _BY_TAG]
        value = group.value if group.tag != "all" else ""
        yield f"| {group.tag} | {value} | {group.views} | {group.with_bac} | " + " | ".join(cells) + " |"


def with_limits(estimate: Estimate | None) -> str:
    """A score with its interval, or a dash."""
    if estimate is None or math.isnan(estimate.value):
        return "-"
    low, high = estimate.limits
    if math.isnan(low):
        return _number(estimate.value)
    return f"{_number(estimate.value)} [{_number(low)}, {_number(high)}]"


def _number(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "-"
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
