"""The part of the page on pseudo-labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared_core.exporting.atomic_write import write_bytes
from shared_core.statistics.bootstrap import PAIRED_RESAMPLES
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from validation.markdown import shown, shown_limits, table
from validation.methods.ibrahim import Gain, Study
from validation.methods.page import PICTURES, looked_at
from validation.methods.pseudo_truth import PseudoTruth

SHEET: Final = "methods-ibrahim-taken.jpg"


def ibrahim_part(study: Study, page: Path, *, small: bool, notes: str = "") -> list[str]:
    """Lines of Markdown; the picture is written beside the page. `notes` is what a person saw on it."""
    lines = ["## Pseudo-labels (Ibrahim 2025)", "", *_lines(study, small=small)]
    if study.taken is not None:
        place = Path(PICTURES) / SHEET
        write_bytes(page.parent / place, study.taken)
        words = "Patches that the last round took, with what the model marked and the training was taught"
        lines += ["", f"![{words}]({place.as_posix()})"]
    return [*lines, *looked_at(notes)]


def _lines(study: Study, *, small: bool) -> Iterator[str]:
    asked = study.budget
    if small:
        yield (
            "**A small budget**: some fifteen minutes of one processor in all; the paper's training takes "
            "days of a graphics card. `validation/methods/ibrahim_small.toml` says what differs from the "
            "recipe `ibrahim-2025`: another network, smaller patches, three rounds, a fifth of the patches "
            "that pass. It shows that the method runs and what it does; it is no repetition of the paper."
        )
    else:
        yield "Recipe `ibrahim-2025` as it is."
    yield ""
    yield f"- Annotated: `{_short(asked.data)}`; a part of the patients validates."
    yield f"- Pool: real views, `{_short(asked.real_pool)}`, and simulated ones, `{asked.simulated_pool}`."
    yield f"- Held out: {' and '.join(f'`{_short(spec)}`' for _, spec in asked.held_out)}."
    yield f"- Seed {asked.seed}."
    yield ""
    yield from table(
        ["round", "pool", "pass", "taken", "entropy, bit", "validation Jaccard", "chosen"],
        (_round(row) for row in study.rounds),
    )
    yield ""
    yield (
        "Paired bootstrap over patients (bias-corrected, "
        f"{PAIRED_RESAMPLES:,} resamples, one added to each tail), model less base:"
    )
    yield ""
    yield from table(
        ["model", "held out", "patients", "Jaccard, base", "Jaccard", "difference", "95 % interval", "P",
         "false px a view without BAC, base", "with rounds"],
        (_gain(one) for one in study.gains),
        texts=2,
    )  # fmt: skip
    yield ""
    yield from _verdict(study)
    yield ""
    yield (
        "`control` is the base trained on with the annotated patches alone, at the learning rate of the "
        "rounds and for as many epochs: what it gains is not due to pseudo-labels. The paper has no such "
        "control."
    )
    yield ""
    yield "**What the pseudo-labels were worth.** The pool has labels that the training never saw. By them:"
    yield ""
    yield from table(
        ["round", "pool", "patches taken", "pixels labelled BAC", "of these right"],
        (
            [str(number), name, str(truth.patches), f"{truth.marked_px:,}", _share(truth)]
            for number, round_ in enumerate(study.truths, 1)
            for name, truth in round_.items()
        ),
        texts=2,
    )
    yield ""
    yield from _why(study)


def _short(spec: str) -> str:
    """Without the folder of the real images."""
    kind, _, rest = spec.partition(":")
    return spec if kind != "real-bac" else f"real-bac:FOLDER,{rest.partition(',')[2]}"


def _round(row: dict[str, str]) -> list[str]:
    lowest, highest = row["entropy_lowest_bits"], row["entropy_highest_bits"]
    entropy = f"{float(lowest):.0f} to {float(highest):.0f}" if lowest else "-"
    jaccard = shown(float(row["validation_jaccard"]), 3) if row["validation_jaccard"] else "-"
    name = "base" if row["round"] == "0" else row["round"]
    counts = [row[column] or "-" for column in ("pool_patches", "eligible", "taken")]
    return [name, *counts, entropy, jaccard, row["chosen"]]


def _gain(one: Gain) -> list[str]:
    found = one.difference
    return [
        one.model,
        one.held_out,
        str(one.patients),
        shown(one.base_jaccard, 3),
        shown(one.jaccard, 3),
        shown(one.jaccard - one.base_jaccard, 3, signed=True),
        "-" if found is None else shown_limits(found.limits, 3),
        "-" if found is None else f"{found.p:.5f}" if found.p < 0.001 else f"{found.p:.3f}",
        shown(one.base_false_px, 0),
        shown(one.false_px, 0),
    ]


def _verdict(study: Study) -> Iterator[str]:
    """In words, whatever came out."""
    if not study.gains:
        yield "The base did best on the validation patients, and no round learnt."
    for one in study.gains:
        found = one.difference
        if found is None:
            few = f"with fewer than {LEAST_FOR_INTERVAL} patients nothing can be said"
            yield f"- {one.model}, {one.held_out}: {few}."
            continue
        low, high = found.limits
        said = "a gain" if low > 0 else "a loss" if high < 0 else "no difference that can be told from chance"
        yield f"- {one.model} on {one.held_out} patients: {said} ({found.difference:+.3f})."
    yield ""
    yield (
        "The model of the run is the round that validation chose. A later round stands in the table to be "
        "looked at: to prefer it by this table would be choosing on the test set, as the released code did. "
        "What the control gains as well is owed to more steps, not to pseudo-labels."
    )
    yield ""
    yield "The paper reports a gain of 0.0114 (0.0072 to 0.0156) on 141 exams."


def _share(truth: PseudoTruth) -> str:
    return f"{truth.right_px / truth.marked_px:.0%}" if truth.marked_px else "-"


def _why(study: Study) -> Iterator[str]:
    real = [round_["real"] for round_ in study.truths]
    marked, right = sum(one.marked_px for one in real), sum(one.right_px for one in real)
    if real and marked:
        yield (
            f"Of {marked:,} pixels that were taught as BAC on real views, {right:,} lie on an artery that "
            "the drawings call calcified (the readers were laymen, and saw none on these views). The area "
            "rule takes patches by what the model marks, and low entropy means that it marks with "
            "conviction: on views without BAC, both choose its surest mistakes, and the rounds teach them."
        )
    else:
        yield "On no real view was enough marked for a patch to be taken; simulated ones taught the rounds."
    yield (
        "In the paper every annotated exam had BAC, and nothing is said of its pool; where few women of a "
        "pool have BAC, look at `rounds/*/taken.png` before believing a round."
    )
