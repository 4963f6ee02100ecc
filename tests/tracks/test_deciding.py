"""What a card with a classifier of parts decides, and what it leaves as it was."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shared_core.arteries.candidates import decide
from shared_core.arteries.connected_parts import Box
from shared_core.arteries.judged_parts import JudgedPart, JudgedParts
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.quantification.judged_views import judged_notices
from shared_core.tracks import layers
from shared_core.tracks.deciding import decide_by_card
from shared_core.tracks.layers import tissue_layers
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import load_card
from tests.tracks.pictures import artery, cluster, course


def decided(picture, card, *, threshold=None, spacing=None):
    image, probability = picture
    return decide_by_card(
        probability,
        card=card,
        threshold=card.threshold if threshold is None else threshold,
        valid=np.ones(image.shape, bool),
        spacing=spacing,
        display_u8=image,
    )


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return load_card("openbac-2")


def test_a_card_without_a_classifier_decides_as_before() -> None:
    card = load_card("openbac-1")
    image, probability = artery()
    valid, mm = np.ones(image.shape, bool), (card.input_spacing_mm,) * 2
    before = decide(
        probability,
        threshold=card.threshold,
        rule=card.candidates,
        valid=valid,
        spacing_mm=mm,
        display_u8=image,
    )
    now = decided((image, probability), card)
    np.testing.assert_array_equal(now.mask, before.mask)
    assert (now.kept, now.refused, now.judged, now.other) == (before.kept, before.refused, None, None)


def test_an_artery_is_kept_and_a_cluster_is_named_apart(card: ModelCard) -> None:
    along, beside = decided(artery(), card), decided(cluster(), card)
    assert along.mask.any()
    assert along.judged is not None
    assert along.judged.of("artery")[0].probability > 0.5
    assert along.other is not None
    assert not along.other.any()
    assert beside.other is not None
    assert beside.other.any()
    assert not (beside.other & beside.mask).any()
    assert beside.judged is not None
    assert beside.judged.bac_probability < along.judged.bac_probability


def test_a_threshold_is_the_probability_of_an_artery(card: ModelCard) -> None:
    usual, strict = decided(artery(), card), decided(artery(), card, threshold=0.999)
    assert usual.kept == 1
    assert strict.kept == 0
    assert not strict.mask.any()
    assert strict.judged is not None
    assert [part.probability for part in strict.judged.parts] == [
        part.probability for part in usual.judged.parts
    ]


def test_parts_lie_on_the_pixels_of_the_image_whatever_their_size(card: ModelCard) -> None:
    image, probability = artery()
    size = image.shape[1] * 7 // 10, image.shape[0] * 7 // 10
    small = (
        cv2.resize(image, size, interpolation=cv2.INTER_AREA),
        cv2.resize(probability, size, interpolation=cv2.INTER_AREA),
    )
    found = decided(small, card, spacing=PixelSpacing(0.1, 0.1, SpacingSource.USER))
    assert card.tracks is not None
    wanted = small[1] > card.tracks.low_threshold
    assert np.count_nonzero(found.mask ^ wanted) < 0.02 * np.count_nonzero(wanted)


def test_layers_around_parts_are_those_of_the_whole_image(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    clouds = cv2.GaussianBlur(rng.normal(0, 1, (1501, 1700)).astype(np.float32), (0, 0), 9)
    image = np.clip(110 + 25 * clouds / clouds.std() + rng.normal(0, 4, clouds.shape), 1, 255).astype(
        np.uint8
    )
    part = Box(700, 801, 60, 90)
    monkeypatch.setattr(layers, "_WHOLE_PX", 10**9)
    whole = tissue_layers(image, [part])
    monkeypatch.setattr(layers, "_WHOLE_PX", 0)
    around = tissue_layers(image, [part])
    near = np.s_[part.top - 100 : part.top + 160, part.left - 100 : part.left + 190]
    np.testing.assert_allclose(around.raised[near], whole.raised[near], atol=1e-3)
    np.testing.assert_allclose(around.specks[near], whole.specks[near])
    half = np.s_[300:430, 350:495]
    np.testing.assert_allclose(around.ridges[half], whole.ridges[half], rtol=0.1, atol=0.1)
    assert around.raised_noise == pytest.approx(whole.raised_noise, rel=0.1)
    assert around.speck_noise == pytest.approx(whole.speck_noise, rel=0.15)
    assert not around.raised[:300].any()


def judged(*probabilities: float, others: int = 0, threshold: float = 0.1) -> JudgedParts:
    said = [(one, True) for one in probabilities] + [(0.0, True)] * others
    parts = (
        JudgedPart(Box(10 * n, 0, 4, 8), np.ones((4, 8), bool), 5.0, own, calcium)
        for n, (own, calcium) in enumerate(said)
    )
    return JudgedParts(tuple(parts), threshold, undecided_from=0.02, bac_probability=0.5)


@pytest.mark.parametrize(
    ("parts", "is_spread"),
    [
        (judged(*[0.3] * 8), True),
        (judged(*[0.3] * 7), False),
        (judged(*[0.9] * 12), False),
        (judged(0.3, others=2), True),
        (judged(0.3, 0.3, others=2), False),
        (judged(others=9), False),
    ],
)
def test_unsure_parts_among_calcifications_are_a_spread(parts: JudgedParts, is_spread: bool) -> None:
    assert (parts.spread is not None) == is_spread


def test_where_nothing_is_kept_the_likeliest_place_is_named() -> None:
    unsure = judged(0.01, 0.05, 0.03)
    assert unsure.undecided is not None
    assert unsure.undecided.middle == (12, 4)
    texts = [notice.text for notice in judged_notices(unsure) if notice.code == "artery-undecided"]
    assert len(texts) == 1
    assert "row 12, column 4" in texts[0]
    assert judged(0.01).undecided is None
    assert judged(0.05, 0.5).undecided is None
    assert replace(unsure, threshold=0.04).undecided is None


def test_a_line_along_the_skin_is_neither_artery_nor_calcium(card: ModelCard) -> None:
    image, probability = artery()
    # The border of the breast follows the artery, 1.2 mm above its middle.
    valid = np.arange(image.shape[0])[:, None] > course(np.arange(image.shape[1])) - 17
    free = decided((image, probability), card)
    along = decide_by_card(
        probability,
        card=card,
        threshold=card.threshold,
        valid=valid,
        spacing=None,
        display_u8=np.where(valid, image, 0).astype(np.uint8),
    )
    assert free.mask.any()
    assert not along.mask.any()
    assert along.judged is not None
    assert [along.judged.kind(part) for part in along.judged.parts] == ["neither"]
    assert along.judged.bac_probability < 0.1
