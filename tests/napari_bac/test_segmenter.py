"""Runs: results as one step of undo, tiles, cancel, memory, views that go away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_bac.session import pulse
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.registry import session_of
from napari_bac.session.segmentation_run import SegmentationRun, TileDone, ViewBegun, ViewFailed
from napari_bac.views.model_answer import KeptProbability
from napari_bac.views.opened_view import OpenedView
from shared_core.hosting import TileProbability
from shared_core.inference.tiles import Tile
from tests.napari_bac import pictures

torch = pytest.importorskip("torch", reason="torch is not installed")
MODEL = "openbac-1"
LONG_MS = 60_000


def wait(session: ExamSession, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not session.is_running, timeout=LONG_MS)


def run(session: ExamSession, qtbot: Any, **how: Any) -> None:
    assert session.segment(model=MODEL, **how)
    wait(session, qtbot)


@pytest.fixture
def one_view(session: ExamSession, left_cc: OpenedView) -> ExamSession:
    session.add([left_cc])
    return session


@pytest.fixture
def at_tile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], list[int]]:
    """Do something at every tile, in the worker, before the network sees it; gives the count."""
    from shared_core.inference.runner import Runner

    def hook(do: Callable[[int], None]) -> list[int]:
        calls: list[int] = []
        real = Runner.encode

        def encode(self: Runner, image: Any) -> Any:
            calls.append(len(calls) + 1)
            do(len(calls))
            return real(self, image)

        monkeypatch.setattr(Runner, "encode", encode)
        return calls

    return hook


def test_a_run_is_one_step_of_undo_and_can_be_brought_back(one_view: ExamSession, qtbot: Any) -> None:
    view = one_view.views["L-CC"]
    before = pictures.labels()
    one_view.set_labels("L-CC", before)
    run(one_view, qtbot)
    assert one_view.run is not None
    assert one_view.run.state == "done"
    assert "openbac-1 on cpu" in one_view.run.words
    found = view.label_pixels().copy()
    assert (found > 0)[pictures.truth()].mean() > 0.5
    assert not view.edited
    assert view.dirty
    view.labels.undo()
    assert np.array_equal(view.label_pixels(), before)
    assert view.edited
    one_view.reset_to_model("L-CC")
    assert np.array_equal(view.label_pixels(), found)
    assert not view.edited


def test_another_threshold_is_one_step_of_undo_without_a_run(one_view: ExamSession, qtbot: Any) -> None:
    run(one_view, qtbot)
    view = one_view.views["L-CC"]
    first = view.label_pixels().copy()
    one_view.set_threshold("L-CC", 0.9)
    higher = view.label_pixels().copy()
    assert 0 < np.count_nonzero(higher) < np.count_nonzero(first)
    assert view.answer is not None
    assert view.answer.threshold == 0.9
    assert not view.edited
    view.labels.undo()
    assert np.array_equal(view.label_pixels(), first)


def test_the_probability_is_a_layer_where_asked_for(one_view: ExamSession, qtbot: Any) -> None:
    layers = len(one_view.viewer.layers)
    run(one_view, qtbot)
    assert len(one_view.viewer.layers) == layers
    one_view.probabilities.show("L-CC")
    shown = one_view.viewer.layers["L-CC probability"]
    view = one_view.views["L-CC"]
    assert np.array_equal(shown.extent.world, view.image.extent.world)
    one_view.viewer.layers.remove(shown)
    assert not one_view.probabilities.is_shown("L-CC")
    one_view.probabilities.show("L-CC")
    one_view.probabilities.hide("L-CC")
    assert len(one_view.viewer.layers) == layers


def test_the_spread_of_an_ensemble_is_shown_and_taken_away_with_its_probability(
    one_view: ExamSession, qtbot: Any
) -> None:
    layers = len(one_view.viewer.layers)
    run(one_view, qtbot)
    view = one_view.views["L-CC"]
    answer = view.answer
    assert answer is not None
    assert answer.probability.spread is None
    found = answer.probability
    spread = np.where(found.values > 0, found.values / 4, 0).astype(np.float32)
    kept = KeptProbability.of(replace(found, spread=spread))
    view.answer = replace(answer, kept=kept)
    one_view.probabilities.show("L-CC")
    shown = one_view.viewer.layers["L-CC spread"]
    assert np.array_equal(shown.data, spread)
    assert shown.contrast_limits == [0.0, 0.5]
    view.answer = answer
    one_view.probabilities.follow("L-CC")
    assert "L-CC spread" not in one_view.viewer.layers
    assert "L-CC probability" in one_view.viewer.layers
    one_view.probabilities.hide("L-CC")
    assert len(one_view.viewer.layers) == layers


@pytest.fixture
def every_tile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each tile is shown as it comes."""
    monkeypatch.setattr(pulse, "EVERY_MS", 0)


@pytest.mark.pyside6
def test_many_tiles_are_drawn_once_and_the_last_state_is_shown(
    one_view: ExamSession, viewer: Any, plugin: None, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a run of 200 tiles on a fast machine, of which the hand sees ten pictures a second."""
    _, panel = viewer.window.add_plugin_dock_widget("openbac", "BAC panel")
    view, tiles = one_view.views["L-CC"], 200
    one_tile = TileProbability(Tile(0, 0, 8, 8), np.ones((8, 8), np.float32))
    events: list[Any] = [ViewBegun("L-CC", view.opened.prepared.image_u8.shape)]
    events += [TileDone("L-CC", done, tiles, one_tile) for done in range(1, tiles + 1)]
    # The worker says all of it in one turn of the event loop, and then works on for ever.
    monkeypatch.setattr(SegmentationRun, "start", lambda run: None)
    assert one_view.segment(model=MODEL)
    run = one_view.run
    assert run is not None
    run._on_event(events[0])
    preview = viewer.layers["L-CC probability"]
    drawn, told, shown = [], [], []
    preview.events.set_data.connect(lambda _event: drawn.append(preview.data.any()))
    one_view.signals.run_changed.connect(lambda: told.append(run.done))
    monkeypatch.setattr(panel.exam.progress.bar, "setValue", lambda value: shown.append(value), raising=False)
    for event in events[1:]:
        run._on_event(event)
    assert (drawn, told, shown) == ([], [], [])
    qtbot.waitUntil(lambda: bool(told))
    assert (drawn, told, len(shown)) == ([True], [tiles], 1)
    assert shown == [round(1000 * run.share)]
    assert f"tile {tiles} of {tiles}" in panel.exam.progress.bar.format()
    # Without news nothing is drawn again; what ends a view is shown at once.
    qtbot.wait(3 * pulse.EVERY_MS)
    assert len(told) == len(drawn) == 1
    run._on_event(events[1])
    run._on_event(ViewFailed("L-CC", "a bad day"))
    assert len(told) == 2
    qtbot.wait(3 * pulse.EVERY_MS)
    assert len(told) == 2
    one_view.cancel()


def test_tiles_appear_as_they_finish_on_their_image(
    one_view: ExamSession, every_tile: None, qtbot: Any
) -> None:
    seen: list[np.ndarray] = []

    def look() -> None:
        layers = one_view.viewer.layers
        if "L-CC probability" in layers and layers["L-CC probability"].data.any():
            seen.append(layers["L-CC probability"].extent.world)

    one_view.signals.run_changed.connect(look)
    run(one_view, qtbot)
    assert seen
    assert np.allclose(seen[0], one_view.views["L-CC"].image.extent.world, atol=2 * pictures.SPACING_MM)
    assert "L-CC probability" not in one_view.viewer.layers


def test_tiles_and_probability_lie_on_an_image_of_the_person_that_is_turned_and_sheared(
    session: ExamSession, viewer: Any, every_tile: None, qtbot: Any
) -> None:
    image = viewer.add_image(
        pictures.breast(), name="scan", scale=(2, 2), rotate=20, shear=[0.1], translate=(5, 7)
    )
    session.take_layer(image, spacing_mm=pictures.SPACING_MM)
    step = float(np.hypot(*(np.array(image.data_to_world((0, 1))) - image.data_to_world((0, 0)))))

    def middles(layer: Any) -> np.ndarray:
        """Of its pixels in the corners, on the canvas."""
        rows, columns = (side - 1 for side in layer.data.shape)
        return np.array([layer.data_to_world((row, column)) for row in (0, rows) for column in (0, columns)])

    seen: list[np.ndarray] = []

    def look() -> None:
        if "scan probability" in viewer.layers:
            seen.append(middles(viewer.layers["scan probability"]))

    session.signals.run_changed.connect(look)
    run(session, qtbot)
    assert seen
    # A pixel of the tiles is some of the image.
    assert np.abs(seen[0] - middles(image)).max() < 5 * step
    session.probabilities.show("scan")
    np.testing.assert_allclose(middles(viewer.layers["scan probability"]), middles(image))


@pytest.mark.pyside6
def test_cancel_ends_within_a_tile_and_leaves_the_labels(
    one_view: ExamSession, qtbot: Any, every_tile: None, at_tile: Callable[..., list[int]]
) -> None:
    before = pictures.labels()
    one_view.set_labels("L-CC", before)
    calls = at_tile(lambda _count: None)
    one_view.signals.run_changed.connect(
        lambda: one_view.cancel() if one_view.run and one_view.run.done else None
    )
    run(one_view, qtbot)
    assert one_view.run is not None
    assert one_view.run.state == "cancelled"
    assert 0 < one_view.run.done < one_view.run.total
    assert calls
    assert np.array_equal(one_view.views["L-CC"].label_pixels(), before)


def test_out_of_memory_is_said_in_words_and_the_next_run_works(
    one_view: ExamSession, said: list[str], qtbot: Any, at_tile: Callable[..., list[int]]
) -> None:
    def full_once(count: int) -> None:
        if count == 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    at_tile(full_once)
    run(one_view, qtbot)
    assert one_view.run is not None
    assert [failure.key for failure in one_view.run.failures] == ["L-CC"]
    assert any("L-CC" in sentence and "the memory is full" in sentence for sentence in said)
    assert "GiB" not in said[0]
    run(one_view, qtbot)
    assert one_view.views["L-CC"].answer is not None


def test_a_view_that_fails_does_not_stop_the_others(
    session: ExamSession, four_views: list[OpenedView], qtbot: Any, at_tile: Callable[..., list[int]]
) -> None:
    session.add(four_views[:2])

    def fail_first(count: int) -> None:
        if count == 1:
            raise RuntimeError("a bad day")

    at_tile(fail_first)
    run(session, qtbot)
    assert session.run is not None
    assert [failure.key for failure in session.run.failures] == ["R-CC"]
    assert session.views["R-CC"].answer is None
    assert session.views["L-CC"].answer is not None
    assert "Failed: R-CC" in session.run.words


def test_two_runs_at_once_are_refused_in_a_sentence(
    one_view: ExamSession, said: list[str], qtbot: Any
) -> None:
    assert one_view.segment(model=MODEL)
    assert not one_view.segment(model=MODEL)
    assert said == ["A segmentation is already running; wait until it ends, or cancel it."]
    one_view.cancel()
    wait(one_view, qtbot)


def test_a_model_that_is_not_there_is_said(one_view: ExamSession, said: list[str], qtbot: Any) -> None:
    assert one_view.segment(model="no-such-model")
    wait(one_view, qtbot)
    assert one_view.run is not None
    assert one_view.run.state == "failed"
    assert "no-such-model" in said[0]


def test_a_layer_deleted_during_a_run_ends_it_and_another_can_begin(
    one_view: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    assert one_view.segment(model=MODEL)
    one_view.viewer.layers.remove(one_view.views["L-CC"].labels)
    assert one_view.views == {}
    wait(one_view, qtbot)
    assert one_view.run is not None
    assert one_view.run.state == "cancelled"
    # The same name again: the old run has no say in it.
    one_view.add([left_cc])
    run(one_view, qtbot)
    assert one_view.views["L-CC"].answer is not None


def test_one_of_two_views_deleted_during_a_run_leaves_the_other(
    session: ExamSession, four_views: list[OpenedView], said: list[str], qtbot: Any
) -> None:
    session.add(four_views[:2])
    assert session.segment(model=MODEL)
    session.viewer.layers.remove(session.views["R-CC"].image)
    wait(session, qtbot)
    assert session.views["L-CC"].answer is not None
    assert any(sentence.startswith("R-CC was closed") for sentence in said)


def test_corrections_that_are_restored_during_a_run_stay(
    viewer: Any, left_cc: OpenedView, own_cache: Path, qtbot: Any
) -> None:
    first = session_of(viewer)
    first.add([left_cc])
    first.set_labels("L-CC", pictures.labels())
    first.close()
    viewer.layers.clear()
    second = session_of(viewer)
    said: list[str] = []
    second.signals.said.connect(said.append)
    second.add([left_cc])
    assert second.segment(model=MODEL)
    second.autosave.restore("L-CC")
    wait(second, qtbot)
    assert np.array_equal(second.views["L-CC"].label_pixels(), pictures.labels())
    assert (
        "L-CC: corrections were restored during segmentation; they stay, and the model's result was not kept."
        in said
    )
    run(second, qtbot)
    assert second.views["L-CC"].answer is not None
    second.close()


@pytest.mark.pyside6
def test_the_viewer_closed_during_a_run_leaves_no_thread(
    make_napari_viewer: Callable[..., Any], left_cc: OpenedView, qtbot: Any
) -> None:
    from qtpy.QtCore import QThreadPool

    from napari_bac.session.registry import session_of

    viewer = make_napari_viewer()
    session = session_of(viewer)
    session.add([left_cc])
    assert session.segment(model=MODEL)
    viewer.close()
    assert session.views == {}
    assert not session.is_running
    qtbot.waitUntil(lambda: QThreadPool.globalInstance().activeThreadCount() == 0, timeout=LONG_MS)


def test_no_calcification_is_said(session: ExamSession, said: list[str], qtbot: Any) -> None:
    from napari_bac.views.opened_view import open_array

    picture = pictures.breast(calcified=False)
    session.add([open_array(picture, name="plain", spacing_mm=pictures.SPACING_MM)])
    run(session, qtbot)
    assert said == ["plain: no calcification was found by openbac-1 at threshold 0.29."]
    assert not session.views["plain"].edited
    assert session.views["plain"].answer is not None


def test_a_probability_put_away_comes_out_the_same(left_cc: OpenedView) -> None:
    from napari_bac.views.model_answer import KeptProbability
    from shared_core import ProbabilityMap
    from shared_core.inference.backends.interface import BackendInfo
    from shared_core.notices.of_results import MASK_EDITED

    values = np.random.default_rng(3).random((40, 31), np.float32)
    values[values < 0.6] = 0
    info = BackendInfo("torch", "0", "cpu", "float32")
    notice = MASK_EDITED.notice()
    given = ProbabilityMap(values, 4, (0.07, 0.07), True, info, (notice,))
    out = KeptProbability.of(given).map()
    assert np.array_equal(out.values, values)
    assert out.values.dtype == np.float32
    assert (out.tiles, out.resampled, out.backend, out.notices) == (4, True, info, (notice,))
