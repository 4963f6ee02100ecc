"""Which images belong to one exam: one woman on one date.

A study is believed, a patient ID is believed where it is one; what contradicts them, or cannot be of one
visit, keeps images apart, and the exam says so.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shared_core.mammogram import MammogramHeader, Person
from shared_core.notices import Notice
from shared_core.notices.of_files import (
    EXAM_NAMES_DIFFER,
    EXAM_PERSONS_DIFFER,
    EXAM_SETS_REPEATED,
    EXAM_STUDIES_APART,
    EXAM_STUDIES_JOINED,
)
from shared_core.reading.persons import contradictions, is_known, is_no_identifier, is_renamed

_Part = tuple[tuple[MammogramHeader, ...], list[Notice]]
"""Images that belong together, and what to say of it."""
_FULL_DATE: Final = 8
_LEAST_SET: Final = 3
"""Different views that make a set."""


@dataclass(frozen=True)
class SameExam:
    """Images that belong together, and what to say of it."""

    headers: tuple[MammogramHeader, ...]
    woman: int = 0
    """Which of the women who share a patient ID, from 1; 0 where nobody shares it."""
    notices: tuple[Notice, ...] = ()


def same_exams(headers: Iterable[MammogramHeader]) -> list[SameExam]:
    """Group images by woman, date and study.

    Studies of one image each, of one woman and date, belong together: some collections and anonymisers give
    every image a study of its own. They stay apart where the patient ID is one that anonymisers give to
    everybody and neither name nor birth date says more, and where they repeat the same views.
    """
    headers = list(headers)
    found: list[SameExam] = []
    for woman in (part for same_id in _by(headers, _identifier(headers)) for part in _women(same_id)):
        studies = _studies(woman.headers)
        singles = [h for study in studies if _is_single(study) for h in study]
        whole = [part for study in studies if not _is_single(study) for part in _visits_of_study(study)]
        joined = [part for same in _by(singles, lambda h: h.identity.study_date) for part in _joined(same)]
        for part, notices in (*whole, *joined):
            found.append(SameExam(part, woman.woman, (*woman.notices, *notices)))
    return found


def _identifier(headers: Sequence[MammogramHeader]) -> Callable[[MammogramHeader], Hashable]:
    """Patient ID; where a file lacks it that of its study, and without any the study or folder."""
    of_study: dict[str, set[str]] = defaultdict(set)
    for header in headers:
        if header.identity.patient_id:
            of_study[header.identity.study_uid].add(header.identity.patient_id)

    def identifier(header: MammogramHeader) -> Hashable:
        identity = header.identity
        known = of_study[identity.study_uid] if identity.study_uid else set()
        own = identity.patient_id or (next(iter(known)) if len(known) == 1 else "")
        return own or _study(header)

    return identifier


def _is_single(study: Sequence[MammogramHeader]) -> bool:
    identity = study[0].identity
    return len(study) == 1 and bool(identity.study_uid) and not identity.exam


def _by(
    headers: Iterable[MammogramHeader], key: Callable[[MammogramHeader], Hashable]
) -> list[tuple[MammogramHeader, ...]]:
    groups: dict[Hashable, list[MammogramHeader]] = defaultdict(list)
    for header in headers:
        groups[key(header)].append(header)
    return [tuple(group) for group in groups.values()]


# Women


@dataclass(eq=False)
class _Group:
    """Images of one woman, and what they say of her."""

    headers: list[MammogramHeader] = field(default_factory=list)
    persons: dict[Person, set[str]] = field(default_factory=dict)
    """With the studies that say it."""
    studies: set[str] = field(default_factory=set)
    renamed: bool = False

    def take(self, header: MammogramHeader, person: Person) -> None:
        """One image more."""
        self.headers.append(header)
        self.renamed |= any(contradictions(person, member) for member in self.persons)
        study = {header.identity.study_uid} - {""}
        self.persons.setdefault(person, set()).update(study)
        self.studies |= study

    def differences(self, header: MammogramHeader, person: Person) -> set[str]:
        """What contradicts its being of her."""
        identity = header.identity
        one_id = not is_no_identifier(identity.patient_id)
        found: set[str] = set()
        for member, studies in self.persons.items():
            what = contradictions(person, member)
            one_study = identity.study_uid in studies
            if what and not ((one_id or one_study) and is_renamed(person, member)):
                found.update(what)
        return found


def _women(same_id: Sequence[MammogramHeader]) -> list[SameExam]:
    """Images of one patient ID, by the women whom names, birth dates and sexes tell apart."""
    groups: list[_Group] = []
    by_birth: dict[str, list[_Group]] = defaultdict(list)
    differing: set[str] = set()
    left = []
    for header in sorted(same_id, key=_how_much_is_said, reverse=True):
        person = replace(header.person, visit=())
        birth = person.birth_date if len(person.birth_date) == _FULL_DATE else ""
        # another day of birth is another woman: thousands may share an ID
        near = [*by_birth[birth], *by_birth[""]] if birth else groups
        if len(near) < len(groups):
            differing.add("birth date")
        fitting = list(near)
        if person != Person():
            found = [(group, group.differences(header, person)) for group in near]
            differing.update(*(what for _, what in found))
            fitting = [group for group, what in found if not what]
        if len(fitting) > 1:
            fitting = [group for group in fitting if header.identity.study_uid in group.studies]
            if len(fitting) != 1:
                left.append(header)
                continue
        if not fitting:
            fitting = [_Group()]
            groups += fitting
            by_birth[birth] += fitting
        fitting[0].take(header, person)
    renamed = EXAM_NAMES_DIFFER.notice()
    if len(groups) < 2:
        return [SameExam(tuple(same_id), notices=(renamed,) if any(g.renamed for g in groups) else ())]
    one = same_id[0].identity
    without_id = "exam" if one.exam else "study" if one.study_uid else "folder"
    shared = "patient ID" if one.patient_id else without_id
    notice = EXAM_PERSONS_DIFFER.notice(shared=shared, what=" and ".join(sorted(differing)))
    groups.sort(key=lambda group: min(_order(header) for header in group.headers))
    # what fits more than one woman is given to none of them
    numbered = [
        *((tuple(group.headers), (notice, renamed) if group.renamed else (notice,)) for group in groups),
        *((headers, (notice,)) for headers in _by(left, _study)),
    ]
    return [SameExam(headers, number, told) for number, (headers, told) in enumerate(numbered, 1)]


def _how_much_is_said(header: MammogramHeader) -> tuple[object, ...]:
    person = header.person
    return (len(person.birth_date), bool(person.names), bool(person.sex), _order(header))


def _order(header: MammogramHeader) -> tuple[str, ...]:
    identity = header.identity
    return (identity.study_date, identity.study_uid, identity.sop_instance_uid, str(header.path))


# Studies


def _studies(headers: Sequence[MammogramHeader]) -> list[tuple[MammogramHeader, ...]]:
    """By study and date; without a study only the folder tells what belongs together."""
    found = []
    for study in _by(headers, _study):
        dates = {header.identity.study_date for header in study}
        # a date that one file lacks is no other date
        whole = bool(study[0].identity.study_uid) and len(dates - {""}) == 1
        found += [study] if whole else _by(study, lambda h: h.identity.study_date)
    return found


def _study(header: MammogramHeader) -> Hashable:
    identity = header.identity
    if identity.exam:
        return ("exam", identity.exam)
    if identity.study_uid:
        return ("study", identity.study_uid)
    if header.path is None or (header.stated is not None and header.stated.patient):
        return ("folder", "")
    return ("folder", str(header.path.parent))


def _joined(singles: Sequence[MammogramHeader]) -> list[_Part]:
    """Studies of one image each, of one woman and date: one exam, where that can be."""
    count = len({header.identity.study_uid for header in singles})
    alone: list[_Part] = [((header,), []) for header in singles]
    if count < 2 or not singles[0].identity.patient_id:
        return alone
    anybody = is_no_identifier(singles[0].identity.patient_id)
    somebody = [header for header in singles if _is_somebody(header)] if anybody else list(singles)
    if len(somebody) < len(singles):
        reason = "this ID is one that is given to everybody when identifiers are removed"
        notice = EXAM_STUDIES_APART.notice(count=count, reason=reason)
        nobody = [header for header in singles if not _is_somebody(header)]
        joined = [(part, [notice, *notices]) for part, notices in _joined(somebody)]
        return [*joined, *(((header,), [notice]) for header in nobody)]
    if _repeats_set(singles):
        parts = _sets(singles)
        if parts is not None:
            notice = EXAM_STUDIES_APART.notice(
                count=count, reason="they repeat the same views; folders, visits or times tell the sets apart"
            )
            return [(part, [notice]) for part in parts]
        notice = EXAM_STUDIES_APART.notice(count=count, reason="they repeat the same views")
        return [(part, [notice]) for part, _ in alone]
    return [(tuple(singles), [EXAM_STUDIES_JOINED.notice(count=count)])]


def _is_somebody(header: MammogramHeader) -> bool:
    stated = header.stated is not None and bool(header.stated.patient)
    return stated or is_known(header.person)


def _visits_of_study(
    study: tuple[MammogramHeader, ...],
) -> list[_Part]:
    """A study that holds whole sets of views several times: anonymisers make one study of many."""
    kinds = Counter(_kind(header) for header in study if "?" not in header.view_label)
    if study[0].identity.exam or len(kinds) < _LEAST_SET or min(kinds.values()) < 2:
        return [(study, [])]
    notice = EXAM_SETS_REPEATED.notice(count=min(kinds.values()))
    parts = _sets(study)
    return [(study, [notice])] if parts is None else [(part, [notice]) for part in parts]


# Sets of views


def _kind(header: MammogramHeader) -> Hashable:
    technique = header.acquisition
    kind = (technique.synthetic_2d, technique.contrast_subtracted)
    return (header.view_label, header.modifiers, header.intent, kind)


def _repeats_set(headers: Sequence[MammogramHeader]) -> bool:
    """Whether the views, and not only one of them, are there more than once."""
    kinds = Counter(_kind(header) for header in headers if "?" not in header.view_label)
    repeated = sum(count > 1 for count in kinds.values())
    return repeated > 0 and (repeated > 1 or repeated == len(kinds)) and 2 * repeated >= len(kinds)


def _sets(headers: Sequence[MammogramHeader]) -> list[tuple[MammogramHeader, ...]] | None:
    """Each set of views alone, by folder or by visit; None where nothing tells them apart."""
    ways: tuple[Callable[[MammogramHeader], Hashable], ...] = (
        lambda h: str(h.path.parent) if h.path is not None else "",
        lambda h: h.person.visit,
    )
    for way in ways:
        parts = _by(headers, way)
        if len(parts) > 1 and all(len(part) > 1 and not _repeats_set(part) for part in parts):
            return parts
    return _by_time(headers)


def _by_time(headers: Sequence[MammogramHeader]) -> list[tuple[MammogramHeader, ...]] | None:
    """One after the other: a set ends where a view comes again; each must hold the same views."""
    if not all(header.identity.acquisition_time for header in headers):
        return None
    parts: list[list[MammogramHeader]] = []
    for header in sorted(headers, key=lambda h: (h.identity.acquisition_time, _order(h))):
        if not parts or _kind(header) in {_kind(member) for member in parts[-1]}:
            parts.append([])
        parts[-1].append(header)
    views = {frozenset(_kind(header) for header in part) for part in parts}
    times = [{header.identity.acquisition_time for header in part} for part in parts]
    apart = all(max(one) < min(other) for one, other in itertools.pairwise(times))
    return [tuple(part) for part in parts] if len(views) == 1 and apart and len(parts) > 1 else None
