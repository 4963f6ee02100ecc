"""How far a piece of work is, told as it goes on."""

from __future__ import annotations

from collections.abc import Callable

ProgressCallback = Callable[[int, int], None]
"""Called with (done, total) pieces of work."""
