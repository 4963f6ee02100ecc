"""PS3.15 Annex E, Basic Profile with modified dates, on one data set.

A new data set is made of what is needed alone: coded terms that the standard has, numbers between sensible
ends, dates and UIDs replaced by the key, and pixels written anew. Whatever else a file holds is left behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from pydicom._uid_dict import UID_dictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from shared_core.deidentification.identifiers import Identifiers, identifiers_of, texts_of_element
from shared_core.deidentification.kept_attributes import (
    KEPT_TIMES,
    LEFT_EMPTY,
    MAKERS,
    MOVED_DATES,
    NESTED,
    NUMBERS,
    OWN_UIDS,
    REFERENCED_CLASSES,
    TABLES,
    TERMS,
)
from shared_core.deidentification.key import DeidentificationKey
from shared_core.deidentification.pixels import put_pixels, put_table
from shared_core.deidentification.search import found_in_number
from shared_core.dicom_objects.codes import BREAST, VIEW_MODIFIERS, VIEWS, item
from shared_core.errors import OpenBacError, UnreadableImageError
from shared_core.mammogram import Laterality, View
from shared_core.reading.dicom.acquisition import synthetic_evidence
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.identity import grouped_patient_id
from shared_core.reading.dicom.projection import dicom_projection
from shared_core.reading.persons import is_no_identifier
from shared_core.version import SOFTWARE_VERSION

METHOD_CODES: Final = (
    Code("113100", "DCM", "Basic Application Confidentiality Profile"),
    Code("113107", "DCM", "Retain Longitudinal Temporal Information Modified Dates Option"),
)
"""CID 7050."""
_TIME: Final = re.compile(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?")
_DATE_TIME: Final = re.compile(r"\d{8}(\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?)?")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_NUMBER_VRS: Final = frozenset({"DS", "IS", "US", "SS", "UL", "SL", "FL", "FD", "US or SS"})
_MOST_VALUES: Final = 16
_ORIENTATION: Final = re.compile(r"[AP]?[LR]?[HF]?|[HF]?[LR]?[AP]?|[LR]?[AP]?[HF]?|[HF]?[AP]?[LR]?")
_MODEL_NUMBER: Final = re.compile(r"\d{1,4}")
_MODIFIERS: Final = "ViewModifierCodeSequence"
_SYNTHETIC: Final = "GENERATED_2D"
_ROLLED: Final = {
    code: Code(codes[0], "SCT", f"Rolled {direction}")
    for direction, codes in {
        "Medial": ("399226006", "R-102D4"),
        "Lateral": ("399197002", "R-102D3"),
        "Superior": ("415670009", "R-102C9"),
        "Inferior": ("414493004", "R-102CA"),
    }.items()
    for code in codes
}
"""CID 4015, today's codes for today's and those of SRT."""


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


def deidentified(
    dataset: Dataset,
    key: DeidentificationKey,
    *,
    patient: str,
    name: str,
    synthetic_2d: bool = False,
    nothing_burned_in: bool = False,
) -> Dataset:
    """The image without what says whose it is, which says that and how it was done.

    Parameters
    ----------
    dataset
        Loses its pixels.
    patient
        See `patient_of`: the same for all images of an exam.
    name
        For messages.
    synthetic_2d
        Whether it was computed from tomosynthesis, which only a text or the name of the file may say.
    nothing_burned_in
        Whether a person looked at the image, and no text is burned into it.

    Raises
    ------
    UnreadableImageError
        It is damaged.
    UnsupportedImageError
        Its pixels cannot be read.
    """
    try:
        identifiers = identifiers_of(dataset)
        new = _Cleaning(key, patient, identifiers, _signed_values(dataset)).of(dataset)
        _put_projection(new, Attributes(dataset))
        if synthetic_2d and not synthetic_evidence(Attributes(new)):
            new.ImageType = [*([*new.get("ImageType", ()), "DERIVED", "PRIMARY"][:2]), "", _SYNTHETIC]
        put_pixels(new, dataset, name)
    except OpenBacError:
        raise
    except Exception as error:  # boundary with pydicom: damaged values raise anything
        detail = " ".join(str(error).split())[:120] or type(error).__name__
        raise UnreadableImageError(
            f"{name}: cannot be de-identified, as an attribute is damaged ({detail}); "
            "repair the file or leave it out."
        ) from error
    new.PatientID = key.pseudonym(patient)
    new.PatientName = f"{new.PatientID}^"
    if nothing_burned_in and new.get("BurnedInAnnotation") != "YES":
        new.BurnedInAnnotation = "NO"
    # PS3.3 C.7.1.1: gone from the attributes and from the pixels. Nothing is said where nobody knows.
    removed = {"NO": "YES", "YES": "NO"}.get(str(new.get("BurnedInAnnotation") or ""))
    if removed is not None:
        new.PatientIdentityRemoved = removed
    new.LongitudinalTemporalInformationModified = "MODIFIED"
    new.DeidentificationMethod = (
        f"PS3.15 Basic Profile by a list of what is kept, OpenBAC {SOFTWARE_VERSION}"[:64]
    )
    new.DeidentificationMethodCodeSequence = [item(code) for code in METHOD_CODES]
    return new


def moved_dates(dataset: Dataset) -> frozenset[date]:
    """The dates of an image without identifiers: another exam may have been made on one of them."""
    texts = [str(dataset.get(keyword) or "")[:8] for keyword in MOVED_DATES]
    return frozenset(date(int(t[:4]), int(t[4:6]), int(t[6:8])) for t in texts if len(t) == 8)


class _Cleaning:
    """Makes of a data set, and of the items in it, a new one."""

    def __init__(
        self, key: DeidentificationKey, patient: str, identifiers: Identifiers, signed: tuple[bool, bool]
    ) -> None:
        self._key, self._patient, self._identifiers = key, patient, identifiers
        self._signed = dict(zip(("ModalityLUTSequence", "VOILUTSequence"), signed, strict=True))

    def of(self, dataset: Dataset, *, top: bool = True) -> Dataset:
        new = Dataset()
        for tag in list(dataset.keys()):
            if tag.is_private or tag.group in (0x0002, 0x7FE0):
                continue
            element = dataset[tag]
            if element.VR == "SQ":
                self._put_sequence(new, element)
            else:
                self._put(new, element)
            if top and element.keyword in LEFT_EMPTY and tag not in new:
                new.add_new(tag, element.VR, [] if element.VR == "SQ" else "")
        return new

    def _put_sequence(self, new: Dataset, element: DataElement) -> None:
        keyword, items = element.keyword, list(element.value or ())
        if keyword in NESTED:
            cleaned = [self.of(one, top=False) for one in items]
        elif keyword in TABLES:
            cleaned = [made for one in items if (made := self._table(one, keyword)) is not None]
        elif keyword == "AnatomicRegionSequence":
            cleaned = [item(BREAST)] if items else []
        else:
            return
        kept = [one for one in cleaned if len(one)]
        if kept:
            new.add_new(element.tag, "SQ", kept)

    def _table(self, old: Dataset, keyword: str) -> Dataset | None:
        made = Dataset()
        if not put_table(made, old, signed=self._signed[keyword]):
            return None
        if keyword == "ModalityLUTSequence":
            kind = str(old.get("ModalityLUTType") or "")
            made.ModalityLUTType = kind if kind in TERMS["ModalityLUTType"] else "UNSPECIFIED"
        return made

    def _put(self, new: Dataset, element: DataElement) -> None:
        keyword = element.keyword
        values = texts_of_element(element)
        if not values:
            return
        if keyword in OWN_UIDS:
            kept = [self._key.uid(uid) for uid in values]
        elif keyword in REFERENCED_CLASSES:
            kept = [uid for uid in values if uid in UID_dictionary]
        elif keyword in MOVED_DATES:
            kept = list(filter(None, (self._moved(text, element.VR) for text in values)))
        elif keyword in KEPT_TIMES:
            kept = [text for text in values if _TIME.fullmatch(text)]
        elif keyword in TERMS:
            kept = _terms(keyword, values)
        elif keyword in ("Manufacturer", "ManufacturerModelName"):
            kept = [made] if (made := _of_known_words(" ".join(values))) else []
        elif keyword == "PatientOrientation":
            sound = len(values) == 2 and all(map(_ORIENTATION.fullmatch, values))
            kept = values if sound else []
        elif keyword in NUMBERS and element.VR in _NUMBER_VRS:
            self._put_numbers(new, element, values)
            return
        else:
            return
        if kept and (keyword == "ImageType" or not self._spells(kept, keyword)):
            new.add_new(element.tag, element.VR, kept if len(kept) > 1 else kept[0])

    def _moved(self, text: str, vr: str) -> str:
        text = text.replace(".", "", 2) if vr == "DA" else re.sub(r"[+-]\d{4}$", "", text)
        return self._key.moved(text, self._patient) if _DATE_TIME.fullmatch(text) else ""

    def _put_numbers(self, new: Dataset, element: DataElement, values: list[str]) -> None:
        low, high = NUMBERS[element.keyword]
        sound = len(values) <= _MOST_VALUES and all(
            _NUMBER.fullmatch(text) and low <= float(text) <= high for text in values
        )
        if not sound or any(found_in_number(text, self._identifiers) for text in values):
            return
        vr = element.VR
        if vr == "US or SS":
            vr = "SS" if any(text.startswith("-") for text in values) else "US"
        numbers: list[str] | list[int] | list[float] = (
            values if vr in ("DS", "IS") else [float(t) if vr in ("FL", "FD") else int(t) for t in values]
        )
        new.add_new(element.tag, vr, numbers if len(numbers) > 1 else numbers[0])

    def _spells(self, values: Iterable[str], keyword: str) -> bool:
        """Whether a time spells a number of the patient; the other kinds are new, or of the standard."""
        return keyword in KEPT_TIMES and any(found_in_number(text, self._identifiers) for text in values)


def _signed_values(dataset: Dataset) -> tuple[bool, bool]:
    """Whether a modality and a VOI table take signed values."""
    attributes = Attributes(dataset)
    stored = attributes.integer("PixelRepresentation") == 1
    return stored, stored or (attributes.number("RescaleIntercept") or 0) < 0


def _terms(keyword: str, values: list[str]) -> list[str]:
    allowed = TERMS[keyword]
    if keyword != "ImageType":
        kept = [text for text in values if text.upper() in allowed]
        return kept[:_MOST_VALUES] if len(kept) == len(values) else []
    # Its values have places of their own.
    placed = [text if text.upper() in allowed else "" for text in values[:_MOST_VALUES]]
    while len(placed) > 2 and not placed[-1]:
        placed.pop()
    return placed if any(placed) else []


def _of_known_words(text: str) -> str:
    """Those words of a maker or model that are known; a person's name is none of them."""
    kept = []
    for word in text.split():
        core = word.strip("(),.;:").upper()
        if core in MAKERS or _MODEL_NUMBER.fullmatch(core):
            kept.append(word)
    return " ".join(kept) if any(not word.isdecimal() for word in kept) else ""


def _put_projection(new: Dataset, old: Attributes) -> None:
    """View, modifiers and side as they were understood, also from texts that are left behind."""
    projection = dicom_projection(old, None)
    if projection.view in VIEWS:
        view = item(VIEWS[projection.view])
        modifiers = [VIEW_MODIFIERS[one] for one in projection.modifiers if one in VIEW_MODIFIERS]
        items = [one for group in (old, *old.items("ViewCodeSequence")) for one in group.items(_MODIFIERS)]
        modifiers += [_ROLLED[code] for one in items if (code := one.text("CodeValue")) in _ROLLED]
        view.ViewModifierCodeSequence = [item(code) for code in dict.fromkeys(modifiers)]
        new.ViewCodeSequence = [view]
    elif projection.view is View.UNKNOWN and "ViewPosition" in new:
        del new.ViewPosition
    if projection.laterality is not Laterality.UNKNOWN and "ImageLaterality" not in new:
        new.ImageLaterality = projection.laterality.value
