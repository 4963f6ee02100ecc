"""The rows of an evaluation on disk: a line of settings, then a line a view, added as they are finished.

A line that was cut off by a kill or a full disk is dropped when the file is read, and its view scored again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared_core.documents import DocumentError, any_json
from shared_core.errors import OutputError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.canonical_json import plain
from shared_core.training.evaluation.row import ViewRow, row_document, row_from_document


class RowsFile:
    """Rows of one model on one source of views; the file is made where there is none.

    Parameters
    ----------
    settings
        Everything that the rows depend on. A file that was made with others is refused.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self.path = path
        self.rows: dict[int, ViewRow] = {}
        """By number of the view."""
        wanted = json.loads(json.dumps(plain(settings)))
        whole = _whole_lines(path)
        if whole:
            _check_settings(path, _parsed(path, whole[0]), wanted)
            for line in whole[1:]:
                row = _row(path, line)
                self.rows[row.number] = row
        lines = [_line(wanted), *whole[1:]]
        write_bytes(path, "".join(line + "\n" for line in lines).encode())

    def add(self, row: ViewRow) -> None:
        """Keep a row; it is on the disk when this returns."""
        try:
            with self.path.open("ab") as file:
                file.write((_line(row_document(row)) + "\n").encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"Cannot write {self.path}: {error.strerror or error}.") from error
        self.rows[row.number] = row


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(plain(document), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _whole_lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        *whole, _ = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: no rows can be read from it; choose another output folder.") from error
    return whole


def _parsed(path: Path, line: str) -> dict[str, Any]:
    try:
        document = any_json(line)
    except DocumentError as error:
        raise UsageError(f"{path}: it is no file of rows; choose another output folder.") from error
    if not isinstance(document, dict):
        raise UsageError(f"{path}: it is no file of rows; choose another output folder.")
    return document


def _row(path: Path, line: str) -> ViewRow:
    try:
        return row_from_document(_parsed(path, line))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UsageError(
            f"{path}: a row of it is not of this version; choose another output folder."
        ) from error


def _check_settings(path: Path, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    differing = sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name))
    if differing:
        raise UsageError(
            f"{path}: its views were scored with another {' and '.join(differing)}; "
            "choose another output folder."
        )
