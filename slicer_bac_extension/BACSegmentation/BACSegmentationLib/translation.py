"""Slicer's translation of what people read; the text itself where there is no application.

The name `_` is the one that Slicer's tools for translators look for.
"""

from __future__ import annotations

try:
    from slicer.i18n import tr
except ImportError:  # a Slicer that is a library alone

    def tr(text: str) -> str:
        """The text."""
        return text


__all__ = ["tr"]
