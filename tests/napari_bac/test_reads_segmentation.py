"""A DICOM segmentation of ours opens in napari on its image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("highdicom", reason="highdicom is not installed")

from napari_bac.reader import read_layers
from shared_core.dicom_objects.equipment import file_bytes, making_of
from shared_core.dicom_objects.images.segmentation_object import segmentation
from shared_core.dicom_objects.source_image import source_image
from shared_core.reading.reader import read_header
from tests.napari_bac import pictures


def test_a_segmentation_opens_as_labels_on_its_image(tmp_path: Path) -> None:
    exam = tmp_path / "exam"
    exam.mkdir()
    pictures.write_exam(exam)
    images = sorted(exam.glob("*.dcm"))
    source = source_image(read_header(images[0]))
    mask = pictures.truth(source.header.laterality)
    made = segmentation(
        source, mask, provenance={"model_name": "openbac-1"}, making=making_of(source), number=1
    )
    path = tmp_path / "seg.dcm"
    path.write_bytes(file_bytes(made))
    layers = read_layers([str(images[0]), str(path)])
    by_kind = {layer[2]: layer for layer in layers}
    assert set(by_kind) == {"image", "labels"}
    assert np.array_equal(np.asarray(by_kind["labels"][0]) > 0, mask)
    for place in ("scale", "translate"):
        assert np.array_equal(by_kind["labels"][1][place], by_kind["image"][1][place])
