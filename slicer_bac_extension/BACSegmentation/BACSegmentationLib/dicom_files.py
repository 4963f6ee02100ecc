"""What the DICOM plugin must know of a file before anything is loaded: of its database and its header."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from shared_core import hosting as bac

IMAGES: Final = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.1.2",
        "1.2.840.10008.5.1.4.1.1.1.2.1",
        "1.2.840.10008.5.1.4.1.1.13.1.4",
        "1.2.840.10008.5.1.4.1.1.13.1.5",
    }
)
"""SOP classes of mammograms and of breast projections, for presentation and for processing."""
_CLASS_TAG: Final = "0008,0016"
_SIDE_TAGS: Final = ("0020,0062", "0020,0060")
_VIEW_TAG: Final = "0018,5101"
_UNKNOWN: Final = "MG"


def label_of(file: str, database: Any) -> str:
    """``LCC``: of the engine, whose packages may not be there yet, else of the database."""
    try:
        label = bac.read_header(Path(file)).view_label
    except (ImportError, bac.OpenBacError):
        label = "?"
    if "?" not in label:
        return str(label)
    side = next(filter(None, (database.fileValue(file, tag) for tag in _SIDE_TAGS)), "")
    view = database.fileValue(file, _VIEW_TAG)
    return f"{side}{view}" if side or view else _UNKNOWN


def referenced_images(file: Path, database: Any) -> tuple[str, ...]:
    """SOP Instance UIDs of the mammograms that a segmentation refers to; empty where it refers to none."""
    try:
        found = bac.images_named_in(file)
    except bac.UnreadableImageError as error:
        logging.warning("%s", error)
        return ()
    uids = [uid for uid, of in found if (of or _class_of(uid, database)) in IMAGES]
    return tuple(dict.fromkeys(uids))


def _class_of(uid: str, database: Any) -> str:
    file = database.fileForInstance(uid)
    return str(database.fileValue(file, _CLASS_TAG)) if file else ""
