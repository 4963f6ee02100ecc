"""The images of exams, written again without identifiers, under names that say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ImplicitVRLittleEndian

from shared_core.deidentification.key import DeidentificationKey
from shared_core.deidentification.profile import deidentify, patient_of
from shared_core.dicom_objects.equipment import file_bytes, file_meta
from shared_core.dicom_objects.images.converted_image import converted_image
from shared_core.dicom_objects.source_image import source_image, source_images
from shared_core.errors import OpenBacError, UnreadableImageError
from shared_core.exporting.atomic_write import write_changed
from shared_core.mammogram import Exam, MammogramHeader
from shared_core.notices import Notice
from shared_core.notices.of_files import EXAM_PERSONS_DIFFER
from shared_core.notices.of_results import TEXT_BURNED_IN, TEXT_MAY_BE_BURNED_IN
from shared_core.reading.dicom.dataset import parse_file, quiet_pydicom


@dataclass(frozen=True)
class DeidentifiedImages:
    """What was written, and what could not be."""

    files: dict[Path, Path]
    """The new file of each old one."""
    notices: tuple[Notice, ...]
    """About burned-in text; with the old names, for the person who asked alone."""
    failures: tuple[str, ...]


def deidentified_exams(
    exams: Sequence[Exam], folder: Path, *, key: DeidentificationKey
) -> DeidentifiedImages:
    """Write all images of exams without identifiers: ``PSEUDONYM_DATE/VIEW_DIGEST.dcm``.

    A picture that is no DICOM becomes a DICOM image, as nothing says what such a file carries along. A file
    that is there already with the same bytes is left as it is.

    Raises
    ------
    OutputError
        Nothing can be written.
    UsageError
        dicom-anonymizer is not installed.
    """
    files: dict[Path, Path] = {}
    notices: list[Notice] = []
    failures: list[str] = []
    for exam in exams:
        read: list[tuple[MammogramHeader, Dataset]] = []
        for number, header in enumerate(exam.headers, start=1):
            try:
                read.append((header, _dataset(header, exam.headers, number)))
            except OpenBacError as error:
                failures.append(str(error))
        # Views without an own patient go with the exam that they were found in.
        shared = EXAM_PERSONS_DIFFER.code in {notice.code for notice in exam.notices}
        patients = sorted({patient_of(dataset, shared_id=shared) for _, dataset in read})
        for header, dataset in read:
            assert header.path is not None
            notices += _about_pixels(header, dataset)
            try:
                deidentify(dataset, key, patient=patients[0])
            except UnreadableImageError as error:
                failures.append(f"{header.path}: {error}")
                continue
            place = folder / _folder(dataset) / _name(header, dataset)
            # Several images may have one UID.
            number, first = 2, place
            while place in files.values():
                place, number = first.with_name(f"{first.stem}_{number}.dcm"), number + 1
            write_changed(place, _file_bytes(dataset))
            files[header.path] = place
    return DeidentifiedImages(files, tuple(notices), tuple(failures))


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


def _about_pixels(header: MammogramHeader, dataset: Dataset) -> list[Notice]:
    said = str(dataset.get("BurnedInAnnotation") or "")
    if said == "YES":
        return [TEXT_BURNED_IN.notice(name=header.path)]
    if said != "NO":
        return [TEXT_MAY_BE_BURNED_IN.notice(name=header.path)]
    return []


def _folder(dataset: Dataset) -> str:
    return "_".join(filter(None, (str(dataset.PatientID), str(dataset.get("StudyDate") or ""))))


def _name(header: MammogramHeader, dataset: Dataset) -> str:
    label = header.view_label.replace("?", "x")
    return f"{label}_{int(str(dataset.SOPInstanceUID).rpartition('.')[2]) % 16**8:08x}.dcm"


def _file_bytes(dataset: Dataset) -> bytes:
    """With a head of our own: the old one names applications, and its preamble may hold anything."""
    old: FileMetaDataset | Dataset = getattr(dataset, "file_meta", FileMetaDataset())
    syntax = UID(str(old.get("TransferSyntaxUID") or ImplicitVRLittleEndian))
    dataset.file_meta = file_meta(dataset)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.preamble = b"\0" * 128
    with quiet_pydicom():
        return file_bytes(dataset)
