"""The images of exams, written again without identifiers, under names that say nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import Dataset

from shared_core.deidentification.blanking import NO_BLANKING, Blanking, blank
from shared_core.deidentification.finished_files import said_by_dataset
from shared_core.deidentification.identifiers import Identifiers, identifiers_of, of_file_name
from shared_core.deidentification.key import DeidentificationKey
from shared_core.deidentification.profile import deidentified, moved_dates, patient_of
from shared_core.dicom_objects.equipment import file_bytes, file_meta
from shared_core.dicom_objects.images.converted_image import converted_image
from shared_core.dicom_objects.source_image import source_image, source_images
from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_changed
from shared_core.mammogram import Exam, MammogramHeader
from shared_core.notices import Notice
from shared_core.notices.of_files import EXAM_PERSONS_DIFFER
from shared_core.notices.of_results import TEXT_BLANKED, TEXT_BURNED_IN, TEXT_MAY_BE_BURNED_IN
from shared_core.reading.dicom.dataset import parse_file, quiet_pydicom


@dataclass
class DeidentifiedImages:
    """What was written, and what could not be."""

    files: dict[Path, Path] = field(default_factory=dict)
    """The new file of each old one."""
    notices: list[Notice] = field(default_factory=list)
    """About burned-in text; with the old names, for the person who asked alone."""
    failures: list[str] = field(default_factory=list)
    doubtful: dict[Path, str] = field(default_factory=dict)
    """Codes of the notices by new file: what text may be burned into."""
    identifiers: dict[Path, Identifiers] = field(default_factory=dict)
    """By new file: what must be found in nothing that is made of it."""


def deidentified_exams(
    exams: Sequence[Exam],
    folder: Path,
    *,
    key: DeidentificationKey,
    nothing_burned_in: bool = False,
    blanking: Blanking = NO_BLANKING,
) -> DeidentifiedImages:
    """Write all images of exams without identifiers: ``PSEUDONYM_DATE/VIEW_DIGEST.dcm``.

    A picture that is no DICOM becomes a DICOM image, as nothing says what such a file carries along. A file
    that is there already with the same bytes is left as it is. Of an exam in which an identifier is found in
    the end nothing is written.

    Parameters
    ----------
    nothing_burned_in
        Whether a person looked at all of them, and no text is burned into any.
    blanking
        Rectangles that are made dark, by machine.

    Raises
    ------
    OutputError
        Nothing can be written.
    """
    images = DeidentifiedImages()
    for exam in exams:
        _add_exam(images, exam, folder, key=key, nothing_burned_in=nothing_burned_in, blanking=blanking)
    return images


def _add_exam(
    images: DeidentifiedImages,
    exam: Exam,
    folder: Path,
    *,
    key: DeidentificationKey,
    nothing_burned_in: bool,
    blanking: Blanking,
) -> None:
    read: list[tuple[MammogramHeader, Dataset]] = []
    for number, header in enumerate(exam.headers, start=1):
        try:
            read.append((header, _dataset(header, exam.headers, number)))
        except OpenBacError as error:
            images.failures.append(str(error))
    # Views without an own patient go with the exam that they were found in.
    shared = EXAM_PERSONS_DIFFER.code in {notice.code for notice in exam.notices}
    patient = _patient_of_exam([dataset for _, dataset in read], shared_id=shared)
    identifiers = Identifiers()
    made: list[tuple[Path, Path, Dataset]] = []
    about: dict[Path, list[Notice]] = {}
    for header, dataset in read:
        assert header.path is not None
        identifiers |= identifiers_of(dataset)
        if header.file_format != "DICOM":
            identifiers |= of_file_name(header.path.stem)
        about[header.path] = _about_pixels(header, dataset, nothing_burned_in)
        images.notices += about[header.path]
        rectangles = blanking.of(dataset)
        try:
            new = deidentified(
                dataset,
                key,
                patient=patient,
                name=str(header.path),
                synthetic_2d=header.acquisition.synthetic_2d,
                nothing_burned_in=nothing_burned_in,
            )
        except OpenBacError as error:
            images.failures.append(str(error))
            continue
        if count := blank(new, rectangles):
            images.notices.append(TEXT_BLANKED.notice(name=header.path, count=count))
        taken = {*images.files.values(), *(other for _, other, _ in made)}
        made.append((header.path, _free_place(folder / _folder(new) / _name(header, new), taken), new))
    for _, _, new in made:
        identifiers = identifiers.without_dates(moved_dates(new))
    contents = [(old, place, _file_bytes(new)) for old, place, new in made]
    if any(said_by_dataset(new).found(identifiers) for _, _, new in made):
        images.failures.append(
            f"{exam.key}: an identifier was still found in one of its images, so none of them is written; "
            "look for text in the pixels and at the headers of this exam."
        )
        return
    for old, place, content in contents:
        write_changed(place, content)
        images.files[old] = place
        images.identifiers[place] = identifiers
        for notice in about[old]:
            images.doubtful[place] = notice.code


def _patient_of_exam(datasets: Sequence[Dataset], *, shared_id: bool) -> str:
    """A patient that one of the images names, as her other exams have her too; else the study."""
    found = {patient_of(one, shared_id=shared_id): str(one.get("StudyInstanceUID")) for one in datasets}
    named = [patient for patient, study in found.items() if patient != study]
    return min(named or found, default="")


def _free_place(first: Path, taken: Collection[Path]) -> Path:
    """With a number where it is taken: several images may have one UID."""
    number, place = 2, first
    while place in taken:
        place, number = first.with_name(f"{first.stem}_{number}.dcm"), number + 1
    return place


def _dataset(header: MammogramHeader, siblings: Sequence[MammogramHeader], number: int) -> Dataset:
    """With pixels; a damaged file raises `UnreadableImageError`."""
    assert header.path is not None
    if source_image(header).made:
        return converted_image(source_images(siblings)[siblings.index(header)], number=number)
    with quiet_pydicom():
        return parse_file(
            header.path,
            pixels=True,
            problem="cannot be de-identified",
            advice="repair the file or leave it out",
        )


def _about_pixels(header: MammogramHeader, dataset: Dataset, nothing_burned_in: bool) -> list[Notice]:
    said = str(dataset.get("BurnedInAnnotation") or "")
    if said == "YES":
        return [TEXT_BURNED_IN.notice(name=header.path)]
    if said != "NO" and not nothing_burned_in:
        return [TEXT_MAY_BE_BURNED_IN.notice(name=header.path)]
    return []


def _folder(dataset: Dataset) -> str:
    return "_".join(filter(None, (str(dataset.PatientID), str(dataset.get("StudyDate") or ""))))


def _name(header: MammogramHeader, dataset: Dataset) -> str:
    label = header.view_label.replace("?", "x")
    return f"{label}_{int(str(dataset.SOPInstanceUID).rpartition('.')[2]) % 16**8:08x}.dcm"


def _file_bytes(dataset: Dataset) -> bytes:
    """With a head of our own: the old one names applications, and its preamble may hold anything."""
    dataset.file_meta = file_meta(dataset)
    dataset.preamble = b"\0" * 128
    with quiet_pydicom():
        return file_bytes(dataset)
