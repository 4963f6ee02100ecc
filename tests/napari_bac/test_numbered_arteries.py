"""What a person says of which parts are one artery counts, is kept, and comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_bac.docks.bac_panel import BacPanel
from napari_bac.docks.export_dialog import export_into
from napari_bac.docks.quantities import ROWS
from napari_bac.docks.views_list import labels_words
from napari_bac.editing.arteries import join, part, renumber
from napari_bac.session import autosave
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.exam_swap import show_exam
from napari_bac.session.registry import session_of
from napari_bac.session.segmentation_run import RunRequest, ViewDone, run_events
from napari_bac.views.model_answer import KeptLabels, KeptProbability, ModelAnswer
from napari_bac.views.opened_view import OpenedView, open_array, open_view
from napari_bac.views.snapshot import Snapshot
from napari_bac.views.view_session import ViewSession
from shared_core import Laterality, ProbabilityMap, View, hosting as bac
from shared_core.inference.backends.interface import BackendInfo
from tests.arteries.drawn_vessels import arc, drawn
from tests.napari_bac import pictures

MODEL = "openbac-1"
KEY = "L-CC"
BACKEND = BackendInfo("numpy", "0", "cpu", "float32")


def settle(session: ExamSession, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not session.is_measuring)


def segmented(session: ExamSession, opened: OpenedView, qtbot: Any, model: str = MODEL) -> ViewSession:
    """A view with the labels of a model."""
    (key,) = session.add([opened])
    *_, done = run_events(RunRequest(((key, opened),), model, "cpu"))
    assert isinstance(done, ViewDone)
    session.set_answer(key, done.answer, done.prepared)
    settle(session, qtbot)
    return session.views[key]


def vessels(view: ViewSession) -> int | None:
    assert view.measured_is_current
    assert view.measured is not None
    return view.measured.view.vessels_count


def edits(folder: Path) -> list[Path]:
    return sorted((folder / "edits").glob("*.edits"))


@pytest.mark.pyside6
def test_joined_arteries_are_one_vessel_and_a_correction_that_is_saved(
    session: ExamSession, left_cc: OpenedView, own_cache: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "REST_MS", 20)
    view = segmented(session, left_cc, qtbot)
    assert vessels(view) == 2
    assert view.measured is not None
    area, length = view.measured.view.am_px, view.measured.view.calcified_length_mm
    assert not view.edited
    join(session, [(KEY, 1), (KEY, 2)])
    assert labels_words(view) == "by openbac-1, corrected, not exported"
    settle(session, qtbot)
    assert vessels(view) == 1
    assert view.measured.view.am_px == area
    assert view.measured.view.calcified_length_mm == pytest.approx(length, rel=0.02)
    assert view.measured.view.vessel_kinds is not None
    assert view.measured.view.vessel_kinds.total == 1
    final = Snapshot.of(view).final(session.settings)
    assert final.measurement == view.measured.view
    assert bac.ARTERIES_NUMBERED.code in {notice.code for notice in final.notices}
    qtbot.waitUntil(lambda: len(edits(own_cache)) == 1)
    # Undo takes all of it back: the count, the state and the file.
    view.labels.undo()
    assert not view.edited
    settle(session, qtbot)
    assert vessels(view) == 2
    qtbot.waitUntil(lambda: edits(own_cache) == [])


def test_a_crash_keeps_what_was_joined(
    viewer: Any, session: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    view = segmented(session, left_cc, qtbot)
    join(session, [(KEY, 1), (KEY, 2)])
    joined = view.label_pixels().copy()
    session.close()
    viewer.layers.clear()
    again = session_of(viewer)
    again.add([left_cc])
    again.autosave.restore(KEY)
    settle(again, qtbot)
    view = again.views[KEY]
    assert np.array_equal(view.label_pixels(), joined)
    assert labels_words(view).startswith("by openbac-1, corrected")
    assert vessels(view) == 1
    again.close()


def test_an_export_keeps_what_was_joined(
    session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    opened = open_view(exam_folder / "LCC.dcm", exam_key="P1_20200102")
    view = segmented(session, opened, qtbot)
    assert vessels(view) == 2
    join(session, [(KEY, 1), (KEY, 2)])
    settle(session, qtbot)
    assert view.measured is not None
    numbers = view.measured.view
    assert export_into(session, tmp_path)
    qtbot.waitUntil(lambda: not session.exporter.busy)
    masks = bac.masks_of(tmp_path / "P1_20200102", "P1_20200102")
    assert masks
    assert show_exam(session, [exam_folder / "LCC.dcm"], masks)
    qtbot.waitUntil(lambda: not session.opener.is_open and bool(session.views))
    settle(session, qtbot)
    assert session.views[KEY].measured is not None
    assert session.views[KEY].measured.view.vessels_count == numbers.vessels_count == 1
    assert session.views[KEY].measured.view.csbi_grade == numbers.csbi_grade


def test_an_artery_with_a_gap_is_parted_and_one_without_says_what_to_do(
    session: ExamSession, left_cc: OpenedView, said: list[str], qtbot: Any
) -> None:
    (key,) = session.add([left_cc])
    view = session.views[key]
    # 12 mm apart and in one line: followed as one artery.
    two = drawn(arc((200, 30), 0, 60, width=8), arc((200, 150), 0, 50, width=8), shape=pictures.SHAPE)
    session.set_labels(key, bac.numbered_labels(left_cc.prepared, two, mask_style="vessel-band"))
    settle(session, qtbot)
    assert vessels(view) == 1
    assert part(session, (key, 1))
    settle(session, qtbot)
    assert vessels(view) == 2
    assert view.numbered
    assert set(np.unique(view.label_pixels())) == {0, 1, 2}
    assert not part(session, (key, 2))
    assert said == [
        "Artery 2 of L-CC has no gap to part it at; paint over what belongs to another artery with the "
        "number 3."
    ]
    # The brush parts as well, where one artery is painted over with another number.
    columns = np.nonzero(view.label_pixels() == 1)[1]
    view.labels.data_setitem(
        np.nonzero((view.label_pixels() == 1) & (np.arange(300) > np.median(columns))), np.uint8(3)
    )
    settle(session, qtbot)
    assert vessels(view) == 3


@pytest.mark.parametrize("change", ["part", "renumber"])
def test_what_is_parted_or_renumbered_is_a_correction_that_is_saved_and_comes_back(
    viewer: Any, session: ExamSession, left_cc: OpenedView, own_cache: Path, qtbot: Any, change: str
) -> None:
    (key,) = session.add([left_cc])
    two = drawn(arc((200, 30), 0, 60, width=8), arc((200, 150), 0, 50, width=8), shape=pictures.SHAPE)
    labels = bac.numbered_labels(left_cc.prepared, two, mask_style="vessel-band")
    sure = ProbabilityMap(two.astype(np.float32), 1, (0.07, 0.07), False, BACKEND, ())
    card = bac.default_model()
    answer = ModelAnswer(card, KeptProbability.of(sure), card.threshold, KeptLabels.of(labels), 1.0)
    session.set_answer(key, answer)
    view = session.views[key]
    assert not view.edited
    if change == "part":
        assert part(session, (key, 1))
    else:
        renumber(session, (key, 1), 7)
    changed = view.label_pixels().copy()
    assert labels_words(view) == f"by {card.name}, corrected, not exported"
    session.autosave.write_now()
    qtbot.waitUntil(lambda: len(edits(own_cache)) == 1)
    session.close()
    viewer.layers.clear()
    again = session_of(viewer)
    again.add([left_cc])
    again.autosave.restore(key)
    settle(again, qtbot)
    view = again.views[key]
    assert np.array_equal(view.label_pixels(), changed)
    assert labels_words(view).startswith(f"by {card.name}, corrected")
    assert vessels(view) == (2 if change == "part" else 1)
    again.close()


def test_the_grade_is_of_the_arteries_as_they_are_numbered(session: ExamSession, qtbot: Any) -> None:
    third = arc((330, 30), 0, 60, width=6)
    picture = pictures.breast()
    picture[drawn(third, shape=pictures.SHAPE)] = 235
    opened = open_array(
        picture, name="LCC.dcm", spacing_mm=pictures.SPACING_MM, view=View.CC, laterality=Laterality.LEFT
    )
    (key,) = session.add([opened])
    three = drawn(*pictures.bands(), third, shape=pictures.SHAPE)
    session.set_labels(key, bac.numbered_labels(opened.prepared, three, mask_style="vessel-band"))
    settle(session, qtbot)
    view = session.views[key]

    def grade() -> int | None:
        assert view.measured is not None
        return view.measured.view.csbi_grade

    assert (vessels(view), grade()) == (3, 3)
    join(session, [(key, 1), (key, 2)])
    settle(session, qtbot)
    assert (vessels(view), grade()) == (2, 2)
    view.labels.undo()
    settle(session, qtbot)
    assert (vessels(view), grade()) == (3, 3)


def test_another_number_alone_changes_no_count_but_is_a_correction(
    session: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    view = segmented(session, left_cc, qtbot)
    renumber(session, (KEY, 1), 7)
    assert view.edited
    settle(session, qtbot)
    assert vessels(view) == 2
    # Onto a number that is taken the two are one artery.
    renumber(session, (KEY, 7), 2)
    settle(session, qtbot)
    assert vessels(view) == 1
    session.reset_to_model(KEY)
    settle(session, qtbot)
    assert not view.edited
    assert vessels(view) == 2


def test_strokes_beside_arteries_are_followed_whatever_the_number_of_the_brush(
    session: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    """Nobody chooses a new number for each stroke: it says nothing of which parts are one artery."""
    view = segmented(session, left_cc, qtbot)
    third = drawn(arc((330, 30), 0, 60, width=8), shape=pictures.SHAPE) & (view.label_pixels() == 0)
    view.labels.data_setitem(np.nonzero(third), np.uint8(1))
    settle(session, qtbot)
    assert not view.numbered
    assert vessels(view) == 3


@pytest.mark.pyside6
def test_the_numbers_of_the_panel_follow(
    session: ExamSession, plugin: None, left_cc: OpenedView, qtbot: Any
) -> None:
    _, panel = session.viewer.window.add_plugin_dock_widget("openbac", "BAC panel")
    assert isinstance(panel, BacPanel)
    segmented(session, left_cc, qtbot)
    table = panel.numbers.arteries
    table.selectAll()
    panel.numbers.join.click()
    settle(session, qtbot)
    assert [row.label for row in table.arteries.rows if row.label != bac.UNFOLLOWED_LABEL] == [1]
    shown = panel.numbers.numbers.numbers.columns[KEY]
    rows = {row.name: cell.text for row, cell in zip(ROWS, shown, strict=True)}
    assert rows["Vessels"] == "1"
    assert rows["Edited by hand"] == "yes"
