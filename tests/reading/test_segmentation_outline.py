"""What a segmentation says of itself before its pixels are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from shared_core.errors import UnreadableImageError
from shared_core.reading.dicom.segmentation_outline import images_named_in, segments_in
from tests.reading.segmentations import SOURCE, segment, write_seg


def test_segments_and_the_images_that_they_were_drawn_on(tmp_path: Path) -> None:
    frames = np.zeros((2, 8, 8), bool)
    parts = [segment(1, "Plaque"), segment(2, "")]
    path = write_seg(tmp_path / "seg.dcm", frames, "BINARY", parts, [1, 2])
    assert segments_in(path) == ((1, "Plaque"), (2, "Segment 2"))
    assert (SOURCE, "") in images_named_in(path)


def test_what_is_no_dicom_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "seg.dcm").write_bytes(b"nothing")
    with pytest.raises(UnreadableImageError, match=r"seg\.dcm: is no sound DICOM file"):
        segments_in(tmp_path / "seg.dcm")


def test_what_is_damaged_where_it_is_asked_for_is_refused_in_words(tmp_path: Path) -> None:
    path = write_seg(tmp_path / "seg.dcm", np.zeros((1, 8, 8), bool), "BINARY", [segment(1, "Plaque")], [1])
    dataset = pydicom.dcmread(path)
    del dataset.SegmentSequence[0].SegmentNumber
    dataset.save_as(path)
    with pytest.raises(UnreadableImageError, match="is no sound DICOM file"):
        segments_in(path)
