"""How the mask of a view came about, in records, tables, sentences and saved results: state by state."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import slicer
import slicer.util
from BACSegmentationLib import history, results, segments, view_records
from BACSegmentationLib.curves import add_band
from BACSegmentationLib.export import export_results
from BACSegmentationLib.image_files import load_segmentation
from BACSegmentationLib.logic import SceneLogic
from BACSegmentationLib.measurement import exam_records
from BACSegmentationLib.segmentation_run import SegmentedView
from BACSegmentationLib.segments import mask_of
from BACSegmentationLib.tables import UNKNOWN

from shared_core import PixelSpacing, ViewResult, analyze_view, hosting as bac
from shared_core.exporting.mask_files import probability_png
from shared_core.exporting.nifti import labels_nifti
from shared_core.mammogram import SpacingSource
from shared_core.quantification.view_state import ViewState, state_of
from shared_core.records.results_folder import read_results
from shared_core.records.view_and_exam import view_record
from tests.host.scene import HeadlessApp
from tests.slicer_bac_extension.drawn_curves import curve
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import tram_track, write_tram_track

VIEWS = ("LCC", "LMLO", "RCC", "RMLO")
DRAWN = np.zeros((600, 400), np.uint8)
DRAWN[290:310, 50:200] = 1
OTHER = np.roll(DRAWN, 40, axis=0)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> ViewResult:
    return analyze_view(write_tram_track(tmp_path_factory.mktemp("one") / "LCC.png"), spacing_mm=0.07)


def breast(name: str = "LCC") -> Any:
    return shown(tram_track().astype(np.uint16) * 16, name)


def applied(logic: SceneLogic, volume: Any, analysed: ViewResult, *, on: Any = None) -> Any:
    """As after Apply."""
    record = view_record(
        analysed.header,
        analysed.prepared,
        analysed.measurement,
        provenance=analysed.provenance,
        notices=analysed.notices,
    )
    segmentation = segments.show_mask(volume, analysed.mask, segmentation_node=on)
    logic.measurement.keep_run(segmentation, SegmentedView(volume.GetID(), record, analysed.mask), model="")
    return segmentation


def drawn(segmentation: Any, volume: Any, mask: np.ndarray = DRAWN) -> None:
    """As with Segment Editor's effects."""
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask[None], segmentation, "BAC", volume)


def state(logic: SceneLogic, volume: Any, segmentation: Any) -> ViewState:
    return state_of(logic.measurement.measure(volume, segmentation).model)


def summary(volume: Any) -> dict[str, dict[str, str]]:
    """The table for people: row to column to text."""
    table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
    filled = results.fill(table, results.pairs_of(volume))
    names = [filled.GetColumnName(n) for n in range(filled.GetNumberOfColumns())]
    rows = {}
    for row in range(filled.GetNumberOfRows()):
        cells = {name: filled.GetCellText(row, n) for n, name in enumerate(names)}
        rows[cells.pop("Quantity")] = cells
    return rows


def test_segmentation_that_nobody_drew_on_is_not_analysed(app: HeadlessApp) -> None:
    logic, volume = SceneLogic(), breast()
    segmentation = logic.empty_segmentation(volume)
    record = logic.measurement.measure(volume, segmentation)
    assert state_of(record.model) is ViewState.NOT_ANALYSED
    assert (record.status, record.metrics) == ("not analysed", None)
    assert exam_records([(volume, segmentation)]) == []
    text = results.report([(volume, segmentation)])
    assert "none marked" not in text
    assert "Note: LCC not analysed." in text


def test_drawn_mask_is_by_hand_also_after_all_of_it_was_erased(app: HeadlessApp) -> None:
    logic, volume = SceneLogic(), breast()
    segmentation = logic.empty_segmentation(volume)
    drawn(segmentation, volume)
    assert state(logic, volume, segmentation) is ViewState.BY_HAND
    drawn(segmentation, volume, DRAWN * 0)
    assert state(logic, volume, segmentation) is ViewState.BY_HAND
    record = view_records.record_of(segmentation)
    assert record is not None
    assert record.number("am_px") == 0


def test_band_along_a_line_is_by_hand(app: HeadlessApp) -> None:
    logic, volume = SceneLogic(), breast()
    segmentation = logic.empty_segmentation(volume)
    assert state(logic, volume, segmentation) is ViewState.NOT_ANALYSED
    add_band(segmentation, volume, curve(volume, [(300, 60), (300, 200)]), 2.0)
    assert state(logic, volume, segmentation) is ViewState.BY_HAND


def test_mask_of_a_model_says_so_and_says_when_it_was_corrected(
    app: HeadlessApp, analysed: ViewResult
) -> None:
    logic, volume = SceneLogic(), breast()
    segmentation = applied(logic, volume, analysed)
    assert state(logic, volume, segmentation) is ViewState.BY_MODEL
    assert "Note: LCC by openbac-1." in results.report([(volume, segmentation)])
    drawn(segmentation, volume)
    assert state(logic, volume, segmentation) is ViewState.CORRECTED
    assert "Note: LCC by openbac-1, corrected." in results.report([(volume, segmentation)])
    assert summary(volume)["State"]["L-CC"] == "by model, corrected"


def to_the_end(steps: Generator[Any, None, tuple[str, ...]]) -> tuple[str, ...]:
    """What a generator returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return tuple(end.value)


@pytest.fixture
def mask_file(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "reader.png"), DRAWN * 255)
    return tmp_path / "reader.png"


def test_mask_of_a_file_says_so_until_somebody_changes_it(app: HeadlessApp, mask_file: Path) -> None:
    logic, volume = SceneLogic(), breast()
    segmentation = load_segmentation(mask_file, volume)
    assert state(logic, volume, segmentation) is ViewState.FROM_FILE
    assert "Note: LCC from reader.png." in results.report([(volume, segmentation)])
    drawn(segmentation, volume, OTHER)
    assert state(logic, volume, segmentation) is ViewState.BY_HAND


@pytest.mark.parametrize("name", ["reader.nii", "reader.nii.gz"])
def test_a_nifti_mask_is_shown_pixel_for_pixel(app: HeadlessApp, tmp_path: Path, name: str) -> None:
    volume, spacing = breast(), PixelSpacing(0.07, 0.07, SpacingSource.USER)
    mask = DRAWN.astype(np.uint8)
    (tmp_path / name).write_bytes(labels_nifti(mask, spacing, compress=name.endswith(".gz")))
    segmentation = load_segmentation(tmp_path / name, volume)
    assert np.array_equal(mask_of(segmentation, volume), mask > 0)


def test_file_takes_the_place_of_a_model_and_a_model_that_of_a_file(
    app: HeadlessApp, analysed: ViewResult, mask_file: Path
) -> None:
    logic, volume = SceneLogic(), breast()
    segmentation = applied(logic, volume, analysed)
    load_segmentation(mask_file, volume, segmentation_node=segmentation)
    assert view_records.record_of(segmentation) is None
    assert state(logic, volume, segmentation) is ViewState.FROM_FILE
    applied(logic, volume, analysed, on=segmentation)
    assert state(logic, volume, segmentation) is ViewState.BY_MODEL


def test_segmentation_that_slicer_itself_loads_is_from_its_file(app: HeadlessApp, tmp_path: Path) -> None:
    volume = breast()
    first = segments.show_mask(volume, DRAWN)
    storage = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "reader.seg.nrrd"))
    assert storage.WriteData(first)
    slicer.mrmlScene.RemoveNode(first)
    logic = SceneLogic()
    loaded = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "LCC BAC")
    assert storage.ReadData(loaded)
    loaded.SetAndObserveStorageNodeID(storage.GetID())
    loaded.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    assert state(logic, volume, loaded) is ViewState.FROM_FILE
    drawn(loaded, volume, OTHER)
    assert state(logic, volume, loaded) is ViewState.BY_HAND


def test_exam_is_incomplete_without_the_views_that_nobody_looked_at(
    app: HeadlessApp, analysed: ViewResult
) -> None:
    logic = SceneLogic()
    left, *others = (breast(name) for name in VIEWS)
    applied(logic, left, analysed)
    logic.empty_segmentation(others[0])
    pairs = results.pairs_of(left)
    logic.measure(pairs)
    ((_, exam),) = exam_records(pairs)
    assert (exam.views_analysed, exam.views_total) == (1, 4)
    assert exam.views_not_analysed == ("LMLO", "RCC", "RMLO")
    assert {exam.number(key) for key in ("guo_index", "bac_percent_of_breast", "csbi_grade")} == {None}
    rows = summary(left)
    assert rows["State"] == {
        "L-CC": "by model",
        "L-MLO": "not analysed",
        "R-CC": "not analysed",
        "R-MLO": "not analysed",
        "Exam": "1 of 4 views analysed",
        "Unit": "",
    }
    assert {rows["BAC area"][name] for name in ("L-MLO", "R-CC", "R-MLO", "Exam")} == {UNKNOWN}
    assert float(rows["BAC area"]["L-CC"]) > 0
    text = results.report(pairs)
    assert "Exam: Breast arterial calcification: not assessed for the whole exam; 1 of 4 views" in text
    assert "Note: LCC by openbac-1, LMLO not analysed, RCC not analysed, RMLO not analysed." in text
    assert results.left_out(pairs) == "Not analysed, so without mask and numbers: LMLO, RCC, RMLO."
    cells = [row.split(",") for row in results.csv_text(pairs).splitlines()]
    area = cells[0].index("bac_area_mm2")
    assert [bool(row[area]) for row in cells[1:]] == [True, False, False, False]


def test_saved_results_have_no_number_of_a_view_that_nobody_looked_at(
    app: HeadlessApp, analysed: ViewResult, tmp_path: Path
) -> None:
    logic = SceneLogic()
    left, right = breast("LCC"), breast("RCC")
    applied(logic, left, analysed)
    noise = shown(np.random.default_rng(1).integers(0, 4000, (600, 400)).astype(np.uint16), "RMLO")
    steps = export_results(logic.measurement, results.pairs_of(left), tmp_path / "saved", replace=False)
    (left_out,) = to_the_end(steps)
    assert left_out.startswith("RMLO was left out: ")
    assert "No breast was found" in left_out
    saved = read_results(tmp_path / "saved")
    areas = {str(row["laterality"]): (row["status"], row["am_px"]) for row in saved.views}
    assert areas == {"L": ("ok", analysed.measurement.am_px), "R": ("not analysed", None)}
    (exam,) = saved.exams
    assert (exam["views_analysed"], exam["views_total"], exam["guo_index"]) == (1, 2, None)
    run = json.loads((tmp_path / "saved" / "run.json").read_bytes())
    told = [notice["text"] for notice in run["notices"]]
    assert any(text.startswith("Without mask and numbers: RCC. ") for text in told)
    assert not list((tmp_path / "saved").rglob("RCC*_mask.png"))
    assert right.GetName() == "RCC"
    assert noise.GetName() == "RMLO"


def test_exam_without_a_number_is_not_followed_over_time(app: HeadlessApp) -> None:
    logic, volume = SceneLogic(), breast()
    logic.measurement.measure(volume, logic.empty_segmentation(volume))
    assert history.timelines(None, [volume]) == ({}, ())


def test_what_speaks_for_calcium_is_the_picture_and_what_the_model_said_of_it(
    app: HeadlessApp, analysed: ViewResult
) -> None:
    logic, volume = SceneLogic(), breast()
    view = logic.measurement._prepared(volume, "").view
    alone = bac.calcium_evidence(view.display_u8, valid=view.valid_mask, spacing=view.spacing)
    # Sure of a place where the picture shows nothing.
    probability = np.zeros(view.display_u8.shape, np.float32)
    rows, columns = np.nonzero(view.valid_mask)
    probability[rows[len(rows) // 3], columns[len(rows) // 3]] = 0.999
    both = bac.calcium_evidence(
        view.display_u8, valid=view.valid_mask, spacing=view.spacing, probability=probability
    )
    assert not np.array_equal(alone.values, both.values)
    segmentation = applied(logic, volume, analysed)
    np.testing.assert_array_equal(logic.measurement.evidence(volume, segmentation).values, alone.values)
    logic.measurement.keep_run(
        segmentation,
        SegmentedView(
            volume.GetID(),
            view_records.run_record(segmentation),
            analysed.mask,
            probability_png(probability),
        ),
        model="",
    )
    found = logic.measurement.evidence(volume, segmentation)
    np.testing.assert_allclose(found.values, both.values, atol=1e-4)
    assert logic.measurement.evidence(volume, segmentation) is found, "computed once"
    # Of the mask of a file, and where no model ran, the model says nothing.
    np.testing.assert_array_equal(logic.measurement.evidence(volume, None).values, alone.values)
    view_records.keep_file(segmentation, "mask.png", analysed.mask)
    np.testing.assert_array_equal(logic.measurement.evidence(volume, segmentation).values, alone.values)
    segmentation = applied(logic, volume, analysed)
    logic.measurement.forget()
    np.testing.assert_array_equal(logic.measurement.evidence(volume, segmentation).values, alone.values)
