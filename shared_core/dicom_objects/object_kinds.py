"""The kinds of DICOM objects that can be asked for; nothing is imported for them before they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

from shared_core.dicom_objects.required_libraries import needed
from shared_core.errors import UsageError

DicomKind = Literal["seg", "sr", "tid1500", "sc", "pdf", "gsps"]
"""Segmentations, Mammography CAD report, measurement reports, pictures, PDF report, outlines to switch on."""
DICOM_KINDS: tuple[DicomKind, ...] = get_args(DicomKind)
FOLDER: Final = "dicom"
"""Where the objects of an exam lie, in the folder of the exam."""
_LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "seg": ("highdicom",),
    "tid1500": ("highdicom",),
    "pdf": ("reportlab",),
}


def kinds_of(names: Iterable[str]) -> tuple[DicomKind, ...]:
    """The kinds of objects that are asked for by name, each once and in one order; ``all`` is all of them.

    Raises
    ------
    UsageError
        There is no such kind, or none is named, or a library that it needs is not installed.
    """
    asked = {name.strip().lower() for name in names if name.strip()}
    unknown = sorted(asked - {"all", *DICOM_KINDS})
    if unknown or not asked:
        wrong = f"There is no DICOM object {unknown[0]!r}" if unknown else "No DICOM object is named"
        raise UsageError(f"{wrong}; choose of {', '.join(DICOM_KINDS)}, or all.")
    kinds = tuple(kind for kind in DICOM_KINDS if kind in asked or "all" in asked)
    for library in dict.fromkeys(library for kind in kinds for library in _LIBRARIES.get(kind, ())):
        needed(library)
    return kinds
