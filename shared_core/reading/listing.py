"""Which files of the given files and folders could be mammograms."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from shared_core.reading.files import guessed_format

_IMAGE_SUFFIXES = {".dcm", ".dicom", ".dic", ".ima", ".png", ".tif", ".tiff", ".jpg", ".jpeg"}
_OWN_OUTPUT = (
    *("_mask.png", "_overlay.png", "_probability.png", "_sheet.png", "_labels.png"),
    *("_band.png", "_breast.png", "_calcium.png"),  # truth of simulated cohorts
)


def candidate_files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Path]:
    """Files to try, sorted within each folder, each once; what was named outright always comes.

    From folders, hidden files, DICOMDIR, this software's own output and files that are no images by
    name and content are left out.
    """
    seen: set[str] = set()
    for given in paths:
        path = Path(given)
        for file in _walk(path) if path.is_dir() else [path]:
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield file


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = Path(parent, name)
            if not _is_skipped(file) and _may_be_image(file):
                yield file


def _is_skipped(file: Path) -> bool:
    name = file.name.lower()
    return name.startswith((".", "dicomdir")) or name.endswith(_OWN_OUTPUT)


def _may_be_image(file: Path) -> bool:
    """By suffix, else by content: DICOM files come with any name."""
    if file.suffix.lower() in _IMAGE_SUFFIXES:
        return True
    try:
        with file.open("rb") as opened:
            return guessed_format(opened.read(132)) is not None
    except OSError:
        return True  # reading it again will tell the person why
