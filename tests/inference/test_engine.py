"""Segmenting: seams, skipping, progress, cancelling, repeating."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from shared_core.errors import Cancelled, ModelError, UsageError
from shared_core.inference.engine import segment, segment_steps
from shared_core.inference.model import Model, make_backend
from shared_core.inference.runner import Runner
from shared_core.networks.scunet_lean import LeanScuNet
from shared_core.weights.card import TilingPreset
from tests.inference.conftest import prepared_view, texture, with_card


def _probability(model: Model, image: np.ndarray, **options: object) -> np.ndarray:
    *_, last = segment_steps(prepared_view(image), model, **options)
    assert last.result is not None
    return last.result.values


def test_seamless_answer_does_not_depend_on_the_grid(random_model: Model) -> None:
    image = texture((300, 430))
    still = _probability(random_model, image)
    spread = float(np.ptp(still))
    for origin in ((200, 200), (8, 56)):
        moved = _probability(random_model, image, origin_px=origin)
        assert np.abs(moved - still).max() < 0.05 * spread


def test_blended_tiles_depend_on_the_grid_less_than_the_published_maximum(random_model: Model) -> None:
    image = texture((420, 500))

    def moves(tiling: TilingPreset) -> float:
        model = with_card(random_model, tiling=tiling)
        return float(
            np.abs(_probability(model, image) - _probability(model, image, origin_px=(40, 40))).mean()
        )

    blended = moves(TilingPreset(128, 64, "weighted"))
    assert blended < 0.7 * moves(TilingPreset(128, 120, "maximum"))


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    row=st.integers(0, 600) | st.just(0),
    column=st.integers(0, 700) | st.just(0),
    size=st.integers(10, 200),
)
def test_skipping_what_is_not_wanted_changes_nothing_that_is(
    random_model: Model, row: int, column: int, size: int
) -> None:
    image = texture((620, 720), seed=2)
    image[:, 450:] = 0
    image[400:, :300] = 17
    valid = np.zeros(image.shape, bool)
    valid[row : row + size, column : column + size] = True
    part = segment(prepared_view(image, valid), random_model).values
    whole = _probability(random_model, image)
    assert not part[~valid].any()
    np.testing.assert_allclose(part[valid], whole[valid], atol=1e-5)


def test_nothing_wanted_gives_an_empty_map(random_model: Model) -> None:
    image = texture((200, 200))
    result = segment(prepared_view(image, np.zeros(image.shape, bool)), random_model)
    assert not result.values.any()
    assert result.tiles == 0


@pytest.mark.parametrize("shape", [(70, 64), (128, 128), (129, 513), (217, 131)])
@pytest.mark.parametrize("stitching", ["maximum", "weighted", "seamless"])
def test_any_size_of_image_gives_a_map_of_that_size(
    random_model: Model, shape: tuple[int, int], stitching: str
) -> None:
    model = with_card(random_model, tiling=TilingPreset(128, 96, stitching))  # type: ignore[arg-type]
    values = _probability(model, texture(shape))
    assert values.shape == shape
    assert values.dtype == np.float32
    assert 0 < values.min() <= values.max() < 1


def test_steps_count_to_the_total_and_carry_each_tile_once(random_model: Model) -> None:
    image = texture((300, 300))
    steps = list(segment_steps(prepared_view(image), random_model))
    assert [step.done for step in steps] == list(range(1, steps[-1].total + 1))
    assert {step.total for step in steps} == {len(steps)}
    shown = np.full(image.shape, np.nan, np.float32)
    for step in steps:
        if step.answer is not None:
            shown[step.answer.tile.slices] = step.answer.probability
    assert steps[-1].result is not None
    np.testing.assert_array_equal(shown, steps[-1].result.values)


def test_cancelling_stops_within_one_piece(random_model: Model) -> None:
    seen: list[int] = []
    with pytest.raises(Cancelled, match="cancelled"):
        segment(
            prepared_view(texture((400, 400))),
            random_model,
            progress=lambda done, _total: seen.append(done),
            cancelled=lambda: len(seen) >= 3,
        )
    assert seen == [1, 2, 3]


def test_same_image_gives_the_same_bytes(random_model: Model) -> None:
    image = texture((260, 260))
    assert _probability(random_model, image).tobytes() == _probability(random_model, image).tobytes()


def test_seamless_grid_moves_only_in_steps_of_its_deepest_layer(random_model: Model) -> None:
    with pytest.raises(UsageError, match="8 px"):
        _probability(random_model, texture((200, 200)), origin_px=(3, 0))


@pytest.mark.parametrize("stitching", ["maximum", "seamless"])
def test_raw_output_is_not_squeezed(random_model: Model, stitching: str) -> None:
    tiling = TilingPreset(128, 96, stitching, "outside-valid-area")  # type: ignore[arg-type]
    raw = with_card(random_model, output="raw", tiling=tiling)
    logits = with_card(random_model, output="logits", tiling=tiling)
    image = texture((128, 128))
    as_logit = _probability(logits, image).astype(np.float64)
    expected = np.clip(np.log(as_logit / (1 - as_logit)), 0, 1)
    np.testing.assert_allclose(_probability(raw, image), expected, atol=1e-3)


def test_batches_give_what_single_tiles_give(random_model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    image = texture((420, 500), seed=4)
    image[:, 300:] = 0
    single = _probability(random_model, image)
    monkeypatch.setattr(Model, "runner", lambda model: Runner(model.backend, batch_size=3))
    np.testing.assert_allclose(_probability(random_model, image), single, atol=1e-5)


def test_a_network_that_gives_no_numbers_marks_nothing_in_silence(random_model: Model) -> None:
    assert isinstance(random_model.net, LeanScuNet)
    head = random_model.net.head
    broken = replace(random_model.net, head=replace(head, weight=np.full_like(head.weight, np.nan)))
    model = replace(random_model, net=broken, backend=make_backend(broken, device="cpu"))
    with pytest.raises(ModelError, match="not finite"):
        segment(prepared_view(texture((200, 200))), model)
