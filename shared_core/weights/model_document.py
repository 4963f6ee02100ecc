"""A model card as a document: Markdown with a head of facts, as the hubs of models show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shared_core.weights.card import ModelCard
from shared_core.weights.heat_map_rule import HeatMapRule

_TAGS: Final = ("mammography", "breast-arterial-calcification", "medical-imaging")
_STYLES: Final = {
    "vessel-band": "a band over the calcified stretch of the artery, wider than the calcium",
    "calcium": "the calcium alone",
    "heat-map": "where a classifier of whole views looked, which is no segmentation",
}


def model_document(card: ModelCard, *, use: str) -> str:
    """Everything that a card says of a model, for people.

    Parameters
    ----------
    use
        How to run it, in the words of the host.

    Returns
    -------
    Markdown with YAML at its top (`license`, `library_name`, `pipeline_tag`, `tags`), after Mitchell et al.
    2019, Model Cards for Model Reporting, as far as a card knows it. What it does not know is not there.
    """
    return "\n".join(_lines(card, use)) + "\n"


def _lines(card: ModelCard, use: str) -> Iterator[str]:
    yield from _head(card)
    yield f"# {card.name}"
    yield ""
    yield f"{card.title}."
    yield ""
    yield "**Research use only.** Not a medical device; its output is never a diagnosis."
    yield from _section("Intended use", [card.intended_use])
    yield from _section("Use", [use])
    if card.limitations:
        yield from _section("Limitations", [f"- {text}" for text in card.limitations])
    yield from _section("Training data", [card.training_data])
    yield from _section("What it is", _facts(card))
    if card.made_by:
        yield from _section("How it was made", [f"- {text}" for text in card.made_by])
    yield from _section("Licence", [card.licence])
    yield from _section("Citation", [card.citation])


def _head(card: ModelCard) -> Iterator[str]:
    known = card.licence.partition(",")[0].partition(";")[0].strip().lower()
    yield "---"
    # Hubs know short names; any other licence is told in the text.
    yield f"license: {known if known in ('mit', 'apache-2.0', 'bsd-3-clause', 'cc-by-4.0') else 'other'}"
    yield "library_name: openbac"
    does = "segmentation" if card.heat_map is None else "classification"
    yield f"pipeline_tag: image-{does}"
    yield "tags:"
    yield from (f"- {tag}" for tag in (*_TAGS, does))
    yield "---"
    yield ""


def _facts(card: ModelCard) -> list[str]:
    rows = [
        ("network", f"`{card.network}`" + (f", {card.parameters:,} parameters" if card.parameters else "")),
        ("weights", f"`{card.weights_file}`, {card.size_bytes:,} bytes"),
        ("sha256", f"`{card.sha256}`"),
        *(_of_tiles(card) if card.heat_map is None else _of_whole_views(card.heat_map)),
        ("threshold", f"{card.threshold:g}"),
        ("the mask", _STYLES[card.mask_style]),
    ]
    if card.members > 1:
        rows.append(("members", f"{card.members}, whose mean counts"))
    if card.tracks is not None:
        rows.append(("parts", "judged by a classifier of tracks: along an artery, or another calcification"))
    return ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows)]


def _of_tiles(card: ModelCard) -> list[tuple[str, str]]:
    """What a network sees that judges every pixel."""
    spacing_um = f"{1000 * card.input_spacing_mm:g} µm"
    resampled = {
        "when-spacing-known": f"resampled to {spacing_um} a pixel where its spacing is known",
        "never": f"not resampled; taught at {spacing_um} a pixel",
    }[card.resample]
    beside = "; the views of both breasts side by side" if card.input == "bilateral" else ""
    return [
        ("the image", f"{resampled}{beside}"),
        (
            "grey levels",
            f"8 bit; the network sees (x / 255 - {card.normalisation_mean:g}) / {card.normalisation_sd:g}",
        ),
        ("tiles", f"{card.tiling.tile_px} px, every {card.tiling.stride_px} px"),
    ]


def _of_whole_views(rule: HeatMapRule) -> list[tuple[str, str]]:
    """What one sees that judges whole views."""
    return [
        ("the image", f"the rectangle of the breast, squeezed to {rule.rows} x {rule.columns} pixels"),
        ("grey levels", "8 bit; the network sees them with mean 0 and standard deviation 1 over the breast"),
        ("positive", f"from a probability of {rule.positive_from:g}"),
    ]


def _section(title: str, lines: list[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "", *lines)
