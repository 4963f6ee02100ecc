"""A person clicks on parts that are no arteries, or are: segments, numbers and files follow, as in napari."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import slicer

from shared_core import ViewResult, analyze_view
from shared_core.cli.main import main as bac
from shared_core.notices.of_results import OTHER_CALCIFICATIONS
from shared_core.quantification.calcification_classes import artery_mask, both_classes, other_mask
from shared_core.quantification.label_edits import moved
from shared_core.records.view_and_exam import view_record
from tests.host.module_panel import Panel
from tests.host.scene import HeadlessApp
from tests.host.swallowed import no_swallowed_error
from tests.reading.synthetic import dataset, write
from tests.slicer_bac_extension.volumes_of_files import load
from tests.tram_track import tram_track

PITCH_MM = 0.07
OTHER = np.s_[60:80, 40:70]
"""No artery, as the model here says."""


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> ViewResult:
    """A DICOM mammogram, and what the model says of it."""
    tags = {"ImagerPixelSpacing": [PITCH_MM] * 2, "PatientOrientation": ["A", "R"]}
    file = tmp_path_factory.mktemp("archive") / "LCC.dcm"
    found = analyze_view(write(file, dataset(tram_track().astype(np.uint16) * 16, **tags)))
    other = np.zeros_like(found.mask)
    other[OTHER] = True
    known = replace(
        found.measurement, other_count=1, other_area_px=600, other_area_mm2=600 * PITCH_MM * PITCH_MM
    )
    notices = (*found.notices, OTHER_CALCIFICATIONS.notice(count=1))
    return replace(found, other=other, measurement=known, notices=notices)


@pytest.fixture
def panel(app: HeadlessApp, analysed: ViewResult) -> Iterator[Panel]:
    """As after Apply."""
    from BACSegmentationLib.other_segment import show_classes
    from BACSegmentationLib.segmentation_run import SegmentedView

    with no_swallowed_error():
        opened = Panel()
        widget = opened.widget
        widget.numbers._rest.setInterval(10)
        volume = load(Path(str(analysed.header.path)))
        record = view_record(
            analysed.header,
            analysed.prepared,
            analysed.measurement,
            provenance=analysed.provenance,
            notices=analysed.notices,
        )
        opened.ui.inputSelector.setCurrentNode(volume)
        segmentation = show_classes(volume, analysed.mask, analysed.other)
        view = SegmentedView(volume.GetID(), record, analysed.mask, other=analysed.other)
        widget.logic.measurement.keep_run(segmentation, view, model="")
        widget.parameters.outputSegmentation = segmentation
        widget.refresh()
        widget.numbers.measure()
        yield opened
        opened.close()


def nodes(panel: Panel) -> tuple[Any, Any]:
    parameters = panel.widget.parameters
    return parameters.inputVolume, parameters.outputSegmentation


def click(panel: Panel, row: float, column: float) -> None:
    """As with the left button, while Slicer places points."""
    volume, _ = nodes(panel)
    to_world = np.array([column, row, 0, 1.0])
    matrix = slicer.util.arrayFromVTKMatrix(ijk_to_ras(volume))
    panel.widget.parts._points.AddControlPoint(*(matrix @ to_world)[:3])
    slicer.app.processEvents()


def ijk_to_ras(volume: Any) -> Any:
    import vtk

    found = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(found)
    return found


def masks(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    from BACSegmentationLib.other_segment import other_of
    from BACSegmentationLib.segments import mask_of

    volume, segmentation = nodes(panel)
    return mask_of(segmentation, volume), other_of(segmentation, volume)


def record_now(panel: Panel) -> Any:
    from BACSegmentationLib import view_records

    panel.widget.numbers.measure()
    return view_records.record_of(nodes(panel)[1])


def place(mask: np.ndarray) -> tuple[float, float]:
    row, column = np.argwhere(mask)[len(np.argwhere(mask)) // 2]
    return float(row), float(column)


def notice_texts(record: Any) -> list[str]:
    return [one.text for one in record.notices if one.code == OTHER_CALCIFICATIONS.code]


def test_the_others_are_a_segment_of_their_own_that_nobody_measures(
    panel: Panel, analysed: ViewResult
) -> None:
    from BACSegmentationLib import terminology
    from BACSegmentationLib.segments import segment_id, segments_of

    _, segmentation = nodes(panel)
    segment = segmentation.GetSegmentation().GetSegment("BACOther")
    assert segment.GetName() == "Calcification not along an artery"
    assert terminology.OTHER_TYPE.value in segment.GetTerminology()
    assert segment_id(segmentation) == "BAC"
    assert [name for _, name in segments_of(segmentation)] == ["BAC"]
    mask, other = masks(panel)
    assert np.array_equal(mask, analysed.mask)
    assert analysed.other is not None
    assert np.array_equal(other, analysed.other)
    record = record_now(panel)
    assert (record.number("other_count"), record.model.get("edited_by_hand", False)) == (1, False)


def test_a_click_moves_a_part_as_the_engine_does_and_another_brings_it_back(panel: Panel) -> None:
    ui = panel.ui
    start, (mask, other) = record_now(panel), masks(panel)
    ui.movePartButton.click()
    assert "Click on each part" in ui.statusLabel.text
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    spot = place(mask)
    expected = moved(both_classes(mask.astype(np.uint8), other), *spot)
    assert expected is not None
    click(panel, *spot)
    now = masks(panel)
    assert np.array_equal(now[0], artery_mask(expected.labels))
    assert np.array_equal(now[1], other_mask(expected.labels))
    assert f"{expected.area_px} pixels are no artery now" in ui.statusLabel.text
    less = record_now(panel)
    assert less.number("am_px") == start.number("am_px") - expected.area_px
    assert less.number("other_count") == 2
    assert less.number("other_area_px") == 600 + expected.area_px
    assert notice_texts(less) == ["Calcifications that are not along an artery: 2; have them read."]
    assert (less.model["edited_by_hand"], less.model["other_edited_by_hand"]) == (True, True)
    click(panel, *spot)
    assert "are an artery now" in ui.statusLabel.text
    assert all(np.array_equal(one, two) for one, two in zip(masks(panel), (mask, other), strict=True))
    again = record_now(panel)
    assert again.metrics == start.metrics
    assert again.notices == start.notices
    assert again.model == {**start.model, "edited_by_hand": False}
    assert panel.widget.parts._points.GetNumberOfControlPoints() == 0


def test_undo_takes_one_move_back_and_a_click_beside_all_parts_is_none(panel: Panel) -> None:
    ui = panel.ui
    before = masks(panel)
    ui.movePartButton.click()
    click(panel, 20, 380)
    assert "No calcification is marked here" in ui.statusLabel.text
    assert ui.undoBandButton.enabled is False
    click(panel, 70, 50)
    now = masks(panel)
    assert now[0][OTHER].all()
    assert not now[1].any()
    assert nodes(panel)[1].GetSegmentation().GetSegment("BACOther") is None
    ui.undoBandButton.click()
    assert all(np.array_equal(one, two) for one, two in zip(masks(panel), before, strict=True))
    assert record_now(panel).model["edited_by_hand"] is False


def test_saved_results_hold_both_and_the_command_line_agrees(
    panel: Panel, analysed: ViewResult, tmp_path: Path
) -> None:
    from BACSegmentationLib.dicom_segments import load_segments
    from BACSegmentationLib.export import export_results
    from BACSegmentationLib.image_files import load_segmentation
    from BACSegmentationLib.other_segment import other_of
    from BACSegmentationLib.segments import mask_of, segments_of

    panel.ui.movePartButton.click()
    click(panel, *place(masks(panel)[0]))
    mask, other = masks(panel)
    record = record_now(panel)
    volume, segmentation = nodes(panel)
    logic = panel.widget.logic
    for _ in export_results(
        logic.measurement, [(volume, segmentation)], tmp_path / "saved", replace=True, dicom=True
    ):
        pass
    (saved,) = (tmp_path / "saved").glob("*/LCC.json")
    for name, wanted in (("mask", mask), ("other", other)):
        picture = cv2.imread(str(saved.with_name(f"LCC_{name}.png")), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(picture > 0, wanted)
    metrics = json.loads(saved.read_text("utf-8"))["metrics"]
    assert metrics["other_count"] == record.number("other_count")
    (seg,) = (tmp_path / "saved").glob("*/dicom/*_seg.dcm")
    for number, path in enumerate((saved.with_name("LCC_mask.png"), seg)):
        out = tmp_path / f"m{number}"
        assert bac(["measure", str(analysed.header.path), str(path), "-o", str(out)]) == 0
        again = json.loads((out / "LCC.json").read_text("utf-8"))["metrics"]
        assert {**again, "bac_probability": None} == {**metrics, "bac_probability": None}
    for opened in (
        load_segments(seg, volume),
        load_segmentation(saved.with_name("LCC_labels.png"), volume),
    ):
        assert np.array_equal(mask_of(opened, volume), mask)
        assert np.array_equal(other_of(opened, volume), other)
        assert len(segments_of(opened)) == 1
        found = logic.measurement.measure(volume, opened)
        assert (found.number("other_count"), found.model["edited_by_hand"]) == (2, False)


def test_nothing_can_be_moved_where_nothing_is_marked(app: HeadlessApp) -> None:
    with no_swallowed_error():
        opened = Panel()
        assert opened.ui.movePartButton.enabled is False
        opened.close()
