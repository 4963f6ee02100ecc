"""A person says of a part that it is no artery, or that it is one: numbers, files and undo follow."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import napari
import numpy as np
import pytest

from napari_bac.docks.bac_panel import BacPanel
from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.docks.metrics_model import ARTERY
from napari_bac.docks.views_list import labels_words
from napari_bac.editing.arteries import NO_ARTERY_YET, join, part
from napari_bac.editing.part_class import HEAT_MAP, MOVE, NOTHING_THERE
from napari_bac.editing.view_keys import KEYS
from napari_bac.layout.colours import label_colour
from napari_bac.session import autosave
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.exam_swap import show_exam
from napari_bac.session.foreign_labels import use_labels
from napari_bac.session.segmentation_run import RunRequest, ViewDone, run_events
from napari_bac.views.given_labels import read_given_labels
from napari_bac.views.model_answer import KeptLabels
from napari_bac.views.opened_view import OpenedView, open_view
from napari_bac.views.view_session import ViewSession
from napari_bac.writer import NOT_IN_FILE, write_folder, write_labels, write_segmentation
from shared_core import hosting as bac
from shared_core.cli.main import main
from tests.napari_bac import pictures

KEY = "L-CC"
FIRST, SECOND = (120.0, 62.0), (258.0, 60.0)
"""Near the beginning of each band."""
OTHER = np.s_[330:338, 40:60]
"""No artery, as the model here says."""


def settle(session: ExamSession, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not session.is_measuring)


def segmented(session: ExamSession, opened: OpenedView, qtbot: Any, *, tells: bool = True) -> ViewSession:
    """A view with the labels of a model; where it tells them, one calcification is no artery."""
    (key,) = session.add([opened])
    *_, done = run_events(RunRequest(((key, opened),), "openbac-1", "cpu"))
    assert isinstance(done, ViewDone)
    labels = done.answer.labels.labels().copy()
    if tells:
        labels[OTHER] = bac.OTHER_LABEL
    answer = replace(done.answer, labels=KeptLabels.of(labels), tells_others=tells)
    session.set_answer(key, answer, done.prepared)
    settle(session, qtbot)
    return session.views[key]


def place_of(view: ViewSession, near: tuple[float, float]) -> tuple[float, float]:
    """The marked pixel that lies nearest."""
    marked = np.argwhere(view.label_pixels())
    row, column = marked[np.hypot(*(marked - np.array(near)).T).argmin()]
    return float(row), float(column)


def press_on(session: ExamSession, view: ViewSession, place: tuple[float, float]) -> None:
    """The key, with the cursor over a pixel of a view."""
    viewer = session.viewer
    viewer.cursor.position = tuple(view.labels.data_to_world(place))
    viewer.keymap[napari.utils.key_bindings.coerce_keybinding(MOVE)](viewer)


def numbers(view: ViewSession) -> bac.ViewMeasurement:
    assert view.measured_is_current
    assert view.measured is not None
    return view.measured.view


def codes(view: ViewSession) -> set[str]:
    return {notice.code for notice in view.told}


def exported(session: ExamSession, folder: Path, qtbot: Any) -> Path:
    assert session.exporter.start(folder)
    qtbot.waitUntil(lambda: not session.exporter.busy)
    (record,) = folder.glob("*/LCC.json")
    return record.parent


@pytest.mark.pyside6
def test_a_part_leaves_the_numbers_by_one_key_and_comes_back_by_it(
    session: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    view = segmented(session, left_cc, qtbot)
    start, labels = numbers(view), view.label_pixels().copy()
    assert (start.other_count, start.other_area_px, start.vessels_count) == (1, 160, 2)
    assert "other-calcifications" in codes(view)
    assert not view.edited
    spot = place_of(view, FIRST)
    part_px = np.count_nonzero(labels == labels[int(spot[0]), int(spot[1])])
    press_on(session, view, spot)
    assert view.live.am_px == start.am_px - part_px
    assert labels_words(view) == "by openbac-1, corrected, not exported"
    settle(session, qtbot)
    less = numbers(view)
    assert less.am_px == start.am_px - part_px
    assert less.bac_area_mm2 == pytest.approx(start.bac_area_mm2 - part_px * 0.04)
    assert (less.other_count, less.other_area_px) == (2, 160 + part_px)
    assert less.vessels_count == 1
    assert any(notice.text.endswith("artery: 2; have them read.") for notice in view.told)
    press_on(session, view, spot)
    settle(session, qtbot)
    assert np.array_equal(view.label_pixels(), labels)
    assert numbers(view) == start
    assert (view.edited, view.numbered) == (False, False)


def test_each_press_is_one_step_of_undo(session: ExamSession, left_cc: OpenedView, qtbot: Any) -> None:
    view = segmented(session, left_cc, qtbot)
    labels = view.label_pixels().copy()
    press_on(session, view, place_of(view, SECOND))
    away = view.label_pixels().copy()
    press_on(session, view, (334.0, 50.0))
    assert (view.label_pixels()[OTHER] == 3).all()
    assert session.viewer.layers.selection.active is view.labels
    view.labels.undo()
    assert np.array_equal(view.label_pixels(), away)
    view.labels.undo()
    assert np.array_equal(view.label_pixels(), labels)
    assert not view.edited
    view.labels.redo()
    assert np.array_equal(view.label_pixels(), away)


def test_beside_all_parts_and_on_a_heat_map_it_is_said(
    session: ExamSession, left_cc: OpenedView, said: list[str], qtbot: Any
) -> None:
    view = segmented(session, left_cc, qtbot)
    labels = view.label_pixels().copy()
    press_on(session, view, (20.0, 280.0))
    assert said[-1] == NOTHING_THERE
    session.viewer.cursor.position = (-4000.0, 0.0)
    press = session.viewer.keymap[napari.utils.key_bindings.coerce_keybinding(MOVE)]
    press(session.viewer)
    view.mask_style = "heat-map"
    press_on(session, view, place_of(view, FIRST))
    assert said[-1] == HEAT_MAP.format(view=KEY)
    assert np.array_equal(view.label_pixels(), labels)


def test_a_model_that_cannot_tell_says_nothing_until_a_person_does(
    session: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    view = segmented(session, left_cc, qtbot, tells=False)
    assert numbers(view).other_count is None
    spot = place_of(view, FIRST)
    press_on(session, view, spot)
    settle(session, qtbot)
    assert numbers(view).other_count == 1
    assert "other-calcifications" in codes(view)
    press_on(session, view, spot)
    settle(session, qtbot)
    assert numbers(view).other_count is None


def test_the_list_names_it_and_it_is_neither_joined_nor_parted(
    session: ExamSession, viewer: napari.Viewer, left_cc: OpenedView, said: list[str], qtbot: Any
) -> None:
    view = segmented(session, left_cc, qtbot)
    dock = MetricsDock(viewer)
    qtbot.addWidget(dock)
    model = dock.arteries.arteries
    place = model.place_of((KEY, bac.OTHER_LABEL))
    assert place is not None
    assert model.index(place, ARTERY).data() == "no"
    row = model.rows[place]
    assert (row.area, row.length, row.known) == (pytest.approx(160 * 0.04), None, True)
    labels = view.label_pixels().copy()
    assert not join(session, [(KEY, 1), (KEY, bac.OTHER_LABEL)])
    assert not part(session, (KEY, bac.OTHER_LABEL))
    assert said[-2:] == [NO_ARTERY_YET] * 2
    assert np.array_equal(view.label_pixels(), labels)
    # Its colour is no artery's.
    assert label_colour(bac.OTHER_LABEL) not in {label_colour(n) for n in range(1, bac.MOST_ARTERIES + 1)}
    assert MOVE in KEYS


def test_it_can_be_painted_and_erased(session: ExamSession, left_cc: OpenedView, qtbot: Any) -> None:
    view = segmented(session, left_cc, qtbot)
    start = numbers(view)
    view.labels.paint((360, 40), bac.OTHER_LABEL)
    settle(session, qtbot)
    assert (numbers(view).other_count, numbers(view).am_px) == (2, start.am_px)
    assert view.edited
    view.labels.undo()
    view.labels.data_setitem(np.nonzero(view.label_pixels() == bac.OTHER_LABEL), 0)
    settle(session, qtbot)
    assert (numbers(view).other_count, numbers(view).am_px) == (0, start.am_px)
    assert "other-calcifications" not in codes(view)
    assert view.edited


def test_labels_of_another_plugin_are_all_arteries(
    session: ExamSession, viewer: napari.Viewer, left_cc: OpenedView, qtbot: Any
) -> None:
    view = segmented(session, left_cc, qtbot)
    theirs = np.zeros(pictures.SHAPE, np.uint16)
    theirs[10:20, 10:20] = bac.OTHER_LABEL
    use_labels(session, viewer.add_labels(theirs, name="theirs"), KEY)
    settle(session, qtbot)
    assert (numbers(view).am_px, numbers(view).other_area_px) == (100, 160)


def test_export_and_measuring_again_agree_and_the_folder_gives_it_back(
    session: ExamSession, viewer: napari.Viewer, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    pytest.importorskip("highdicom", reason="the extra dicom is not installed")
    view = segmented(session, open_view(exam_folder / "LCC.dcm"), qtbot)
    press_on(session, view, place_of(view, FIRST))
    settle(session, qtbot)
    now, labels = numbers(view), view.label_pixels().copy()
    folder = exported(session, tmp_path / "out", qtbot)
    record = json.loads((folder / "LCC.json").read_text("utf-8"))
    assert record["metrics"]["other_area_px"] == now.other_area_px
    assert record["model"]["edited_by_hand"]
    assert record["model"]["other_edited_by_hand"]
    assert "other-calcifications" in {notice["code"] for notice in record["notices"]}
    for name, label in (("mask", False), ("other", True)):
        picture = cv2.imread(str(folder / f"LCC_{name}.png"), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(picture > 0, bac.other_mask(labels) if label else bac.artery_mask(labels))
    (row,) = csv.DictReader(io.StringIO((tmp_path / "out" / "views.csv").read_text("utf-8")))
    assert (int(row["am_px"]), int(row["other_count"])) == (now.am_px, 2)
    # The command line, of the mask and of a SEG that napari saves.
    seg = tmp_path / "LCC_seg.dcm"
    data, meta, _ = view.labels.as_layer_data_tuple()
    assert write_segmentation(str(seg), data, meta)
    for number, mask in enumerate((folder / "LCC_mask.png", folder / "LCC_labels.png", seg)):
        out = tmp_path / f"m{number}"
        assert main(["measure", str(exam_folder / "LCC.dcm"), str(mask), "-o", str(out)]) == 0
        metrics = json.loads((out / "LCC.json").read_text("utf-8"))["metrics"]
        assert metrics == record["metrics"]
    for path in (folder / "LCC_labels.png", seg):
        session.set_given(KEY, read_given_labels(path))
        settle(session, qtbot)
        assert np.array_equal(bac.other_mask(view.label_pixels()), bac.other_mask(labels))
        assert numbers(view).am_px == now.am_px
    del viewer.layers[:]
    assert show_exam(session, [exam_folder / "LCC.dcm"], [folder / "LCC_labels.png"])
    qtbot.waitUntil(lambda: KEY in session.views and not session.opener.is_open)
    again = session.views[KEY]
    qtbot.waitUntil(lambda: again.began_as is not None)
    settle(session, qtbot)
    assert np.array_equal(again.label_pixels(), labels)
    assert (numbers(again).am_px, numbers(again).other_count) == (now.am_px, 2)
    assert not again.edited


def test_saved_layers_keep_arteries_apart_and_say_what_is_left_out(
    session: ExamSession, left_cc: OpenedView, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_bac import writer

    view = segmented(session, left_cc, qtbot)
    told: list[str] = []
    monkeypatch.setattr(writer, "show_info", told.append)
    layer = view.labels.as_layer_data_tuple()
    assert write_labels(str(tmp_path / "one.png"), layer[0], layer[1])
    assert told == [NOT_IN_FILE.format(name="one.png")]
    saved = cv2.imread(str(tmp_path / "one.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(saved, bac.artery_labels(view.label_pixels()))
    written = [Path(path) for path in write_folder(str(tmp_path / "many"), [layer])]
    assert [path.name.rpartition("_")[2] for path in written] == ["labels.png", "other.png"]
    given = read_given_labels(written[0])
    assert np.array_equal(given.on(view.opened), view.label_pixels())


def test_it_is_saved_with_every_stroke_and_comes_back_after_a_crash(
    viewer: napari.Viewer,
    session: ExamSession,
    exam_folder: Path,
    own_cache: Path,
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(autosave, "REST_MS", 20)
    view = segmented(session, open_view(exam_folder / "LCC.dcm"), qtbot)
    press_on(session, view, place_of(view, SECOND))
    press_on(session, view, (334.0, 50.0))
    settle(session, qtbot)
    now, labels = numbers(view), view.label_pixels().copy()
    qtbot.waitUntil(lambda: len(list((own_cache / "edits").glob("*.edits"))) == 1)
    del viewer.layers[:]
    session.add([open_view(exam_folder / "LCC.dcm")])
    panel = BacPanel(viewer)
    qtbot.addWidget(panel)
    session.autosave.restore(KEY)
    settle(session, qtbot)
    assert np.array_equal(session.views[KEY].label_pixels(), labels)
    restored = numbers(session.views[KEY])
    assert (restored.am_px, restored.other_count) == (now.am_px, now.other_count)
    # Nothing of it is left: the model told that, so it is none, and not unknown.
    session.set_labels(KEY, bac.artery_labels(labels))
    settle(session, qtbot)
    assert numbers(session.views[KEY]).other_count == 0
