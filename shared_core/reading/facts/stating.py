"""What is stated of an image, in its header: it wins, is marked, and contradictions are told."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TypeVar

from shared_core.mammogram import (
    Laterality,
    MammogramHeader,
    Person,
    PixelSpacing,
    PresentationIntent,
    SpacingSource,
    StatedFacts,
    View,
)
from shared_core.notices import Notice, Remedy
from shared_core.notices.of_files import FACT_CONTRADICTED, VIEW_NOT_IN_FILE
from shared_core.reading.dicom.spacing import alike, in_mm
from shared_core.reading.orientation import with_orientation
from shared_core.reading.persons import is_no_identifier

_Fact = TypeVar("_Fact", View, Laterality, PresentationIntent, str)


def stated_spacing(facts: StatedFacts | None) -> PixelSpacing | None:
    """The spacing that is stated; None where none is."""
    if facts is None or facts.spacing_mm is None:
        return None
    return PixelSpacing(*facts.spacing_mm, SpacingSource.STATED)


def typed_facts(header: MammogramHeader) -> dict[str, str]:
    """What is known, under the names of the columns of a table and as a person would type it."""
    identity, spacing = header.identity, header.spacing
    return {
        "patient": identity.patient_id,
        "study_date": identity.study_date,
        "side": "" if header.laterality is Laterality.UNKNOWN else header.laterality.value,
        "view": "" if header.view is View.UNKNOWN else header.view.value,
        "row_spacing_mm": "" if spacing is None else f"{spacing.row_mm:.6g}",
        "column_spacing_mm": "" if spacing is None else f"{spacing.column_mm:.6g}",
    }


def with_facts(
    header: MammogramHeader, facts: StatedFacts, *, own_spacing: PixelSpacing | None = None
) -> MammogramHeader:
    """The header with what is stated, of the image itself or of one like it.

    Parameters
    ----------
    own_spacing
        Of the file, where `header` was read with the stated one in its place.
    """
    stating = _Stating(header, facts.source)
    view = stating.of("view", facts.view, header.view, View.UNKNOWN)
    side = stating.of("laterality", facts.laterality, header.laterality, Laterality.UNKNOWN)
    intent = stating.of("intent", facts.intent, header.intent, PresentationIntent.UNKNOWN)
    patient = stating.of("patient", facts.patient, header.identity.patient_id, "")
    date = stating.of("date", facts.study_date, header.identity.study_date, "")
    exam = stating.of("exam", facts.exam, header.identity.exam, "")
    maker = stating.of("manufacturer", facts.manufacturer, header.acquisition.manufacturer or "", "")
    known = header.spacing
    if known is not None and known.source is SpacingSource.STATED:
        known = own_spacing
    spacing = stating.spacing(stated_spacing(facts), known)
    # Who a person says she is decides, not what the file says of her; an ID that is repeated says nothing.
    anew = bool(facts.patient) and facts.patient != header.identity.patient_id
    person = Person(visit=header.person.visit) if anew else header.person
    stated = replace(
        header,
        view=view,
        laterality=side,
        intent=intent,
        spacing=spacing,
        identity=replace(header.identity, patient_id=patient, study_date=date, exam=exam),
        acquisition=replace(header.acquisition, manufacturer=maker or None),
        evidence=tuple(stating.evidence),
        notices=(*_still_true(header, view, side, spacing), *stating.notices),
        stated=facts if anew else replace(facts, patient=""),
        person=person,
    )
    return with_orientation(stated, stated.patient_orientation)


class _Stating:
    """Puts facts in the place of what was found, and keeps account of it."""

    def __init__(self, header: MammogramHeader, source: str) -> None:
        self.header, self.source = header, source
        self.evidence = list(header.evidence)
        self.notices: list[Notice] = []

    def of(self, what: str, stated: _Fact | None, known: _Fact, unknown: _Fact) -> _Fact:
        """The stated fact; what is known where none is stated."""
        if not stated or stated is unknown:
            return known
        value, found = _words(stated), _words(known) if known is not unknown and known else ""
        # the case of a maker's name is no other maker
        self._account(what, value, found, same=value.casefold() == found.casefold())
        return stated

    def spacing(self, stated: PixelSpacing | None, known: PixelSpacing | None) -> PixelSpacing | None:
        """The same of the spacing; where both are alike that of the file, whose origin is known."""
        if stated is None:
            return known
        mine = (stated.row_mm, stated.column_mm)
        theirs = (known.row_mm, known.column_mm) if known is not None else None
        same = theirs is not None and alike(mine, theirs)
        found = f"{in_mm(theirs)} ({known.source.value})" if theirs is not None and known is not None else ""
        self._account("spacing", in_mm(mine), found, same=same)
        return known if same else stated

    def _account(self, what: str, value: str, found: str, *, same: bool) -> None:
        why = "; ".join(text for topic, text in self.evidence if topic == what)
        if same and (why or what == "spacing"):
            text = f"{why or found}, also {self.source}"
        else:
            text = f"{value} {self.source}"
        self.evidence = [pair for pair in self.evidence if pair[0] != what] + [(what, text)]
        # the exam, and without a header the patient, are only guessed from the name of the file
        guessed = what == "exam" or (
            what == "patient" and (self.header.file_format != "DICOM" or is_no_identifier(found))
        )
        if found and not same and not guessed:
            self.notices.append(
                FACT_CONTRADICTED.notice(what=what, value=value, source=self.source, other=why or found)
            )


def _words(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def _still_true(
    header: MammogramHeader, view: View, side: Laterality, spacing: PixelSpacing | None
) -> list[Notice]:
    """The notices of the header without those about what was unknown, and what still is."""
    wanted = {Remedy.GIVE_SPACING} if spacing is not None else set[Remedy]()
    notices = [
        notice
        for notice in header.notices
        if notice.code != VIEW_NOT_IN_FILE.code and notice.remedy not in wanted
    ]
    unknown = (("view", view is View.UNKNOWN), ("laterality", side is Laterality.UNKNOWN))
    what = " and ".join(name for name, is_unknown in unknown if is_unknown)
    return [*notices, VIEW_NOT_IN_FILE.notice(what=what)] if what else notices
