"""Notices in tests: their codes, and their texts in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shared_core.notices import Notice
from shared_core.records.notice_record import notices_of


def codes(notices: Iterable[Notice]) -> list[str]:
    """In their order."""
    return [notice.code for notice in notices]


def texts(notices: Iterable[Notice]) -> str:
    """All sentences."""
    return " ".join(notice.text for notice in notices)


def codes_in(record: Mapping[str, Any]) -> list[str]:
    """Of the notices in a record."""
    return codes(notices_of(record))
