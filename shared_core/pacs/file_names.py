"""File names from what a peer says, which may be anything."""

from __future__ import annotations

import hashlib
import re

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9\-])?")
_KEPT = re.compile(r"(?i)x-|(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
"""Names that are made here, and those that Windows keeps for itself."""


def safe_name(text: str) -> str:
    """The text itself where it is a UID or as harmless as one, else a name made from it.

    It never holds a separator, never begins with a dot, and no two texts share one.

    Examples
    --------
    >>> safe_name("1.2.840.10008.1.1")
    '1.2.840.10008.1.1'
    >>> safe_name("../../etc/passwd")
    'x-3754d6cb3a38e118'
    """
    if len(text) <= 64 and _PLAIN.fullmatch(text) and not _KEPT.match(text):
        return text
    return f"x-{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
