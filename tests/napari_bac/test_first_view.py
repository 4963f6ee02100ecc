"""Views are seen as they are read, always in the same order, and hang in the end as if all at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest

from napari_bac.docks.exam_dock import ExamDock
from napari_bac.layout.first_layer import make_ready
from napari_bac.session.exam_opener import ExamOpener
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.opened_view import OpenedView
from tests.napari_bac import pictures

AS_READ = ["L-CC", "L-MLO", "R-CC", "R-MLO"]


def opened(session: ExamSession, folder: Path, qtbot: Any) -> list[list[str]]:
    """The views that hung at each change, in the order in which they came, while others were being read."""
    seen: list[list[str]] = []

    def look() -> None:
        assert session.opener.is_open
        in_order = sorted(session.views.values(), key=lambda view: view.number)
        seen.append([view.key for view in in_order])

    session.signals.views_changed.connect(look)
    session.opener.start([folder])
    qtbot.waitUntil(lambda: not session.opener.is_open)
    session.signals.views_changed.disconnect(look)
    return seen


@pytest.mark.pyside6
def test_each_view_hangs_when_it_is_read_and_always_in_the_same_order(
    session: ExamSession, exam_folder: Path, qtbot: Any
) -> None:
    seen = opened(session, exam_folder, qtbot)
    assert seen == [AS_READ[:number] for number in (1, 2, 3, 4)]
    images = [layer.name for layer in session.viewer.layers if layer.name in AS_READ]
    assert images == AS_READ


def test_in_the_end_all_hang_as_if_they_had_come_at_once(
    session: ExamSession, exam_folder: Path, qtbot: Any
) -> None:
    opened(session, exam_folder, qtbot)
    one_by_one = {key: np.array(view.image.affine.affine_matrix) for key, view in session.views.items()}
    centre, zoom = tuple(session.viewer.camera.center), session.viewer.camera.zoom
    places = {key: tuple(view.image.translate) for key, view in session.views.items()}
    views = [view.opened for view in session.views.values()]
    session.viewer.layers.clear()
    assert not session.views
    session.add(views)
    assert list(session.views) == list(pictures.KEYS)
    assert list(one_by_one) == list(session.views)
    for key, view in session.views.items():
        assert tuple(view.image.translate) == places[key]
        np.testing.assert_array_equal(view.image.affine.affine_matrix, one_by_one[key])
    assert (tuple(session.viewer.camera.center), session.viewer.camera.zoom) == (centre, zoom)


def test_who_looks_closely_at_the_first_view_is_not_thrown_back_by_the_others(
    session: ExamSession, exam_folder: Path, qtbot: Any
) -> None:
    def zoom_in() -> None:
        if len(session.views) == 1:
            session.viewer.camera.zoom = 123.0

    session.signals.views_changed.connect(zoom_in)
    session.opener.start([exam_folder])
    qtbot.waitUntil(lambda: not session.opener.is_open)
    assert len(session.views) == 4
    assert session.viewer.camera.zoom == 123.0
    # An exam that is opened later is shown.
    session.signals.views_changed.disconnect(zoom_in)
    session.add([pictures.opened(exam_key="another")])
    assert session.viewer.camera.zoom != 123.0


def test_nothing_found_is_still_said(
    session: ExamSession, said: list[str], tmp_path: Path, qtbot: Any
) -> None:
    session.opener.start([tmp_path])
    qtbot.waitUntil(lambda: not session.opener.is_open)
    assert said == ["No mammograms were found."]


def test_an_end_that_comes_while_views_are_being_drawn_does_not_say_that_there_were_none(
    exam_folder: Path, qtbot: Any
) -> None:
    hung: list[OpenedView] = []
    said: list[str] = []

    def hang(views: Iterable[OpenedView]) -> None:
        # As where drawing lets other events come first, on a busy machine.
        qtbot.waitUntil(lambda: not opener.is_open, timeout=60_000)
        hung.extend(views)

    opener = ExamOpener(hang, said.append, lambda: None)
    opener.start([exam_folder])
    qtbot.waitUntil(lambda: len(hung) == 4, timeout=60_000)
    assert said == []


def test_what_napari_loads_for_its_first_layer_is_loaded_while_the_person_looks_for_files(
    session: ExamSession, viewer: napari.Viewer, qtbot: Any
) -> None:
    make_ready.cache_clear()
    qtbot.addWidget(ExamDock(viewer))
    assert make_ready.cache_info().currsize == 0, "the dock is there first"
    qtbot.waitUntil(lambda: make_ready.cache_info().currsize == 1)
    assert not viewer.layers
