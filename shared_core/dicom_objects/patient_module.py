"""Patient and study of a mammogram as clean attributes: those of the standard, with values that it allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from pydicom.charset import python_encoding
from pydicom.config import RAISE
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.valuerep import validate_value

from shared_core.dicom_objects.data_sets import dataset_of
from shared_core.mammogram import MammogramHeader
from shared_core.notices import Notice
from shared_core.notices.of_results import (
    DICOM_LETTERS_UNCERTAIN,
    DICOM_VALUE_CORRECTED,
    DICOM_VALUE_LEFT_EMPTY,
)

TYPE_2: Final = {
    "PatientName": "PN",
    "PatientID": "LO",
    "PatientBirthDate": "DA",
    "PatientSex": "CS",
    "StudyDate": "DA",
    "StudyTime": "TM",
    "StudyID": "SH",
    "AccessionNumber": "SH",
    "ReferringPhysicianName": "PN",
}
"""Must be there, and may be empty (PS3.3 C.7.1.1, C.7.2.1)."""
WHO_WORDS: Final = {
    "PatientName": ("Patient", "not known"),
    "PatientID": ("Patient ID", "not known"),
    "AccessionNumber": ("Accession number", "none"),
}
"""What says who it is, as a report for people calls it, and what stands there where it is empty."""
TYPE_3: Final = {
    "IssuerOfPatientID": "LO",
    "PatientIdentityRemoved": "CS",
    "DeidentificationMethod": "LO",
    "LongitudinalTemporalInformationModified": "CS",
    "StudyDescription": "LO",
    "PatientAge": "AS",
}
"""Taken where they are there."""
_TERMS: Final = {
    "PatientSex": ("M", "F", "O"),
    "PatientIdentityRemoved": ("YES", "NO"),
    "LongitudinalTemporalInformationModified": ("UNMODIFIED", "MODIFIED", "REMOVED"),
}
"""The values that some have alone."""


def clean_attributes(dataset: Dataset, name: str) -> tuple[Dataset, list[Notice]]:
    """Patient and study attributes with allowed values, and a notice for each that had none."""
    clean, notices = Dataset(), _about_letters(dataset, name)
    for keyword, vr in {**TYPE_2, **TYPE_3}.items():
        value = text_of(dataset, keyword).replace("\ufffd", "?")
        if value and not _allowed(keyword, vr, value):
            kept = _rescued(vr, value)
            kind = DICOM_VALUE_CORRECTED if kept else DICOM_VALUE_LEFT_EMPTY
            notices.append(
                kind.notice(name=name, attribute=keyword, value=repr(value[:40]), written=repr(kept))
            )
            value = kept
        if value or keyword in TYPE_2:
            setattr(clean, keyword, value)
    return clean, notices


def attributes_of_picture(header: MammogramHeader) -> Dataset:
    """Of a picture only what its name says is known."""
    dataset = dataset_of(**dict.fromkeys(TYPE_2, ""))
    dataset.PatientID = _plain(header.identity.patient_id)
    dataset.PatientName = f"{dataset.PatientID}^" if dataset.PatientID else ""
    dataset.StudyDate = header.identity.study_date
    return dataset


def put_deidentification(attributes: Dataset, dataset: Dataset) -> None:
    """How the patient was de-identified, as codes (0012,0064)."""
    items = []
    for item in dataset.get("DeidentificationMethodCodeSequence") or ():
        code = Dataset()
        for keyword, vr in (("CodeValue", "SH"), ("CodingSchemeDesignator", "SH"), ("CodeMeaning", "LO")):
            value = text_of(item, keyword)
            if value and is_valid(vr, value):
                setattr(code, keyword, value)
        if len(code) == 3:
            items.append(code)
    if items:
        attributes.DeidentificationMethodCodeSequence = items


def texts_of(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """All values as stripped text; nothing where the attribute is absent or damaged."""
    try:
        value: Any = dataset.get(keyword)
        values: Iterable[Any] = value if isinstance(value, (MultiValue, list, tuple)) else [value]
        return tuple(str(one).strip().strip("\0") for one in values if one not in (None, ""))
    except Exception:  # boundary with pydicom: it converts at the first access, damage raises anything
        return ()


def text_of(dataset: Dataset, keyword: str) -> str:
    """All values as one text, with backslashes between them as in a file."""
    return "\\".join(texts_of(dataset, keyword))


def is_valid(vr: str, value: str) -> bool:
    """Whether a text is what its value representation allows (PS3.5 6.2)."""
    try:
        validate_value(vr, value, RAISE)
        if vr == "DA":
            datetime.strptime(value, "%Y%m%d")
        if vr == "TM" and value:
            datetime.strptime(value[:6].ljust(6, "0"), "%H%M%S")
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    """As an identifier may be written, whatever a file was called."""
    plain = "".join(letter for letter in text if letter.isprintable() and letter not in "\\^=")[:63].strip()
    return plain if is_valid("LO", plain) else ""


def _allowed(keyword: str, vr: str, value: str) -> bool:
    return value in _TERMS[keyword] if keyword in _TERMS else is_valid(vr, value)


def _rescued(vr: str, value: str) -> str:
    """The old form of a date (2004.05.31, PS3.5 6.2) as today's, a long text cut; nothing else is guessed."""
    if vr == "DA":
        value = value.replace(".", "")
    elif vr in ("LO", "SH"):
        value = value.replace("\\", " ")[: 64 if vr == "LO" else 16].strip()
    elif vr == "PN":
        value = "=".join(part[:64] for part in value.replace("\\", " ").split("=")[:3])
    else:
        return ""
    return value if is_valid(vr, value) else ""


def _about_letters(dataset: Dataset, name: str) -> list[Notice]:
    """What to say where letters outside ASCII cannot be read for sure (PS3.3 C.12.1.1.2)."""
    terms = [term for term in texts_of(dataset, "SpecificCharacterSet") if term]
    unknown = [term for term in terms if term not in python_encoding]
    written = "".join(text_of(dataset, keyword) for keyword in TYPE_2)
    if written.isascii():
        return []
    if unknown:
        why = f"its character set {unknown[0]} is unknown"
    elif not terms:
        why = "it names no character set"
    elif "\ufffd" in written:
        why = f"they are not in its character set {terms[0]}"
    else:
        return []
    return [DICOM_LETTERS_UNCERTAIN.notice(name=name, reason=why)]
