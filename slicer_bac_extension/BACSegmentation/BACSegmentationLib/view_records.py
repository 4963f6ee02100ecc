"""What is known of a segmentation, kept on its node: a saved scene has it, too.

The record of the model's run or the name of the file that the mask is from, that of the mask as it is now,
the marks that the numbers are older than the mask and that somebody drew, and a fingerprint of the mask that
the model or the file gave, by which an edit is known.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core import hosting as bac

PREFIX: Final = "BACSegmentation."
_RUN, _NOW = f"{PREFIX}RunRecord", f"{PREFIX}Record"
_CARD, _MASK, _STALE = f"{PREFIX}Model", f"{PREFIX}RunMask", f"{PREFIX}Stale"
_FILE, _DRAWN = f"{PREFIX}File", f"{PREFIX}Drawn"
_OTHER = f"{PREFIX}RunOther"


def keep_run(
    segmentation_node: Any,
    record: bac.ViewRecord,
    mask: NDArray[Any],
    *,
    model: str,
    other: NDArray[Any] | None = None,
) -> None:
    """A model made the mask: name or path of its card, and what it said.

    `other` is calcification that is not along an artery; None where the model cannot tell.
    """
    _forget(segmentation_node)
    _keep_other(segmentation_node, other)
    segmentation_node.SetAttribute(_RUN, _json(record))
    segmentation_node.SetAttribute(_MASK, fingerprint(mask))
    segmentation_node.SetAttribute(_CARD, model)
    keep(segmentation_node, record)


def forget(segmentation_node: Any) -> None:
    """Another segment of it is measured now: nothing is known of that one."""
    _forget(segmentation_node)


def keep_file(
    segmentation_node: Any, name: str, mask: NDArray[Any], *, other: NDArray[Any] | None = None
) -> None:
    """The mask is from a file, as it is, with what else it tells; what was known of an earlier mask goes."""
    _forget(segmentation_node)
    _keep_other(segmentation_node, other)
    segmentation_node.SetAttribute(_FILE, name)
    segmentation_node.SetAttribute(_MASK, fingerprint(mask))


def keep(segmentation_node: Any, record: bac.ViewRecord) -> None:
    """The numbers of the mask as it is now."""
    segmentation_node.SetAttribute(_NOW, _json(record))
    segmentation_node.SetAttribute(_STALE, None)


def run_record(segmentation_node: Any) -> bac.ViewRecord | None:
    """Of the model's mask; None where no model ran."""
    return _read(segmentation_node, _RUN)


def record_of(segmentation_node: Any) -> bac.ViewRecord | None:
    """The latest numbers; None where there is no segmentation, or it was never measured."""
    return _read(segmentation_node, _NOW)


def model_of(segmentation_node: Any) -> str:
    """Name or path of the card that ran; empty for the default, and where none ran."""
    return segmentation_node.GetAttribute(_CARD) or ""


def file_of(segmentation_node: Any) -> str:
    """Name of the file that the mask is from; empty where it is from none."""
    return segmentation_node.GetAttribute(_FILE) or ""


def mark_drawn(segmentation_node: Any, drawn: bool = True) -> None:
    """Somebody drew on it: from now on it is by hand, also where all is erased again."""
    segmentation_node.SetAttribute(_DRAWN, "true" if drawn else None)


def was_drawn(segmentation_node: Any) -> bool:
    """Whether somebody drew on it."""
    return bool(segmentation_node.GetAttribute(_DRAWN) == "true")


def is_as_given(segmentation_node: Any, mask: NDArray[Any]) -> bool:
    """Whether a mask is the one that the model or the file gave."""
    return given_mask(segmentation_node) == fingerprint(mask)


def tells_others(segmentation_node: Any) -> bool:
    """Whether the model or the file told calcification that is not along an artery, where there is any."""
    return bool(segmentation_node.GetAttribute(_OTHER))


def is_other_as_given(segmentation_node: Any, other: NDArray[Any]) -> bool:
    """Whether such calcification is that which the model or the file gave; none where they cannot tell."""
    given = segmentation_node.GetAttribute(_OTHER)
    return given == fingerprint(other) if given else not np.asarray(other).any()


def given_mask(segmentation_node: Any) -> str:
    """The fingerprint of the mask that the model or the file gave; empty where there is none."""
    return segmentation_node.GetAttribute(_MASK) or ""


def mark_stale(segmentation_node: Any) -> None:
    """The mask changed: the numbers are older than it."""
    segmentation_node.SetAttribute(_STALE, "true")


def is_stale(segmentation_node: Any) -> bool:
    """Whether the numbers are older than the mask."""
    return bool(segmentation_node.GetAttribute(_STALE) == "true")


def fingerprint(mask: NDArray[Any]) -> str:
    """Of its shape and pixels."""
    bits = np.packbits(np.asarray(mask) != 0)
    return hashlib.sha256(repr(mask.shape).encode() + bits.tobytes()).hexdigest()


def _forget(segmentation_node: Any) -> None:
    for name in (_RUN, _NOW, _CARD, _MASK, _STALE, _FILE, _DRAWN, _OTHER):
        segmentation_node.SetAttribute(name, None)


def _keep_other(segmentation_node: Any, other: NDArray[Any] | None) -> None:
    segmentation_node.SetAttribute(_OTHER, fingerprint(other) if other is not None else None)


def _read(segmentation_node: Any, name: str) -> bac.ViewRecord | None:
    """None as well where the packages that read it are not there yet, or another version wrote it."""
    text = segmentation_node.GetAttribute(name) if segmentation_node is not None else None
    if not text:
        return None
    try:
        return bac.decoded(text, bac.ViewRecord, segmentation_node.GetName())
    except (ImportError, bac.OpenBacError) as error:
        logging.warning("The numbers of %s cannot be read: %s", segmentation_node.GetName(), error)
        return None


def _json(record: bac.ViewRecord) -> str:
    return bac.json_bytes(record).decode("utf-8")
