"""Whose an image is: by its header, by a rule that a person states, or by names where these leave no doubt.

Two years of one woman on both sides of a split make every score too good. So dates and visits are taken out
of names, nested folders are taken from the outside, and what may still be one woman under two names is a
doubt, which nobody should train on.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from shared_core.mammogram import MammogramHeader
from shared_core.reading.kinds import image_stem
from shared_core.reading.persons import is_no_identifier
from shared_core.reading.picture_patient import named_patient
from shared_core.reading.projection_names import named_projection
from shared_core.reading.public_names import public_name
from shared_core.training.data.patient_rule import PatientRule

_YEAR: Final = r"(?:19|20)\d\d"
_MONTH_DAY: Final = r"(?:0[1-9]|1[0-2])[-_. ]?(?:0[1-9]|[12]\d|3[01])"
_DATE: Final = re.compile(
    rf"(?<!\d)(?:{_YEAR}[-_. ]?{_MONTH_DAY}|(?:0?[1-9]|[12]\d|3[01])[-.](?:0?[1-9]|1[0-2])[-.]{_YEAR}"
    rf"|{_YEAR}[-.](?:0[1-9]|1[0-2])|{_YEAR})(?![A-Za-z0-9])"
)
_VISIT: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:visit|exam|study|round|screening|follow[-_ ]?up|baseline|prior|current|year|jahr"
    r"|time[-_ ]?point)[-_ ]?\d{0,3}|(?:fu|tp|t|v|y)[-_ ]?\d{1,2})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(
    r"(?:train|training|test|val|valid|validation|images?|imgs?|dicoms?|mammo(?:grams?|graphy)?|data|raw|views?"
    r"|benign|malignant|normal|cancer|bac|no[-_ ]?bac|positives?|negatives?|cases?|controls?|left|right)",
    re.IGNORECASE,
)
"""Names of folders that say nothing of a person."""
_ENDS: Final = " _.,-"
_ONLY_DATES: Final = "its name says nothing but a date or visit"
_IDENTIFIER: Final = re.compile(r"[^\W_]*\d{3,}[^\W_]*")
"""A word with three digits or more in a row: in flat folders the likeliest number of a person."""


@dataclass(frozen=True)
class Owner:
    """Whose an image is."""

    patient_id: str
    source: str
    """What says so, in words."""
    doubt: str = ""
    """Why the image may be another patient's as well, as a part of a sentence; empty where that is clear."""


def owners_of(
    headers: Mapping[Path, MammogramHeader], root: Path, rule: PatientRule | None = None
) -> dict[Path, Owner]:
    """Whose each image is.

    Parameters
    ----------
    headers
        Of the images, by path.
    root
        Folder below which names of folders count.
    rule
        What a person states; it comes before all else. A `UsageError` where it says nothing of an image.
    """
    if rule is not None:
        return {path: Owner(rule.patient(path, root, header), rule.said) for path, header in headers.items()}
    found: dict[Path, Owner] = {}
    named: list[Path] = []
    for path, header in headers.items():
        patient, public = header.identity.patient_id, public_name(path)
        if header.file_format == "DICOM" and not is_no_identifier(patient):
            found[path] = Owner(patient, "the header")
        elif public is not None and public.patient:
            found[path] = Owner(public.patient, public.source)
        else:
            named.append(path)
    found |= _by_names(named, root)
    return {path: found[path] for path in headers}


def root_of(paths: Sequence[Path]) -> Path:
    """The folder that holds all of them; that above it where they lie in one, which may be a patient's."""
    folders = {path.absolute().parent for path in paths}
    common = Path(os.path.commonpath([str(folder) for folder in folders]))
    return common.parent if len(folders) == 1 else common


def without_dates(text: str) -> str:
    """A name without dates and visits.

    Examples
    --------
    >>> without_dates("1004_2020"), without_dates("P17-visit2"), without_dates("2020-03-14")
    ('1004', 'P17', '')
    """
    return _VISIT.sub("", _DATE.sub("", text)).strip(_ENDS)


def _by_names(paths: Sequence[Path], root: Path) -> dict[Path, Owner]:
    places = {path: _below(path, root) for path in paths}
    years = _year_levels(places.values())
    found: dict[Path, Owner] = {}
    inner: dict[Path, str] = {}
    for path, folders in places.items():
        found[path], inner[path] = _named_owner(path, folders, years)
    return _with_doubts(found, inner)


def _below(path: Path, root: Path) -> tuple[str, ...]:
    full, start = path.absolute().parent, root.absolute()
    return full.relative_to(start).parts if full.is_relative_to(start) else (full.name,)


def _year_levels(places: Iterable[tuple[str, ...]]) -> set[int]:
    """Depths at which every folder is a date or visit; elsewhere 2001 may be the number of a person."""
    names: dict[int, set[str]] = defaultdict(set)
    for folders in places:
        for depth, name in enumerate(folders):
            names[depth].add(name)
    return {depth for depth, own in names.items() if not any(without_dates(name) for name in own)}


def _named_owner(path: Path, folders: Sequence[str], years: set[int]) -> tuple[Owner, str]:
    """The owner, and what further names within say."""
    stem = image_stem(path)
    rest = named_projection(stem).rest
    own = without_dates(rest)
    people = []
    for depth, name in enumerate(folders):
        view = named_projection(name, trusted=True)
        says_view = (view.view is not None or view.laterality is not None) and not view.rest
        if depth in years or says_view or _WORDS.fullmatch(name):
            continue
        people.append(name)
    if people:
        patient = without_dates(people[0])
        doubt = "" if patient else _ONLY_DATES
        within = "/".join([*people[1:], *([own] if own else [])])
        return Owner(patient or people[0], "the folder name", doubt), within
    if own and not (own.isdecimal() and len(own) < 3):
        return Owner(own, "the file name"), ""
    if folders:
        return Owner(folders[0], "the folder name", "its folders name no person"), ""
    # Files named by their views alone, or counted on, are of their folder.
    patient, source = named_patient(path)
    doubt = _ONLY_DATES if rest and not without_dates(patient) else ""
    return Owner(without_dates(patient) or patient, source, doubt), ""


def _with_doubts(found: Mapping[Path, Owner], inner: Mapping[Path, str]) -> dict[Path, Owner]:
    owners = {owner.patient_id for owner in found.values()}
    shared = {**_shared_inner(found, inner), **_shared_numbers(owners)}
    settled = {}
    for path, owner in found.items():
        doubt = owner.doubt if len(owners) > 1 else ""
        settled[path] = replace(owner, doubt=doubt or shared.get(owner.patient_id, ""))
    return settled


def _shared_inner(found: Mapping[Path, Owner], inner: Mapping[Path, str]) -> dict[str, str]:
    """Folders of which two hold the same number of a person."""
    holders: dict[str, set[str]] = defaultdict(set)
    for path, owner in found.items():
        for word in _IDENTIFIER.findall(inner[path]):
            holders[word].add(owner.patient_id)
    return {
        owner: f"{word} stands in {' and in '.join(sorted(own)[:3])}"
        for word, own in sorted(holders.items())
        if len(own) > 1
        for owner in own
    }


def _shared_numbers(owners: set[str]) -> dict[str, str]:
    """Patients of names that begin with one number, where there are several such numbers."""
    groups: dict[str, list[str]] = defaultdict(list)
    for owner in sorted(owners):
        word = _IDENTIFIER.search(owner)
        if word is not None:
            groups[word.group()].append(owner)
    if len(groups) < 2:
        return {}
    return {
        owner: f"{' and '.join(own[:3])} share the number {word}"
        for word, own in groups.items()
        if len(own) > 1
        for owner in own
    }
