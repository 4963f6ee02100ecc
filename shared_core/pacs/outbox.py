"""Objects that wait to be sent, as files: they survive a crash, and leave only when they arrived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pydicom

from shared_core.errors import OutputError, UnreadableImageError
from shared_core.exporting.atomic_write import make_private_folder, write_bytes
from shared_core.pacs.dicom_node import Node
from shared_core.pacs.file_names import safe_name
from shared_core.pacs.sender import Outcome, is_dicom_result

_REFUSED: Final = "refused"
_REASON: Final = ".txt"


@dataclass(frozen=True)
class Outbox:
    """The queue of one node: a folder below `folder`, in it a file each object, named by its UID."""

    folder: Path
    node: Node

    @property
    def place(self) -> Path:
        """Where the objects of this node wait."""
        return self.folder / safe_name(f"{self.node.ae_title}-{self.node.host}-{self.node.port}")

    @property
    def refused_place(self) -> Path:
        """Where objects lie that the node does not take, each with a text that says why."""
        return self.place / _REFUSED

    def put(self, files: Iterable[Path]) -> int:
        """Copy objects into the queue; one that waits already is not doubled. Return how many are new.

        Raises
        ------
        OutputError
            The disk is full, or the place cannot be written: what was put before stays.
        UnreadableImageError
            A file is none of DICOM.
        """
        new = 0
        for file in files:
            name = f"{_uid(file)}.dcm"
            if not (self.place / name).exists():
                write_bytes(self.place / name, _content(file))
                (self.refused_place / name).unlink(missing_ok=True)
                new += 1
        return new

    def waiting(self) -> list[Path]:
        """The objects, in the order of their UIDs."""
        return sorted(self.place.glob("[!.]*.dcm"))

    def refused(self) -> list[Path]:
        """The objects that the node does not take."""
        return sorted(self.refused_place.glob("[!.]*.dcm"))

    def settle(self, outcome: Outcome) -> None:
        """An object that arrived leaves, one that is refused goes aside, others stay.

        Raises
        ------
        OutputError
            The folder cannot be changed; the object is still there.
        """
        try:
            if outcome.fate == "sent":
                outcome.path.unlink(missing_ok=True)
            elif outcome.fate == "refused" and outcome.path.exists():
                make_private_folder(self.refused_place)
                kept = self.refused_place / outcome.path.name
                outcome.path.replace(kept)
                write_bytes(kept.with_suffix(_REASON), f"{outcome.reason}\n".encode())
        except OSError as error:
            raise OutputError(
                f"Cannot change {outcome.path}: {error.strerror or error}; check the folder."
            ) from error

    def begin(self) -> None:
        """After a start: what was refused is tried once more, and halves of a killed process go.

        Raises
        ------
        OutputError
            The folder cannot be made or changed.
        """
        try:
            make_private_folder(self.place)
            for half in self.place.glob(".*.part"):
                half.unlink(missing_ok=True)
            for path in self.refused():
                path.replace(self.place / path.name)
                path.with_suffix(_REASON).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"Cannot use {self.place}: {error.strerror or error}; choose another folder."
            ) from error


def _uid(file: Path) -> str:
    if not is_dicom_result(file):
        raise UnreadableImageError(f"{file}: is no DICOM file; only DICOM objects can be sent.")
    try:
        uid = str(
            pydicom.dcmread(file, specific_tags=["SOPInstanceUID"], stop_before_pixels=True).SOPInstanceUID
        )
    except Exception as error:  # boundary with pydicom: damaged bytes raise anything
        raise UnreadableImageError(f"{file}: is damaged or lacks its UID; make it again.") from error
    return safe_name(uid)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableImageError(f"{file}: cannot be read ({error.strerror}); put it back.") from error
