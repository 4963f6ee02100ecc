"""Notices as they stand in JSON: code, severity, text and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shared_core.notices import Notice
from shared_core.notices.catalogue import notice_of
from shared_core.records.canonical_json import plain


def notice_records(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """The objects of ``notices`` in a record."""
    return [plain(notice) for notice in notices]


def notices_of(record: Mapping[str, Any]) -> tuple[Notice, ...]:
    """The notices of the record of a view, an exam or a run."""
    return tuple(notice_of(one["code"], one["text"]) for one in record["notices"])


def notice_texts(record: Mapping[str, Any]) -> list[str]:
    """Their sentences, for people."""
    return [str(one["text"]) for one in record["notices"]]
