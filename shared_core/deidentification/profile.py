"""PS3.15 Annex E, Basic Profile with modified dates, on one data set.

Which attribute is removed, emptied or replaced is the table E.1-1 as dicom-anonymizer carries it. Added to
it: sequences are gone through item by item; UIDs and dates are replaced by the key, so that they still fit
together; and what the table does not know is left out where it could say who the patient is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from pydicom.datadict import dictionary_has_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.tag import BaseTag

from shared_core.deidentification.identifiers import texts_of_element, without_identifiers, words_of
from shared_core.deidentification.key import DeidentificationKey
from shared_core.dicom_objects.codes import item
from shared_core.dicom_objects.required_libraries import needed
from shared_core.errors import UnreadableImageError
from shared_core.reading.dicom.identity import grouped_patient_id
from shared_core.reading.persons import is_no_identifier
from shared_core.version import SOFTWARE_VERSION

EDITION: Final = "2026c"
METHOD_CODES: Final = (
    Code("113100", "DCM", "Basic Application Confidentiality Profile"),
    Code("113107", "DCM", "Retain Longitudinal Temporal Information Modified Dates Option"),
)
"""CID 7050."""
_KEPT_TIMES: Final = frozenset(
    {"StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime", "InstanceCreationTime"}
)
"""Of the day alone: a repeat is told from the first image by it."""
_MOVED_DATES: Final = frozenset(
    {
        *("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate"),
        "AcquisitionDateTime",
    }
)
_REFERENCES: Final = frozenset({"SourceImageSequence", "ReferencedImageSequence"})
"""Kept with new UIDs: they tell a raw image from the one made of it."""
_WORDY: Final = ("LT", "PN", "ST", "UT")
"""Names and free text: nothing that a measurement hangs on."""
_STANDARD_ROOT: Final = "1.2.840.10008."
_OVERLAYS_AND_CURVES: Final = (0x5000, 0x6000)
Action = Callable[[Dataset, tuple[int, int]], None]


def patient_of(dataset: Dataset, *, shared_id: bool = False) -> str:
    """What the pseudonym and the dates hang on: the patient, else the study.

    Parameters
    ----------
    shared_id
        Whether several women have this patient ID; one that everybody gets is always taken as shared.
    """
    patient = grouped_patient_id(str(dataset.get("PatientID") or "").strip())
    name = str(dataset.get("PatientName") or "").strip()
    person = f"{name}/{dataset.get('PatientBirthDate') or ''}"
    if not is_no_identifier(patient):
        own = f"{patient}/{str(dataset.get('IssuerOfPatientID') or '').strip()}"
        return f"{own}/{person}/{dataset.get('PatientSex') or ''}" if shared_id else own
    named = name if not patient else not is_no_identifier(person)
    return person if named else str(dataset.get("StudyInstanceUID"))


def deidentify(dataset: Dataset, key: DeidentificationKey, *, patient: str) -> None:
    """Take out in place what says whose the image is, and say that and how it was done.

    Parameters
    ----------
    patient
        See `patient_of`: the same for all images of an exam.

    Raises
    ------
    UnreadableImageError
        An attribute is damaged.
    UsageError
        dicom-anonymizer is not installed.
    """
    needed("dicomanonymizer")
    try:
        words = words_of(dataset)
        _clean(dataset, key, patient)
        without_identifiers(dataset, words)
    except Exception as error:  # boundary with two libraries: damaged values raise anything
        detail = " ".join(str(error).split())[:120] or type(error).__name__
        raise UnreadableImageError(
            f"cannot be de-identified, as an attribute is damaged ({detail}); "
            "repair the file or leave it out."
        ) from error
    dataset.PatientID = key.pseudonym(patient)
    dataset.PatientName = f"{dataset.PatientID}^"
    burned_in = str(dataset.get("BurnedInAnnotation") or "") == "YES"
    # PS3.3 C.7.1.1: gone from the attributes and from the pixels.
    dataset.PatientIdentityRemoved = "NO" if burned_in else "YES"
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    dataset.DeidentificationMethod = f"PS3.15 Basic Profile {EDITION}, OpenBAC {SOFTWARE_VERSION}"[:64]
    dataset.DeidentificationMethodCodeSequence = [item(code) for code in METHOD_CODES]


def _clean(dataset: Dataset, key: DeidentificationKey, patient: str) -> None:
    from dicomanonymizer.simpledicomanonymizer import anonymize_dataset

    own: dict[tuple[int, int], Action] = {}
    for element in dataset:
        for below in element.value if element.VR == "SQ" else ():
            _clean(below, key, patient)
        action = _own_action(element, key, patient)
        if action is not None:
            own[element.tag.group, element.tag.element] = action
    anonymize_dataset(dataset, own, True, lambda: dict(_table()))  # which it changes


def _own_action(element: DataElement, key: DeidentificationKey, patient: str) -> Action | None:
    """What is done instead of the table's action, or where the table has none."""
    keyword, tag = element.keyword, (element.tag.group, element.tag.element)
    in_table = tag in _table()
    if not element.tag.is_private and not dictionary_has_tag(element.tag):
        return _remove
    if element.tag.group & 0xFF00 in _OVERLAYS_AND_CURVES or keyword == "DeviceSerialNumber":
        return _remove
    if keyword in _REFERENCES or keyword in _KEPT_TIMES:
        return _keep
    if element.VR == "UI":
        return lambda dataset, tag: _replace_uids(dataset[tag], key)
    if keyword in _MOVED_DATES or (element.VR in ("DA", "DT") and not in_table):
        return lambda dataset, tag: _move(dataset[tag], key, patient)
    if element.VR == "SQ" and in_table:
        # The library would empty the items and leave them, which no object allows.
        return _remove if keyword not in _EMPTY_SEQUENCES else _without_items
    if element.VR in _WORDY and not in_table:
        return _remove
    if element.VR in ("DA", "DT", "TM") and in_table:
        return _without_value if "empty" in getattr(_table()[tag], "__name__", "") else _remove
    return None


_EMPTY_SEQUENCES: Final = frozenset({"AcquisitionContextSequence"})
"""Must be there, and may be empty (type 2)."""


@cache
def _table() -> dict[tuple[int, int], Action]:
    from dicomanonymizer.simpledicomanonymizer import initialize_actions

    return dict(initialize_actions(f"dicomfields_{EDITION}"))


def _remove(dataset: Dataset, tag: tuple[int, int]) -> None:
    if BaseTag(tag[0] << 16 | tag[1]) in dataset:
        del dataset[tag]


def _keep(dataset: Dataset, tag: tuple[int, int]) -> None:
    """Stays as it is; its items were cleaned before."""


def _without_items(dataset: Dataset, tag: tuple[int, int]) -> None:
    dataset[tag].value = []


def _without_value(dataset: Dataset, tag: tuple[int, int]) -> None:
    dataset[tag].value = ""


def _replace_uids(element: DataElement, key: DeidentificationKey) -> None:
    values = texts_of_element(element)
    new = [uid if not uid or uid.startswith(_STANDARD_ROOT) else key.uid(uid) for uid in values]
    element.value = new if len(new) > 1 else "".join(new)


def _move(element: DataElement, key: DeidentificationKey, patient: str) -> None:
    new = [
        key.moved(date.replace(".", "", 2) if element.VR == "DA" else date, patient)
        for date in texts_of_element(element)
    ]
    element.value = new if len(new) > 1 else "".join(new)
