"""Every object of every exam is accepted by every validator, and a broken one by none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from shared_core.dicom_objects.equipment import file_bytes
from shared_core.dicom_objects.images.converted_image import converted_image
from shared_core.dicom_objects.images.presentation_state import presentation_state
from shared_core.dicom_objects.images.secondary_capture import secondary_capture
from shared_core.dicom_objects.images.segmentation_object import probability_segmentation, segmentation
from shared_core.dicom_objects.pdf.encapsulated_pdf import encapsulated_pdf
from shared_core.exporting.png import encode_png
from tests.dicom_objects.conftest import PROVENANCE, MeasuredExam
from tests.host.validators import dcentvfy, dciodvfy, dicom_validator, errors_of, need_validators

PICTURE = encode_png(np.full((60, 50, 3), 90, np.uint8))


@pytest.fixture(autouse=True)
def _validators() -> None:
    need_validators()


def _objects(exam: MeasuredExam) -> list[Dataset]:
    made = []
    making = exam.making
    for number, view in enumerate(exam.views, start=1):
        source = view.source
        probability = view.mask * np.float32(0.8)
        made += [
            segmentation(source, view.mask, provenance=PROVENANCE, making=making, number=number),
            probability_segmentation(
                source, probability, provenance=PROVENANCE, making=making, number=number
            ),
            presentation_state(source, view.mask, record=view.record, making=making, number=number),
            secondary_capture(PICTURE, sources=[source], title="Overlay", making=making, number=number),
            *([converted_image(source, number=number)] if source.made else []),
        ]
    made.append(encapsulated_pdf(exam.home, b"%PDF-1.4\n%%EOF", sources=exam.sources, making=making))
    return made


def _written(objects: list[Dataset], folder: Path) -> list[Path]:
    paths = []
    for number, made in enumerate(objects):
        paths.append(folder / f"{number:02d}_{made.Modality}.dcm")
        paths[-1].write_bytes(file_bytes(made))
    return paths


def test_every_object_is_accepted(exam: MeasuredExam, tmp_path: Path) -> None:
    assert errors_of(_written(_objects(exam), tmp_path), sources=exam.dicom_files) == []


def test_edited_and_drawn_masks_and_masks_without_a_pixel_are_accepted(
    make_exam: Callable[..., MeasuredExam], tmp_path: Path
) -> None:
    exam = make_exam("ge")
    view = exam.views[0]
    ways = [
        {**PROVENANCE, "edited_by_hand": True},
        {**PROVENANCE, "edited_by_hand": True, "model_name": None},
    ]
    made = [
        segmentation(view.source, mask, provenance=how, making=exam.making, number=1 + number)
        for number, (how, mask) in enumerate(
            [(how, mask) for how in ways for mask in (view.mask, np.zeros_like(view.mask))]
        )
    ]
    nothing = np.zeros_like(view.mask)
    made.append(presentation_state(view.source, nothing, record=view.record, making=exam.making, number=1))
    other = np.roll(view.mask, 40, axis=0) & ~view.mask
    made.append(
        segmentation(view.source, view.mask, other=other, provenance=PROVENANCE, making=exam.making, number=9)
    )
    made.append(
        presentation_state(
            view.source, nothing, other=other, record=view.record, making=exam.making, number=2
        )
    )
    assert errors_of(_written(made, tmp_path), sources=exam.dicom_files) == []


def test_a_broken_object_is_caught_by_each_validator(
    make_exam: Callable[..., MeasuredExam], tmp_path: Path
) -> None:
    exam = make_exam("ge")
    view = exam.views[0]
    good = segmentation(view.source, view.mask, provenance=PROVENANCE, making=exam.making, number=1)
    path = tmp_path / "good.dcm"
    path.write_bytes(file_bytes(good))
    assert errors_of([path], sources=exam.dicom_files) == []
    broken = pydicom.dcmread(path)
    del broken.SegmentationType
    del broken.PatientOrientation
    broken.PatientID = "SOMEBODY ELSE"
    broken_path = tmp_path / "broken.dcm"
    broken.save_as(broken_path)
    assert any("SegmentationType" in error for error in dciodvfy(broken_path))
    assert any("0062,0001" in error for error in dicom_validator([broken_path]))
    assert any("PatientID" in error for error in dcentvfy([*exam.dicom_files, broken_path]))
