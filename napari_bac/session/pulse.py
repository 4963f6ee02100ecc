"""What follows a run is shown ten times a second at most, however often there is news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qtpy.QtCore import QTimer

EVERY_MS: Final = 100
"""Between two looks at a run: smooth for the eye, and drawn in a small part of the time."""


class Pulse:
    """Calls `show` soon after it was asked, once for all that was asked meanwhile."""

    def __init__(self, show: Callable[[], None]) -> None:
        self._show = show
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(show)

    def ask(self) -> None:
        """There is news that can wait."""
        if not self._timer.isActive():
            self._timer.start(EVERY_MS)

    def now(self) -> None:
        """There is news that cannot wait; what was asked before is shown with it."""
        self._timer.stop()
        self._show()

    def stop(self) -> None:
        """Show nothing more."""
        self._timer.stop()
