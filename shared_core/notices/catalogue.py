"""All kinds of notices, and notices read back from files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared_core.notices import of_files, of_pixels, of_quality, of_results
from shared_core.notices.notice import Notice, NoticeKind, Severity

KINDS: Final[Mapping[str, NoticeKind]] = {
    kind.code: kind
    for module in (of_files, of_pixels, of_quality, of_results)
    for kind in vars(module).values()
    if isinstance(kind, NoticeKind)
}
"""By code, in the order of the way of an image."""


def notice_of(code: str, text: str) -> Notice:
    """A notice from what files hold of it, with the text as it was when the file was written.

    A code that this version does not know is taken for a warning without a remedy.
    """
    kind = KINDS.get(code)
    if kind is None:
        return Notice(code, Severity.WARNING, text)
    return Notice(code, kind.severity, text, kind.remedy)


def catalogue_table() -> str:
    """The kinds as a table in Markdown, for the documentation."""
    rows = [
        f"| `{kind.code}` | {kind.severity.value} | {kind.text} | "
        f"{f'`{kind.remedy.value}`' if kind.remedy is not None else ''} |"
        for kind in KINDS.values()
    ]
    return "\n".join(["| Code | Severity | Text | Remedy |", "|---|---|---|---|", *rows])
