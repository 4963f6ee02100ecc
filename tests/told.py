"""Notices in tests: their codes, and their texts in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shared_core.notices import Notice


def codes(notices: Iterable[Notice]) -> list[str]:
    """In their order."""
    return [notice.code for notice in notices]


def texts(notices: Iterable[Notice]) -> str:
    """All sentences."""
    return " ".join(notice.text for notice in notices)


def codes_in(record: Mapping[str, Any]) -> list[str]:
    """Of the notices in the JSON of a record."""
    return [str(notice["code"]) for notice in record["notices"]]
