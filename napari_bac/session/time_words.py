"""How long something takes, as one says it."""

from __future__ import annotations


def time_words(seconds: float) -> str:
    """``40 s``, ``5 min``, ``2 h 10 min``; never ``0 s``."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
