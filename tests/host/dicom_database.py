"""Stands in for Slicer's DICOM database (ctkDICOMDatabase, which is Qt): what a module may ask it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pydicom


class DicomDatabase:
    """Knows files by their SOP Instance UID, and keeps their attributes when they go."""

    isOpen = True

    def __init__(self, files: Iterable[Path]) -> None:
        self._files: dict[str, Path] = {}
        self._datasets: dict[str, pydicom.Dataset] = {}
        for file in files:
            dataset = pydicom.dcmread(file, stop_before_pixels=True)
            uid = str(dataset.SOPInstanceUID)
            self._files[uid], self._datasets[uid] = file, dataset

    def fileForInstance(self, uid: str) -> str:
        """Where it was when it was added; empty where it is not known."""
        return str(self._files.get(uid, ""))

    def instanceValue(self, uid: str, tag: str) -> str:
        """An attribute by ``gggg,eeee``; empty where it is not known."""
        group, element = (int(part, 16) for part in tag.split(","))
        found = self._datasets[uid].get((group, element)) if uid in self._datasets else None
        return "" if found is None else str(found.value)

    def fileValue(self, file: str, tag: str) -> str:
        """The same by the file; several values stand between backslashes."""
        uid = next((uid for uid, known in self._files.items() if str(known) == str(file)), "")
        value = self.instanceValue(uid, tag)
        if value.startswith("[") and value.endswith("]"):
            return "\\".join(part.strip(" '") for part in value[1:-1].split(","))
        return value
