"""By what a patient is known: names, numbers, dates and UIDs, in the forms that they are found in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import permutations
from typing import Final

from pydicom._uid_dict import UID_dictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

_NUMBERS: Final = frozenset(
    {
        *("PatientID", "OtherPatientIDs", "AccessionNumber", "StudyID", "IssuerOfPatientID", "AdmissionID"),
        *("RequestedProcedureID", "ScheduledProcedureStepID", "PatientTelephoneNumbers", "StationName"),
        *(
            "DeviceSerialNumber",
            "DetectorID",
            "FillerOrderNumberImagingServiceRequest",
            "MedicalRecordLocator",
        ),
        *("PlacerOrderNumberImagingServiceRequest", "PerformedProcedureStepID"),
    }
)
_WHO: Final = frozenset(
    {
        *("PatientName", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName"),
        *(
            "PatientID",
            "OtherPatientIDs",
            "AccessionNumber",
            "StudyID",
            "AdmissionID",
            "RequestedProcedureID",
        ),
        *("ScheduledProcedureStepID", "PerformedProcedureStepID", "MedicalRecordLocator"),
    }
)
"""Names and numbers of a patient and an examination, and not of a place, a machine or who worked there."""
_PLACES: Final = frozenset(
    {
        *("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "PatientAddress"),
        *("RegionOfResidence", "CountryOfResidence", "ReferringPhysicianAddress"),
    }
)
_DATES: Final = frozenset({"DA", "DT"})
_TITLES: Final = slice(3, 5)
"""Prefix and suffix of a name: Prof, Dr, Jr."""
_LEAST_PLACE: Final = 4
"""Letters of a word of an address; ``am`` and ``of`` tell no place."""
_LEAST_NUMBER: Final = 4
"""Letters and digits of a number that is looked for outside of the values that say who somebody is."""
_MOST_JOINED: Final = 8
"""Words of one name of which every two are tried run together."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})


@dataclass(frozen=True)
class Identifiers:
    """What must be found in nothing that is made of an image; all in the form of `folded`."""

    names: frozenset[str] = frozenset()
    """Words of names and places, two letters or more, and names run together."""
    numbers: frozenset[str] = frozenset()
    """Digits alone, four or more: numbers and dates as they are written without separators."""
    marks: frozenset[str] = frozenset()
    """Numbers with letters or separators in them, as parts with a blank between."""
    whole: frozenset[str] = frozenset()
    """All of what says who it is, such as ``P1`` or ``7``, likewise: looked for where that stands alone."""
    dates: frozenset[date] = frozenset()
    uids: frozenset[str] = frozenset()

    def __or__(self, other: Identifiers) -> Identifiers:
        parts = {one.name: getattr(self, one.name) | getattr(other, one.name) for one in fields(self)}
        return Identifiers(**parts)

    def without_dates(self, dates: Iterable[date]) -> Identifiers:
        """The same but for dates that new ones fell upon by chance."""
        left_out = frozenset(dates)
        if not left_out & self.dates:
            return self
        written = {text for one in left_out for text in spellings(one)}
        return replace(self, numbers=self.numbers - written, dates=self.dates - left_out)


def identifiers_of(dataset: Dataset) -> Identifiers:
    """Of all elements of a data set, those of its items too; what is damaged names nobody."""
    found = Identifiers()
    for element in _elements(dataset):
        texts = texts_of_element(element)
        if element.VR == "PN":
            for text in texts:
                found |= of_name(text)
        elif element.keyword in _PLACES:
            words = {word for text in texts for word in _LETTERS.findall(folded(text))}
            found |= Identifiers(names=frozenset(word for word in words if len(word) >= _LEAST_PLACE))
        elif element.keyword in _NUMBERS:
            for text in texts:
                found |= of_number(text)
        elif element.VR in _DATES:
            found |= of_dates(texts)
        elif element.VR == "UI":
            uids = {text for text in texts if len(text) > 8 and text not in UID_dictionary}
            found |= Identifiers(uids=frozenset(uids))
        if says_who(element):
            found |= Identifiers(whole=frozenset(filter(None, map(bare, texts))))
    return found


def of_name(name: str) -> Identifiers:
    """Of the name of a person (PS3.5 6.2.1): its words, those of double names, and run together."""
    names: set[str] = set()
    for group in name.split("="):
        parts = group.split("^")
        del parts[_TITLES]
        whole = [_LETTERS.findall(folded(part)) for part in parts]
        words = [word for part in whole for word in part][:_MOST_JOINED]
        for spelt in (words, [word.translate(_GERMAN) for word in words]):
            names.update(spelt)
            names.update(first + second for first, second in permutations(spelt, 2))
        names.update("".join(part) for part in whole)
        # Without accents as well: they are the first to get lost.
        names |= {_without_accents(word) for word in names}
    return Identifiers(names=frozenset(word for word in names if len(word) >= 2))


def of_number(text: str) -> Identifiers:
    """Of a number that somebody gave a patient, an examination or a machine."""
    parts = bare(text).split()
    digits = [part for part in parts if part.isdecimal() and len(part) >= _LEAST_NUMBER]
    joined = "".join(parts)
    if joined.isdecimal():
        digits.append(joined)
    marks = {" ".join(parts)} if len(parts) > 1 and len(joined) >= _LEAST_NUMBER else set()
    numbers = frozenset(one for one in digits if len(one) >= _LEAST_NUMBER)
    return Identifiers(numbers=numbers, marks=frozenset(marks))


def says_who(element: DataElement) -> bool:
    """Whether its values say who a patient is, or which examination it is."""
    return element.keyword in _WHO


def bare(text: str) -> str:
    """Letters and digits of a value, in the form of `folded`, as parts with a blank between."""
    return " ".join(re.findall(r"\d+|[^\W\d_]+", folded(text)))


def of_dates(texts: Iterable[str]) -> Identifiers:
    """Of dates as DICOM writes them."""
    found = set()
    for text in texts:
        digits = re.sub(r"\D", "", text[:10])[:8]
        try:
            found.add(date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])))
        except ValueError:
            continue
    numbers = {spelt for one in found for spelt in spellings(one)}
    return Identifiers(numbers=frozenset(numbers), dates=frozenset(found))


def spellings(one: date) -> tuple[str, ...]:
    """A date in digits alone; of the short ones only that which begins with the year."""
    year, month, day = f"{one.year:04d}", f"{one.month:02d}", f"{one.day:02d}"
    return year + month + day, day + month + year, month + day + year, year[2:] + month + day


def of_file_name(name: str) -> Identifiers:
    """Of the name of a file, where nothing else says whose image it is."""
    words = {word for word in _LETTERS.findall(folded(name)) if len(word) >= _LEAST_PLACE}
    digits = {run for run in re.findall(r"\d+", name) if len(run) >= 6}
    return Identifiers(names=frozenset(words), numbers=frozenset(digits))


def folded(text: str) -> str:
    """Without case and in one form of each letter."""
    return unicodedata.normalize("NFKC", text).casefold()


def texts_of_element(element: DataElement) -> list[str]:
    """Its values as stripped texts; none where they are damaged."""
    try:
        value = element.value
        values = value if isinstance(value, (MultiValue, list)) else [value]
        return [str(one).strip().strip("\0") for one in values if one not in (None, "", b"")]
    except Exception:  # boundary with pydicom: damaged values raise anything
        return []


def _without_accents(text: str) -> str:
    spread = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def _elements(dataset: Dataset) -> Iterator[DataElement]:
    for tag in list(dataset.keys()):
        try:
            element = dataset[tag]
            items = list(element.value or ()) if element.VR == "SQ" else []
        except Exception:  # boundary with pydicom: damaged elements raise anything
            continue
        yield element
        for item in items:
            yield from _elements(item)
