"""Nothing of one view, exam or run stays with another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest
from napari.layers import Image

from napari_bac import commands
from napari_bac.docks.report_box import ReportBox
from napari_bac.layout.window_level import PRESETS, next_preset, show_preset
from napari_bac.reader import read_layers
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.exam_swap import close_exam
from napari_bac.session.stated_view import state_facts
from napari_bac.views.given_labels import read_given_labels
from napari_bac.views.opened_view import METADATA, OpenedView
from shared_core import hosting as bac
from shared_core.exporting.mask_files import mask_png
from tests.napari_bac import pictures

WRITTEN = "No BAC in my opinion."


def test_what_was_written_for_the_report_is_of_its_exam_alone(
    session: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    anna, berta = (replace(left_cc, exam_key=key) for key in ("ANNA_20200101", "BERTA_20200101"))
    session.add([anna])
    box = ReportBox(session)
    qtbot.addWidget(box)
    box.text.setPlainText(WRITTEN)
    close_exam(session, anna.exam_key)
    assert box.text.toPlainText() != WRITTEN
    session.add([berta])
    assert session.reports.words is None
    assert box.text.toPlainText() != WRITTEN
    close_exam(session, berta.exam_key)
    session.add([anna])
    assert box.text.toPlainText() == WRITTEN


def test_an_artery_of_a_view_that_is_gone_is_not_selected(
    viewer: napari.Viewer, exam_session: ExamSession
) -> None:
    exam_session.select("R-CC", 1)
    viewer.layers.remove(exam_session.views["R-CC"].labels)
    assert exam_session.selected is None
    commands.reset_to_model(viewer)


def test_numbers_are_never_those_of_the_view_that_had_the_same_key(
    session: ExamSession, left_cc: OpenedView, qtbot: Any
) -> None:
    (key,) = session.add([left_cc])
    session.set_labels(key, pictures.labels())
    qtbot.waitUntil(lambda: session._queue._worker is not None)
    seen: list[object] = []
    session.signals.measured.connect(lambda one: seen.append(session.views[one].measured))
    close_exam(session, left_cc.exam_key)
    assert session.add([replace(left_cc, exam_key="BERTA_20200101")]) == (key,)
    qtbot.waitUntil(lambda: not session.is_measuring)
    assert set(seen) == {None}


def test_corrections_that_are_there_are_not_offered_when_facts_are_stated(
    session: ExamSession, left_cc: OpenedView, said: list[str], own_cache: Path, qtbot: Any
) -> None:
    (key,) = session.add([left_cc])
    session.set_labels(key, pictures.labels())
    session.autosave.write_now()
    qtbot.waitUntil(lambda: len(list((own_cache / "edits").glob("*.edits"))) == 1)
    (before,) = (own_cache / "edits").glob("*.edits")
    new = state_facts(session, key, bac.stated_facts({"patient": "W1"}))
    assert session.views[new].label_pixels().any()
    assert session.autosave.restorable(new) is None
    assert not any("not exported" in sentence for sentence in said)
    session.autosave.write_now()
    qtbot.waitUntil(lambda: not before.exists())
    assert len(list((own_cache / "edits").glob("*.edits"))) == 1


def test_the_next_window_follows_on_images_of_any_depth() -> None:
    image = Image(np.zeros((8, 8), np.uint16))
    image.contrast_limits_range = (0, 4095)
    first, *others = PRESETS
    show_preset([image], first)
    assert [next_preset([image]) for _ in PRESETS] == [*others, first]
    assert next_preset([]) == others[0]


@pytest.mark.parametrize(("style", "has_area"), [("heat-map", False), ("vessel-band", True), ("?", True)])
def test_a_mask_from_a_file_is_what_its_record_says(
    session: ExamSession, left_cc: OpenedView, tmp_path: Path, style: str, has_area: bool
) -> None:
    (key,) = session.add([left_cc])
    (tmp_path / "LCC_mask.png").write_bytes(mask_png(pictures.labels() > 0))
    (tmp_path / "LCC.json").write_text(json.dumps({"model": {"model_name": "m", "mask_style": style}}))
    session.set_given(key, read_given_labels(tmp_path / "LCC_mask.png"))
    assert (session.views[key].live.bac_area_mm2 is not None) is has_area
    # Of another file nothing is known but that it is a mask.
    (tmp_path / "LCC.json").unlink()
    session.set_given(key, read_given_labels(tmp_path / "LCC_mask.png"))
    assert session.views[key].mask_style == "vessel-band"


def test_masks_of_two_patients_bring_their_images_as_two_exams(tmp_path: Path) -> None:
    masks = []
    for patient in ("P1", "P2"):
        (tmp_path / patient).mkdir()
        image = pictures.write_exam(tmp_path / patient, patient=patient)[0]
        masks.append(tmp_path / f"{patient}_mask.png")
        masks[-1].write_bytes(mask_png(pictures.labels() > 0))
        (tmp_path / f"{patient}.json").write_text(json.dumps({"file": str(image)}))
    images = [layer for layer in read_layers([str(path) for path in masks]) if layer[2] == "image"]
    assert [layer[1]["metadata"][METADATA].exam_key for layer in images] == ["P1_20200102", "P2_20200102"]
