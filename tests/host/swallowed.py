"""Errors that Slicer would only print: those in a slot of Qt, or in an observer of VTK."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from tests.host.module_panel import process_events


class SwallowedError(AssertionError):
    """An error that Slicer would only have printed: in a slot, or in an observer of VTK."""


@contextmanager
def no_swallowed_error() -> Iterator[None]:
    """Fail where something was only printed."""
    seen: list[BaseException] = []

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        seen.append(error)

    before, sys.excepthook = sys.excepthook, note
    try:
        yield
    finally:
        process_events()
        sys.excepthook = before
    if seen:
        raise SwallowedError(f"{type(seen[0]).__name__}: {seen[0]}") from seen[0]
