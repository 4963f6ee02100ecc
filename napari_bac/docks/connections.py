"""What a dock listens to, given up when the dock goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from qtpy.QtWidgets import QWidget

_ENDS: Final[set[Callable[..., None]]] = set()
"""What is called as widgets go. Without it the garbage collector could take a widget and the slots on it at
once, and Qt would call a slot that is half taken to pieces."""


class Connections:
    """Connections of signals of a session to a widget: they end with the widget."""

    def __init__(self, widget: QWidget) -> None:
        self._connections: list[tuple[Any, Callable[..., Any]]] = []
        self._at_the_end: list[Callable[[], None]] = []

        def end(*_: object) -> None:
            _ENDS.discard(end)
            self.stop()

        _ENDS.add(end)
        widget.destroyed.connect(end)

    def to(self, signal: Any, slot: Callable[..., Any]) -> None:
        """Connect."""
        signal.connect(slot)
        self._connections.append((signal, slot))

    def finally_(self, do: Callable[[], None]) -> None:
        """Do this as well at the end."""
        self._at_the_end.append(do)

    def stop(self) -> None:
        """Let go of everything; to do it twice changes nothing."""
        connections, self._connections = self._connections, []
        for signal, slot in connections:
            signal.disconnect(slot, missing_ok=True)
        at_the_end, self._at_the_end = self._at_the_end, []
        for do in at_the_end:
            do()
