"""Patient and exam by the names of public sets, where the file itself says none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shared_core.mammogram import MammogramHeader
from shared_core.notices.of_files import CONTRAST_SUBTRACTED
from shared_core.reading.persons import is_no_identifier
from shared_core.reading.public_names import PublicName, public_name


def with_public_name(header: MammogramHeader, path: Path) -> MammogramHeader:
    """The header with what only the name of its file tells, and a notice where that is no mammogram."""
    found = public_name(path)
    if found is not None:
        header = _with_patient(header, found)
        technique = header.acquisition
        if found.contrast_subtracted:
            header = replace(header, acquisition=replace(technique, contrast_subtracted=True))
    if header.acquisition.contrast_subtracted:
        header = replace(header, notices=(*header.notices, CONTRAST_SUBTRACTED.notice()))
    return header


def _with_patient(header: MammogramHeader, found: PublicName) -> MammogramHeader:
    identity = header.identity
    # the header of a picture has no patient but one that was guessed from its name
    if header.file_format == "DICOM" and not is_no_identifier(identity.patient_id):
        return header
    # without a study only the set says what belongs together, whatever folder an image lies in
    exam = found.exam or (found.collection if not identity.study_uid else "")
    return replace(
        header,
        identity=replace(identity, patient_id=found.patient, exam=exam),
        evidence=(
            *(pair for pair in header.evidence if pair[0] != "patient"),
            ("patient", f"{found.patient} from {found.source}"),
        ),
    )
