"""``docs/validation_methods.md``: each part is written by its own study, and leaves the others alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from shared_core.exporting.atomic_write import write_bytes

PARTS: Final[tuple[str, ...]] = ("ibrahim", "bilateral", "mobini", "li")
"""In the order of the page."""
PICTURES: Final = "validation"
"""Folder of the pictures, beside the page."""
_HEAD: Final = (
    "# The papers' ways of learning",
    "",
    "How to learn and how to judge, as published, and what came of it here. Each part is written by "
    "`python -m validation.methods PART`, and says with which budget.",
    "",
)


def looked_at(notes: str) -> list[str]:
    """Lines on what a person saw on the pictures; none where nobody looked."""
    return ["", "**Looked at**, by a layman:", "", notes.strip()] if notes else []


def write_part(path: Path, part: str, lines: Sequence[str]) -> None:
    """Put a part on the page, in place of an earlier version of it."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = {**_parts_of(before), part: "\n".join(lines).strip()}
    order = [name for name in PARTS if name in parts]
    page = list(_HEAD)
    for name in order:
        page += [_mark(name), "", parts[name], ""]
    write_bytes(path, "\n".join(page).encode())


def _mark(part: str) -> str:
    return f"<!-- part: {part} -->"


def _parts_of(page: str) -> dict[str, str]:
    pieces = re.split(r"<!-- part: (\w+) -->\n", page)
    return {name: text.strip() for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}
