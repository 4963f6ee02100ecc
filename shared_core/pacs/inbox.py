"""Received images on the disk: a folder for each patient and day, and which of them are analysed.

Nothing is remembered but what lies there, so that a process that is killed goes on where it was::

    EXAM/images/UID.dcm    as received, each written beside and then renamed
    EXAM/results/          as `bac analyze -o` writes it, whole or not there
    EXAM/.analysed         which images the results are of; written when they are on their way
"""

from __future__ import annotations

import hashlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import pydicom
from pydicom.dataset import Dataset

from shared_core.documents import DocumentError, known_part
from shared_core.errors import OutputError, UnreadableImageError
from shared_core.exporting.atomic_write import make_private_folder, write_bytes, write_changed
from shared_core.pacs.file_names import safe_name
from shared_core.reading.dicom.dataset import quiet_pydicom
from shared_core.reading.dicom.identity import grouped_patient_id
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.standard_views import STANDARD_VIEWS, standard_labels
from shared_core.records.canonical_json import json_bytes

EXAMS: Final = "exams"
_MARK: Final = ".analysed"
_TAGS: Final = ("SOPInstanceUID", "StudyInstanceUID", "PatientID", "StudyDate", "SpecificCharacterSet")
State = dict[str, list[int]]
"""Size and time of change (ns) of the files of an exam, by name."""


class OtherObjectError(UnreadableImageError):
    """What came is another object than the peer said."""


class _Mark(msgspec.Struct, frozen=True):
    """Which images the results are of."""

    images: State


@dataclass(frozen=True)
class ReceivedExam:
    """The images of one patient and day."""

    place: Path

    @property
    def images(self) -> Path:
        """Folder of the images."""
        return self.place / "images"

    @property
    def results(self) -> Path:
        """Folder of the results."""
        return self.place / "results"

    def state(self) -> State:
        """What is there now."""
        found = {}
        for path in sorted(self.images.glob("[!.]*.dcm")):
            said = path.stat()
            found[path.name] = [said.st_size, said.st_mtime_ns]
        return found

    def is_analysed(self, state: State) -> bool:
        """Whether the results are of these images."""
        try:
            mark = known_part((self.place / _MARK).read_bytes(), _Mark)
            return mark.images == state
        except (OSError, DocumentError):
            return False

    def mark_analysed(self, state: State) -> None:
        """Say that the results of these images are made and on their way.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        write_bytes(self.place / _MARK, json_bytes({"images": state}))

    def has_all_standard_views(self) -> bool:
        """Whether each exam among the images has LCC, LMLO, RCC and RMLO."""
        exams = find_exams([self.images]).exams
        return bool(exams) and all(standard_labels(exam.headers) == set(STANDARD_VIEWS) for exam in exams)

    def objects(self) -> list[Path]:
        """The DICOM results."""
        return sorted(self.results.glob("*/dicom/*.dcm"))


ROOM_LEFT_BYTES: Final = 256 << 20
"""On the disk; below it no image is taken, so that results can still be written."""


@dataclass(frozen=True)
class Inbox:
    """Where everything that is received goes; nothing goes anywhere else."""

    folder: Path

    def begin(self) -> None:
        """Make the folder, and take away halves that a killed process left.

        Raises
        ------
        OutputError
            It cannot be made or changed.
        """
        try:
            make_private_folder(self.folder / EXAMS)
            for pattern in ("*/.*.part*", "*/images/.*.part"):
                for half in (self.folder / EXAMS).glob(pattern):
                    shutil.rmtree(half) if half.is_dir() else half.unlink()
        except OSError as error:
            raise OutputError(
                f"Cannot use {self.folder}: {error.strerror or error}; choose another folder."
            ) from error

    def exams(self) -> list[ReceivedExam]:
        """All that were ever received and lie here still."""
        return [ReceivedExam(path.parent) for path in sorted((self.folder / EXAMS).glob("*/images"))]

    def store(self, content: bytes, *, uid: str) -> ReceivedExam:
        """Keep the file of an object with the UID that the peer said; the exam that it belongs to.

        Raises
        ------
        OutputError
            It cannot be kept: the disk is full.
        OtherObjectError
            It is another object than the peer said.
        UnreadableImageError
            It is no sound object.
        """
        header = _header(content)
        if str(header.get("SOPInstanceUID") or "") != uid:
            raise OtherObjectError(f"{uid}: its data set has another SOP Instance UID; it is not kept.")
        exam = ReceivedExam(self.folder / EXAMS / _place(header))
        file = exam.images / f"{safe_name(uid)}.dcm"
        make_private_folder(self.folder)
        if shutil.disk_usage(self.folder).free < len(content) + ROOM_LEFT_BYTES:
            raise OutputError(f"{self.folder}: less than {ROOM_LEFT_BYTES >> 20} MB are free on its disk.")
        write_changed(file, content)
        return exam


def _header(content: bytes) -> Dataset:
    try:
        with quiet_pydicom():
            header = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True, specific_tags=list(_TAGS))
            for keyword in _TAGS:
                str(header.get(keyword))  # converted at the first access
    except Exception as error:  # boundary with pydicom: what a peer sends may be anything
        detail = " ".join(str(error).split())[:80] or type(error).__name__
        raise UnreadableImageError(f"An object that cannot be understood was not kept ({detail}).") from error
    return header


def _place(header: Dataset) -> str:
    """One name for what `find_exams` may put into one exam."""
    patient = grouped_patient_id(str(header.get("PatientID") or "").strip())
    date = "".join(letter for letter in str(header.get("StudyDate") or "") if letter.isdigit())[:8]
    whose = f"patient/{patient}/{date}" if patient else f"study/{header.get('StudyInstanceUID')}"
    digest = hashlib.sha256(whose.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    readable = "".join(letter for letter in patient[:40] if letter.isascii() and letter.isalnum())
    return "-".join(filter(None, (readable or "exam", date, digest)))
