"""What a receiver takes, as Markdown for the conformance statement."""

from __future__ import annotations

from pydicom.uid import UID

from shared_core.pacs.storage_scp import IMAGE_CLASSES, SYNTAXES


def accepted_classes_table() -> str:
    """SOP classes of images."""
    return _table("SOP class", IMAGE_CLASSES)


def accepted_syntaxes_table() -> str:
    """Transfer syntaxes, which are the same for each of them."""
    return _table("transfer syntax", SYNTAXES)


def _table(what: str, uids: tuple[str, ...]) -> str:
    rows = (f"| {UID(uid).name} | `{uid}` |" for uid in uids)
    return "\n".join([f"| {what} | UID |", "|---|---|", *rows])
