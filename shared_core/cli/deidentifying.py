"""What ``--deidentify`` does before anything else is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.markup import escape

from shared_core.reading import ExamListing, find_exams

IMAGES: Final = "images"
"""Folder of the images without identifiers."""


def deidentified_listing(
    listing: ExamListing, output: Path, *, key_path: Path | None, tell: Callable[[str], None]
) -> tuple[ExamListing, tuple[str, ...]]:
    """The same exams from images without identifiers, and sentences on the files that are not among them.

    Parameters
    ----------
    output
        Takes the folder `IMAGES`.
    key_path
        None for the usual key.
    tell
        Is told where the key lies, and which images may show a name.
    """
    # Loaded here: most runs need neither.
    from shared_core.deidentification.images import deidentified_exams
    from shared_core.deidentification.key import load_key, usual_key_path

    key = load_key(key_path)
    tell(escape(f"Key of the pseudonyms: {key_path or usual_key_path()}. Keep it, and keep it secret."))
    images = deidentified_exams(listing.exams, output / IMAGES, key=key)
    for warning in images.warnings:
        tell(f"[yellow]warning:[/yellow] {escape(warning)}")
    # Their names must not reach the tables; a duplicate is none.
    refused = tuple(file.reason for file in listing.rejected if file.kind in ("unreadable", "unsupported"))
    if not images.files:
        return ExamListing((), ()), (*images.failures, *refused)
    return find_exams(images.files.values()), (*images.failures, *refused)
