"""The breast and its side as the part of the body."""

from __future__ import annotations

import warnings

import pytest
from pydicom.dataset import Dataset

from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.projection import dicom_projection
from tests.reading.synthetic import code, dataset


@pytest.mark.parametrize(
    ("text", "side"),
    [
        *((f"{word} BREAST", "L") for word in ("LEFT", "L", "LT", "left")),
        *((f"{word} BREAST", "R") for word in ("RIGHT", "R", "RT", "Right")),
        *(("BREAST LEFT", "L"), ("BREAST, RT", "R"), ("BREAST_R", "R"), ("LBREAST", "L"), ("BREASTR", "R")),
        *(("BREAST", None), ("BREASTS", None), ("BOTH BREASTS", None), ("LEFT AND RIGHT BREAST", None)),
        *(("CHEST LEFT", None), ("LEFT", None), ("", None)),
    ],
)
def test_the_side_that_the_body_part_names(text: str, side: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = dataset(ImageLaterality=None, BodyPartExamined=text)
    found = dicom_projection(Attributes(ds), None)
    assert found.laterality.value == (side or "unknown")
    assert (f"{side} from Body Part Examined {text}" in dict(found.evidence).values()) == bool(side)


@pytest.mark.parametrize(
    ("region", "modifier", "side"),
    [
        (code("80248007", "Left breast structure"), None, "L"),
        (code("T-04020", "Right breast", "SRT"), None, "R"),
        (code("76752008", "Breast"), code("24028007", "Right"), "R"),
        (code("T-04000", "Breast", "SRT"), code("G-A101", "Left", "SRT"), "L"),
        (code("X1", "LEFT BREAST", "99LOCAL"), None, "L"),
        (code("76752008", "Breast"), None, "unknown"),
        (code("51185008", "Chest"), code("7771000", "Left"), "unknown"),
    ],
)
def test_the_side_that_the_anatomic_region_names(
    region: Dataset, modifier: Dataset | None, side: str
) -> None:
    if modifier is not None:
        region.AnatomicRegionModifierSequence = [modifier]
    found = dicom_projection(Attributes(dataset(ImageLaterality=None, AnatomicRegionSequence=[region])), None)
    assert found.laterality.value == side


def test_a_body_part_that_contradicts_the_laterality_is_told() -> None:
    found = dicom_projection(Attributes(dataset(BodyPartExamined="RIGHT BREAST")), None)
    assert found.laterality.value == "L"
    assert [notice.code for notice in found.notices] == ["view-contradicted"]
