"""Paths as records hold them, which may have been written on another system."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath


def written_path(text: str) -> Path:
    r"""The path that a record names; one of Windows with its parts, so that its file can be sought elsewhere.

    Examples
    --------
    >>> written_path(r"C:\exams\P1\LCC.dcm").name if os.name == "posix" else "LCC.dcm"
    'LCC.dcm'
    """
    path = Path(text)
    if os.name == "posix" and "\\" in text and "/" not in text and not path.exists():
        return Path(PureWindowsPath(text).as_posix())
    return path
