"""Records read back from JSON: every entry of the right kind, or one sentence that says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from shared_core.documents import DocumentError, file_bytes, known_part
from shared_core.errors import UnreadableImageError
from shared_core.records.record_types import ExamRecord, RunRecord, ViewRecord

Record = TypeVar("Record")


def decoded(content: bytes | str, kind: type[Record], name: Path | str) -> Record:
    """A record from the bytes of its file.

    Parameters
    ----------
    name
        Of the file, for the sentence.

    Raises
    ------
    UnreadableImageError
        It is not valid JSON, or not such a record of this version.
    """
    try:
        return known_part(content, kind)
    except DocumentError as error:
        raise UnreadableImageError(
            f"{name}: is not {_WHAT.get(kind, 'such a record')} of this version: it {error}; "
            "run the analysis again."
        ) from None


def read_record(path: Path, kind: type[Record]) -> Record:
    """A record from its file; see `decoded`."""
    try:
        content = file_bytes(path)
    except OSError as error:
        raise UnreadableImageError(f"Cannot read {path}: {error.strerror}; run the analysis again.") from None
    return decoded(content, kind, path)


_WHAT: dict[type, str] = {
    ViewRecord: "the record of a view",
    ExamRecord: "the record of an exam",
    RunRecord: "the record of a run",
}
