"""Presentation states show the mammogram as we show it, with lines around the calcium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut

from shared_core.dicom_objects.equipment import file_bytes
from shared_core.dicom_objects.images.presentation_state import presentation_state
from shared_core.errors import UsageError
from shared_core.mammogram import VoiFunction, VoiLut, Window
from shared_core.reading.dicom.display_values import display_u8, lut_values, window_values
from shared_core.reading.reader import read_mammogram
from tests.dicom_objects.conftest import MeasuredExam, MeasuredView, measured_exam
from tests.reading import synthetic


@pytest.fixture(scope="module")
def simulated(make_exam: Callable[..., MeasuredExam]) -> MeasuredExam:
    return make_exam("fuji")


def _state(exam: MeasuredExam, view: MeasuredView, mask: NDArray[np.bool_] | None = None) -> Dataset:
    drawn = view.mask if mask is None else mask
    return presentation_state(view.source, drawn, record=view.record, making=exam.making, number=1)


def _lines(state: Dataset) -> list[NDArray[np.float64]]:
    """(points, 2) column and row, in coordinates with the middle of the first pixel at 0.5."""
    items = [item for item in state.GraphicAnnotationSequence if "GraphicObjectSequence" in item]
    return [
        np.asarray(graphic.GraphicData, np.float64).reshape(-1, 2)
        for item in items
        for graphic in item.GraphicObjectSequence
    ]


def _words(state: Dataset) -> str:
    items = [item for item in state.GraphicAnnotationSequence if "TextObjectSequence" in item]
    return str(items[0].TextObjectSequence[0].UnformattedTextValue)


def test_lines_run_round_the_calcium_and_leave_it_to_be_seen(exam: MeasuredExam) -> None:
    for view in exam.views:
        lines = _lines(_state(exam, view))
        assert all(np.array_equal(line[0], line[-1]) for line in lines)
        drawn = np.zeros(view.mask.shape, np.uint8)
        for line in lines:
            cv2.fillPoly(drawn, [np.rint(line - 0.5).astype(np.int32)], 1)
        assert not (view.mask & (drawn == 0)).any()
        edge = np.zeros_like(drawn)
        cv2.polylines(edge, [np.rint(line - 0.5).astype(np.int32) for line in lines], True, 1)
        inner = np.s_[8:-8, 8:-8]  # where a part touches the border, so does its line
        assert not (view.mask & (edge > 0))[inner].any()


@pytest.mark.parametrize(
    "attributes",
    [
        {"WindowCenter": "1800", "WindowWidth": "2000"},
        {"WindowCenter": ["1500", "900"], "WindowWidth": ["700", "400"], "VOILUTFunction": "SIGMOID"},
        {"WindowCenter": "900", "WindowWidth": "800", "RescaleSlope": "0.5", "RescaleIntercept": "-20"},
        {"VOILUTSequence": [synthetic.lut_item(10, [i * 13 for i in range(4096)])]},
        {"ModalityLUTSequence": [synthetic.lut_item(0, [i * 3 for i in range(4096)], 14)]},
        {"PhotometricInterpretation": "MONOCHROME1", "WindowCenter": "2000", "WindowWidth": "3000"},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"PresentationLUTShape": "INVERSE", "WindowCenter": "2000", "WindowWidth": "3000"},
        {},
        {"WindowCenter": "1800", "WindowWidth": "0"},
    ],
)
def test_the_image_is_shown_as_without_the_state(tmp_path: Path, attributes: dict[str, Any]) -> None:
    path = synthetic.write(tmp_path / "LCC.dcm", synthetic.dataset(**attributes))
    mammogram = read_mammogram(path)
    exam = measured_exam([mammogram.header])
    state = _state(exam, exam.views[0])
    stored = pydicom.dcmread(path).pixel_array
    shown = display_u8(mammogram.pixels, mammogram.display).astype(np.int16)
    assert np.abs(_shown(state, stored).astype(np.int16) - shown).max() <= 1


def _shown(state: Dataset, stored: NDArray[Any]) -> NDArray[np.uint8]:
    """What a viewer makes of stored values, from what stands in the state alone (PS3.4 N.2)."""
    modality = apply_modality_lut(stored, state).astype(np.float64)
    item = state.SoftcopyVOILUTSequence[0]
    if "VOILUTSequence" in item:
        lut = item.VOILUTSequence[0]
        table = np.frombuffer(lut.LUTData, "<u2") / np.float32(65535)
        values = lut_values(modality, VoiLut(lut.LUTDescriptor[1], table.astype(np.float32)))
    else:
        window = Window(float(item.WindowCenter), float(item.WindowWidth), VoiFunction(item.VOILUTFunction))
        values = window_values(modality, window)
    if state.PresentationLUTShape == "INVERSE":
        values = 1 - values
    return np.floor(255 * values + 0.5).astype(np.uint8)


def test_it_says_what_was_measured_and_that_nobody_verified_it(simulated: MeasuredExam) -> None:
    view = simulated.views[0]
    state = _state(simulated, view)
    words = _words(state)
    assert f"BAC {view.measurement.bac_area_mm2:,.1f} mm2" in words
    assert "openbac-1, p > 0.53" in words
    assert "Unverified. Research use only - not a diagnosis" in words
    referenced = state.ReferencedSeriesSequence[0]
    assert referenced.ReferencedImageSequence[0].ReferencedSOPInstanceUID == view.source.sop_instance_uid


def test_there_are_no_mm_without_a_pixel_spacing(make_exam: Callable[..., MeasuredExam]) -> None:
    exam = make_exam("png")
    state = _state(exam, exam.views[0])
    assert " px" in _words(state)
    assert "mm" not in _words(state)
    area = state.DisplayedAreaSelectionSequence[0]
    assert list(area.PresentationPixelAspectRatio) == [1, 1]
    assert "PresentationPixelSpacing" not in area


def test_a_view_without_calcium_has_words_and_no_lines(simulated: MeasuredExam) -> None:
    view = simulated.views[0]
    state = _state(simulated, view, np.zeros_like(view.mask))
    assert _lines(state) == []
    assert len(state.GraphicLayerSequence) == 1


def test_noise_of_very_many_specks_is_cut_and_told(simulated: MeasuredExam) -> None:
    view = simulated.views[0]
    specks = np.zeros_like(view.mask)
    specks[2:-2:9, 2:-2:7] = True
    state = _state(simulated, view, specks)
    assert len(_lines(state)) == 1000
    assert "smaller parts are not outlined" in _words(state)
    few = presentation_state(
        view.source, view.mask, other=specks, record=view.record, making=simulated.making, number=1
    )
    assert "smaller parts are not outlined" in _words(few)
    assert "smaller parts" not in _words(_state(simulated, view))


def test_very_long_lines_still_fit(tmp_path: Path) -> None:
    pixels = np.zeros((1500, 1500), np.uint16)
    pixels[::2] = 4000
    path = synthetic.write(tmp_path / "LCC.dcm", synthetic.dataset(pixels))
    exam = measured_exam([read_mammogram(path).header])
    comb = np.zeros(pixels.shape, bool)
    comb[20:-20, 20:40] = True
    comb[20:-20:12, 20:-20] = True
    state = _state(exam, exam.views[0], comb)
    assert file_bytes(state)
    assert all(len(line) <= 8001 for line in _lines(state))


def test_the_same_view_has_the_same_bytes(simulated: MeasuredExam) -> None:
    view = simulated.views[0]
    assert file_bytes(_state(simulated, view)) == file_bytes(_state(simulated, view))


def test_the_mask_of_another_mammogram_is_refused(simulated: MeasuredExam) -> None:
    with pytest.raises(UsageError, match=r"^The mask of LCC\.dcm has \(3, 4\) pixels"):
        _state(simulated, simulated.views[0], np.zeros((3, 4), bool))
