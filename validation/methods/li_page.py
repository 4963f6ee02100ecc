"""The part of the page on the Hausdorff loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared_core.exporting.atomic_write import write_bytes
from shared_core.statistics.bootstrap import PAIRED_RESAMPLES
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from validation.markdown import shown, shown_limits, table
from validation.methods.li import SMALL_RECIPE, WITH, WITHOUT, Study
from validation.methods.li_scores import THIN_MM, Compared
from validation.methods.page import PICTURES, looked_at

SHEET: Final = "methods-li-branches.jpg"
_NAMES: Final = {
    "dice": "Dice",
    "hausdorff95": "95 % Hausdorff distance",
    "thin": f"thin branches (< {THIN_MM:g} mm), share of length under the mask",
    "wide": "wider branches, the same",
}
_BETTER_BELOW: Final = ("hausdorff95",)


def li_part(study: Study, page: Path, *, small: bool, notes: str = "") -> list[str]:
    """Lines of Markdown; the picture is written beside the page. `notes` is what a person saw on it."""
    write_bytes(page.parent / PICTURES / SHEET, study.sheet)
    return ["## Hausdorff loss (Li 2025)", "", *_lines(study, small=small), *looked_at(notes)]


def _lines(study: Study, *, small: bool) -> Iterator[str]:
    asked, recipe = study.budget, study.recipe
    if small:
        yield (
            "**A small budget**: less than an hour of one processor for both models. "
            f"`validation/methods/{SMALL_RECIPE.name}` says what differs from the recipe `li-2025`: half the "
            "width, pixels of 0.2 mm, tiles of 192 px, few epochs and patients. One seed: it shows what the "
            "term does here, not what it does on average."
        )
    else:
        yield f"Recipe `{asked.recipe}` as it is."
    yield ""
    yield (
        "Two models of one recipe, with `dice+bce+hausdorff` and with `dice+bce`: the same patches in the "
        f"same order from the same start (seed {asked.seed}). Until epoch {recipe.loss.hausdorff_from_epoch} "
        "the term has no weight, and both are the same model bit for bit."
    )
    yield ""
    yield f"- Taught: `{asked.data}`; a part of the patients validates."
    yield f"- Held out: {' and '.join(f'{name}, `{_short(spec)}`' for name, spec in asked.held_out)}."
    yield ""
    yield from _epochs(study)
    yield ""
    yield (
        "Means over patients with BAC, and paired bootstrap over patients (bias-corrected, "
        f"{PAIRED_RESAMPLES:,} resamples, one added to each tail), with less without:"
    )
    yield ""
    yield from table(
        ["score", "held out", "patients", "without", "with", "difference", "95 % interval", "P"],
        (_row(one) for one in study.compared),
        texts=2,
    )
    yield ""
    yield (
        "A view on which a model marks nothing has no distance, and is left out for both: "
        + "; ".join(
            f"{one.held_out}, of {one.views} views {one.without} without the term and {one.with_} with it"
            for one in study.missed
        )
        + "."
    )
    yield ""
    for one in study.compared:
        yield f"- {_NAMES[one.score]}, {one.held_out}: {_verdict(one)}."
    yield ""
    yield f"![Thin branches, without the Hausdorff loss and with it]({PICTURES}/{SHEET})"


def _short(spec: str) -> str:
    """Without the folder of the real images."""
    kind, _, rest = spec.partition(":")
    return spec if kind != "real-bac" else f"real-bac:FOLDER,{rest.partition(',')[2]}"


def _epochs(study: Study) -> Iterator[str]:
    logs = study.log
    rows = []
    for one, other in zip(logs[WITHOUT], logs[WITH], strict=True):
        if one["dice"]:
            weight = other["hausdorff_weight"]
            rows.append(
                [
                    one["epoch"],
                    shown(float(one["dice"]), 3),
                    shown(float(other["dice"]), 3),
                    shown(float(weight) if weight else 0.0, 2),
                ]
            )
    yield from table(["epoch", "validation Dice, without", "with", "weight of the Hausdorff loss"], rows)


def _row(one: Compared) -> list[str]:
    digits = 2 if one.score == "hausdorff95" else 3
    name = f"{_NAMES[one.score]}{f', {one.unit}' if one.unit else ''}"
    found = one.difference
    return [
        *(name, one.held_out, str(one.patients), shown(one.without, digits), shown(one.with_, digits)),
        shown(one.with_ - one.without, digits, signed=True),
        "-" if found is None else shown_limits(found.limits, digits),
        "-" if found is None else f"{found.p:.5f}" if found.p < 0.001 else f"{found.p:.3f}",
    ]


def _verdict(one: Compared) -> str:
    found = one.difference
    if found is None:
        return f"with fewer than {LEAST_FOR_INTERVAL} patients nothing can be said"
    low, high = found.limits
    if low <= 0 <= high:
        return "no difference that can be told from chance"
    better = (low > 0) != (one.score in _BETTER_BELOW)
    return f"{'better' if better else 'worse'} with the term"
