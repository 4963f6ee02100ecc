"""From a probability map to a decision, by whatever the card says: a rule, or a classifier of parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.candidates import Decision, Refusal, decide
from shared_core.arteries.connected_parts import Box
from shared_core.arteries.judged_image import JudgedImage
from shared_core.arteries.judged_parts import JudgedPart, JudgedParts
from shared_core.inference.resampling import model_grid, model_picture
from shared_core.mammogram import Mask, PixelSpacing
from shared_core.tracks.classifier import TrackClassifier
from shared_core.tracks.features import TrackTable, describe_tracks
from shared_core.weights.card import ModelCard
from shared_core.weights.location import require_tracks
from shared_core.weights.track_rule import TrackRule


def decide_by_card(
    probability: NDArray[np.float32],
    *,
    card: ModelCard,
    threshold: float,
    valid: Mask,
    spacing: PixelSpacing | None,
    display_u8: NDArray[np.uint8],
    image_probability: float | None = None,
) -> Decision:
    """Where there is BAC.

    Parameters
    ----------
    probability
        (rows, columns) in [0, 1], the answer of the card's model.
    card
        Its rules are in mm: where the spacing is not known, pixels are taken for those that the model knows.
    threshold
        BAC where the probability lies above it: of a pixel, or, by a card with `tracks`, of a part.
    valid
        (rows, columns) bool: where BAC may be reported.
    spacing
        Of these pixels.
    display_u8
        (rows, columns) display values, not filtered.
    image_probability
        Of a card with a `heat_map`: that of the view as a whole.

    Raises
    ------
    ModelError
        The track classifier of the card is missing or damaged.
    """
    if card.heat_map is not None:
        judged_image = None
        if image_probability is not None:
            judged_image = JudgedImage(image_probability, card.heat_map.positive_from, threshold)
        return Decision(np.asarray(probability > threshold), judged=judged_image)
    if card.tracks is not None:
        judged = judge_parts(
            probability, card=card, threshold=threshold, valid=valid, spacing=spacing, display_u8=display_u8
        )
        return decision_of(judged, probability.shape)
    known = (spacing.row_mm, spacing.column_mm) if spacing is not None else (card.input_spacing_mm,) * 2
    return decide(
        probability,
        threshold=threshold,
        rule=card.candidates,
        valid=valid,
        spacing_mm=known,
        display_u8=display_u8,
    )


def decision_of(judged: JudgedParts, shape: tuple[int, ...]) -> Decision:
    """The mask of the parts that are arteries, on a grid of (rows, columns)."""
    refused: tuple[tuple[Refusal, int], ...] = (
        ("neither", len(judged.of("neither"))),
        ("other calcification", len(judged.of("other calcification"))),
    )
    return Decision(
        judged.mask("artery", shape),
        len(judged.of("artery")),
        tuple((why, count) for why, count in refused if count),
        judged,
    )


def judge_parts(
    probability: NDArray[np.float32],
    *,
    card: ModelCard,
    threshold: float,
    valid: Mask,
    spacing: PixelSpacing | None,
    display_u8: NDArray[np.uint8],
) -> JudgedParts:
    """Judge what lies above the low threshold, part by part; parameters and errors of `decide_by_card`.

    Parts are described on the grid of the model, as the network saw them.
    """
    rule = card.tracks
    assert rule is not None
    shape = (probability.shape[0], probability.shape[1])
    grid = model_grid(display_u8, valid, spacing, card)
    table = describe_parts(
        probability,
        grid,
        card=card,
        low_threshold=rule.low_threshold,
        valid=valid,
        spacing=spacing,
        display_u8=display_u8,
    )
    judged = judge_table(
        table,
        track_classifier(card),
        pixel_mm=card.input_spacing_mm,
        threshold=threshold,
        undecided_from=rule.undecided_from,
    )
    return (
        judged if grid == shape else replace(judged, parts=_on_source(judged.parts, grid, probability, rule))
    )


def judge_table(
    table: TrackTable,
    classifier: TrackClassifier,
    *,
    pixel_mm: float,
    threshold: float,
    undecided_from: float,
) -> JudgedParts:
    """Judge the described parts of one view.

    Parameters
    ----------
    pixel_mm
        Of the grid that they were described on, and stay on.
    threshold, undecided_from
        See `JudgedParts`.
    """
    said = np.where(table.skin, 0.0, classifier.probabilities(table, pixel_mm=pixel_mm))
    calcium = classifier.are_calcium(table) & ~table.skin
    lengths = np.exp(table.values[:, table.names.index("length")]) if table.parts else np.zeros(0)
    parts = (
        JudgedPart(part.box, part.inside, float(length), float(own), bool(is_calcium))
        for part, length, own, is_calcium in zip(table.parts, lengths, said, calcium, strict=True)
    )
    return JudgedParts(
        tuple(parts),
        threshold=threshold,
        undecided_from=undecided_from,
        bac_probability=classifier.of_view(said),
    )


def track_classifier(card: ModelCard) -> TrackClassifier:
    """The classifier that a card names.

    Raises
    ------
    ModelError
        It is missing or damaged.
    """
    return _loaded(require_tracks(card))


@lru_cache(maxsize=4)
def _loaded(path: Path) -> TrackClassifier:
    return TrackClassifier.load(path)


def describe_parts(
    probability: NDArray[np.float32],
    grid: tuple[int, int],
    *,
    card: ModelCard,
    low_threshold: float,
    valid: Mask,
    spacing: PixelSpacing | None,
    display_u8: NDArray[np.uint8],
) -> TrackTable:
    """Describe the parts above the low threshold on the model's `grid`; parameters of `decide_by_card`."""
    if grid != probability.shape and (probability > low_threshold).any():
        size = grid[1], grid[0]
        how = cv2.INTER_AREA if grid[0] < probability.shape[0] else cv2.INTER_LINEAR
        probability = np.asarray(cv2.resize(probability, size, interpolation=how), np.float32)
        display_u8 = model_picture(display_u8, grid, spacing, card)
        valid = cv2.resize(valid.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).view(np.bool_)
    return describe_tracks(
        probability,
        display_u8,
        valid=valid,
        threshold=low_threshold,
        pixel_mm=card.input_spacing_mm,
    )


def _on_source(
    parts: Sequence[JudgedPart], grid: tuple[int, int], probability: NDArray[np.float32], rule: TrackRule
) -> tuple[JudgedPart, ...]:
    """The same parts on the grid of the image: its own pixels above the low threshold, near each part."""
    found = []
    for part in parts:
        box = part.box
        # A pixel around, as the edge lies elsewhere on the finer grid.
        around = cv2.dilate(np.pad(part.inside.view(np.uint8), 1), np.ones((3, 3), np.uint8))
        top, bottom = _scaled(box.top - 1, box.top + box.rows + 1, grid[0], probability.shape[0])
        left, right = _scaled(box.left - 1, box.left + box.columns + 1, grid[1], probability.shape[1])
        inside = cv2.resize(around, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
        kept = Box(max(top, 0), max(left, 0), 0, 0)
        own = inside[kept.top - top :, kept.left - left :].view(np.bool_)
        own = own[: probability.shape[0] - kept.top, : probability.shape[1] - kept.left]
        placed = Box(kept.top, kept.left, own.shape[0], own.shape[1])
        above = own & (probability[placed.slices] > rule.low_threshold)
        found.append(replace(part, box=placed, inside=above))
    return tuple(found)


def _scaled(first: int, last: int, count: int, wanted: int) -> tuple[int, int]:
    """A stretch of one grid on another, at least a pixel long."""
    start = round(first * wanted / count)
    return start, max(round(last * wanted / count), start + 1)
