"""The slow numbers come after the hand rests, belong to the present labels, and leave nothing behind."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import qtpy
from qtpy.QtCore import QThreadPool
from qtpy.QtWidgets import QApplication

from napari_bac.session.exam_session import ExamSession
from napari_bac.session.workers import WorkerBase
from napari_bac.views.opened_view import OpenedView
from shared_core.quantification.labelled_mask import measure_labels
from tests.napari_bac import pictures

LONG_MS = 60_000


def test_the_numbers_are_those_of_the_labels_after_the_last_edit(
    session: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    session.add([left_cc])
    view = session.views["L-CC"]
    session.set_labels("L-CC", pictures.labels())
    qtbot.waitUntil(lambda: session.is_measuring, timeout=LONG_MS)
    view.labels.paint((300, 30), 3)
    assert not view.measured_is_current
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)
    assert view.measured_is_current
    again = measure_labels(left_cc.prepared, np.array(view.label_pixels()), settings=session.settings)
    assert view.measured == again
    assert session.exam is not None


@pytest.mark.skipif(qtpy.API == "pyside6", reason="PySide6 may keep the last worker until later")
def test_workers_that_are_done_let_their_labels_go(
    session: ExamSession, left_cc: OpenedView, tmp_path: Path, qtbot: Any
) -> None:
    others = _workers()
    session.add([left_cc])
    for place in (100, 200):
        session.views["L-CC"].labels.paint((place, 30), 1)
        qtbot.waitUntil(lambda: not session.is_measuring, timeout=LONG_MS)
    # One after another: of two at once superqt leaves one behind, in warnings.showwarning.
    for begin in (session.autosave.write_now, lambda: session.exporter.start(tmp_path / "out")):
        begin()
        qtbot.waitUntil(lambda: _is_quiet() and not _workers() - others, timeout=LONG_MS)
    assert (tmp_path / "out" / "run.json").exists()


def _is_quiet() -> bool:
    """Whether no thread works: one that builds a tuple fails where its halves are looked at."""
    return QThreadPool.globalInstance().activeThreadCount() == 0


def _workers() -> set[Any]:
    QApplication.processEvents()
    gc.collect()
    return {thing for thing in gc.get_objects() if isinstance(thing, WorkerBase)}
