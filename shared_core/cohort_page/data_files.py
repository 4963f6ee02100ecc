"""The data of the page as scripts, as a page that is opened from a disk may load scripts and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from shared_core.exporting.atomic_write import write_bytes

DATA: Final = "data"
EXAMS_A_FILE: Final = 200


def write_data(page: Path, name: str, value: object) -> None:
    """Write ``data/NAME.js``, which hands a value to the page.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    # All in ASCII: then no letter of a name ends a line or is no valid Unicode.
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    write_bytes(page / DATA / f"{name}.js", f'takeData("{name}",{text});\n'.encode("ascii"))


@dataclass
class ExamFiles:
    """Rows and details of exams, so many in a file; rows are loaded at once, details when they are wanted."""

    page: Path
    count: int = 0
    """Exams so far."""
    files: int = 0
    _rows: list[Any] = field(default_factory=list)
    _details: list[Any] = field(default_factory=list)

    @property
    def stem(self) -> str:
        """Start of the names of the pictures of the next exam."""
        return f"pictures/{self.count // EXAMS_A_FILE:04}/{self.count:06}"

    def add(self, row: dict[str, Any], details: dict[str, Any]) -> None:
        """Take the next exam; `OutputError` where its file is full and cannot be written."""
        self._rows.append(row)
        self._details.append(details)
        self.count += 1
        if len(self._rows) == EXAMS_A_FILE:
            self.finish()

    def finish(self) -> None:
        """Write what is left."""
        if self._rows:
            write_data(self.page, f"exams_{self.files:04}", self._rows)
            write_data(self.page, f"details_{self.files:04}", self._details)
            self.files += 1
            self._rows, self._details = [], []
