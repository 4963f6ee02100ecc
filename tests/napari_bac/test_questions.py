"""Questions of the panel: one for all corrections, none lost, none over another patient's image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt

from napari_bac.docks.exam_dock import ExamDock
from napari_bac.docks.question_box import Question, QuestionBox
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.exam_swap import show_exam
from napari_bac.session.registry import session_of
from napari_bac.views.opened_view import OpenedView
from tests.napari_bac import pictures

pytestmark = pytest.mark.pyside6


def corrected_and_over(session: ExamSession, viewer: Any) -> tuple[ExamDock, list[str]]:
    """Two views are corrected, and the session ends; gives the dock of the next one, and what that says."""
    for key in ("R-CC", "L-MLO"):
        session.set_labels(key, pictures.labels(session.views[key].opened.prepared.header.laterality))
    session.close()
    viewer.layers.clear()
    said: list[str] = []
    session_of(viewer).signals.said.connect(said.append)
    dock = ExamDock(viewer)
    viewer.window.add_dock_widget(dock, name="BAC exam")
    return dock, said


@pytest.fixture
def after_a_crash(viewer: Any, session: ExamSession, four_views: list[OpenedView]) -> ExamDock:
    """Two of four views were corrected in a session that is over; the exam is open again."""
    session.add(four_views)
    dock, said = corrected_and_over(session, viewer)
    dock.session.add(four_views)
    # One sentence as well, not one a view.
    assert len([sentence for sentence in said if "not exported" in sentence]) == 1
    return dock


def test_one_question_offers_the_corrections_of_all_views_with_their_dates(
    after_a_crash: ExamDock,
) -> None:
    dock, session = after_a_crash, after_a_crash.session
    assert not dock.question.isHidden()
    for key in ("R-CC", "L-MLO"):
        saved = session.autosave.restorable(key)
        assert saved is not None
        assert f"{key} ({saved.when})" in dock.question.words.text()
    dock.question.yes_button.click()
    assert dock.question.isHidden()
    for key, view in session.views.items():
        assert bool(np.asarray(view.labels.data).any()) == (key in ("R-CC", "L-MLO"))
    session.close()


def test_of_an_exam_whose_views_are_read_one_by_one_it_is_said_once(
    viewer: Any, session: ExamSession, exam_folder: Path, qtbot: Any
) -> None:
    session.open([exam_folder])
    dock, said = corrected_and_over(session, viewer)
    again = dock.session
    dock.open_paths([exam_folder])
    qtbot.waitUntil(lambda: not again.opener.is_open)
    (told,) = (sentence for sentence in said if "not exported" in sentence)
    for key in ("R-CC", "L-MLO"):
        assert f"{key} from " in told
        assert f"{key} (" in dock.question.words.text()
    assert "L-CC" not in told
    again.close()


def test_discarded_once_they_are_all_gone(after_a_crash: ExamDock) -> None:
    dock, session = after_a_crash, after_a_crash.session
    dock.question.no_button.click()
    assert dock.question.isHidden()
    assert [session.autosave.restorable(key) for key in session.views] == [None] * 4
    session.close()


def test_the_question_goes_with_its_views(after_a_crash: ExamDock) -> None:
    dock, session = after_a_crash, after_a_crash.session
    for key in ("R-CC", "L-MLO"):
        session.viewer.layers.remove(session.views[key].labels)
    assert dock.question.isHidden()
    session.close()


def test_a_question_about_a_threshold_goes_when_another_patient_comes_under_the_same_name(
    viewer: Any, session: ExamSession, exam_folder: Path, qtbot: Any
) -> None:
    dock = ExamDock(viewer)
    viewer.window.add_dock_widget(dock, name="BAC exam")
    dock.choice.take("openbac-1")
    session.add([pictures.opened(exam_key="ANNA")])
    qtbot.mouseClick(dock.all_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not session.is_running)
    session.views["L-CC"].labels.paint((30, 30), 3)
    dock.threshold.slider.setValue(80)
    qtbot.waitUntil(lambda: not dock.question.isHidden())
    assert dock.question.words.text().startswith("L-CC: edited by hand.")
    assert show_exam(session, [exam_folder / "LCC.dcm"])
    qtbot.waitUntil(lambda: not session.opener.is_open)
    (view,) = session.views.values()
    assert (view.key, view.opened.exam_key) == ("L-CC", "P1_20200102")
    assert dock.question.isHidden()


def test_a_second_question_does_not_lose_the_first(qtbot: Any) -> None:
    box = QuestionBox()
    done: list[str] = []
    qtbot.addWidget(box)
    no = ("No", lambda: done.append("no"))
    box.ask("restore", Question("first", ("R-CC",), ("Yes", lambda: done.append("first")), no))
    box.ask("threshold", Question("second", ("L-CC",), ("Yes", lambda: done.append("second")), no))
    assert box.words.text() == "second"
    box.yes_button.click()
    assert box.words.text() == "first"
    assert not box.isHidden()
    box.no_button.click()
    assert done == ["second", "no"]
    assert box.isHidden()


def test_a_question_about_views_that_are_gone_is_void(qtbot: Any) -> None:
    box = QuestionBox()
    qtbot.addWidget(box)
    nothing = ("", lambda: None)
    box.ask("threshold", Question("about two", ("L-CC", "R-CC"), nothing, nothing))
    box.keep_those_about({"L-CC", "R-CC"})
    assert not box.isHidden()
    box.keep_those_about({"L-CC"})
    assert box.isHidden()
