"""The words by which a patient is known, and where else they stand.

The profile clears attributes that are meant for identifiers. People write a name into others as well, such as
the description of a filter; there it is found by its letters.
"""

from __future__ import annotations

import re
from typing import Final

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

_NUMBERS: Final = frozenset(
    {
        *("PatientID", "OtherPatientIDs", "AccessionNumber", "StudyID", "PatientBirthDate"),
        *("IssuerOfPatientID", "AdmissionID", "RequestedProcedureID", "PatientTelephoneNumbers"),
        *("InstitutionName", "InstitutionAddress", "PatientAddress", "DeviceSerialNumber"),
    }
)
_TEXTS: Final = frozenset({"AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_LEFT_ALONE: Final = frozenset({"Manufacturer", "ManufacturerModelName"})
"""Name a make, and results hang on it."""
_SHORTEST: Final = 4
"""Shorter words stand in many texts by chance."""
_RANDOM: Final = re.compile(
    r"(?<!\d)2\.25\.\d{30,39}(?!\d)|(?<![0-9a-z])(?:anon-[0-9a-f]{12}|[0-9a-f]{32,64})(?![0-9a-z])"
)
"""What a key or a hash function made: UIDs from a UUID, pseudonyms, digests."""
_NEVER_BY_CHANCE: Final = 12
"""So long a word stands in none of them but on purpose; six digits of a patient's number do."""


def words_of(dataset: Dataset) -> frozenset[str]:
    """Words in lower case that name the patient, who treats her, and where."""
    found: set[str] = set()
    for element in dataset.iterall():
        if element.VR == "PN":
            for name in texts_of_element(element):
                found.update(re.split(r"[\^=\s,]+", name.lower()))
        elif element.keyword in _NUMBERS:
            found.update(text.lower() for text in texts_of_element(element))
    return frozenset(word for word in found if len(word) >= _SHORTEST)


def names_patient(text: str, words: frozenset[str]) -> bool:
    """Whether a word is left in a text, other than by chance among the digits of a UID or digest."""
    whole = text.lower()
    told = _RANDOM.sub(" ", whole)
    return any(word in (whole if len(word) >= _NEVER_BY_CHANCE else told) for word in words)


def without_identifiers(dataset: Dataset, words: frozenset[str]) -> None:
    """Take out texts in which one of the words is left."""
    for element in list(dataset):
        if element.VR == "SQ":
            for item in element.value:
                without_identifiers(item, words)
            continue
        searched = element.VR in _TEXTS and element.keyword not in _LEFT_ALONE
        if searched and any(names_patient(text, words) for text in texts_of_element(element)):
            del dataset[element.tag]


def texts_of_element(element: DataElement) -> list[str]:
    """Its values as stripped texts; one empty text where it has none."""
    value = element.value
    return [str(one).strip() for one in (value if isinstance(value, (MultiValue, list)) else [value or ""])]
