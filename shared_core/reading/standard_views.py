"""The four standard views of an exam, and why an image is none of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shared_core.mammogram import Laterality, MammogramHeader, View, ViewModifier

STANDARD_VIEWS: Final = ("LCC", "LMLO", "RCC", "RMLO")

PARTIAL_MODIFIERS: Final = frozenset(
    {
        ViewModifier.MAGNIFICATION,
        ViewModifier.SPOT_COMPRESSION,
        ViewModifier.TANGENTIAL,
        ViewModifier.ROLLED,
        ViewModifier.CLEAVAGE,
        ViewModifier.AXILLARY_TAIL,
        ViewModifier.AXILLARY_TISSUE,
    }
)
"""Modifiers of views that show a part of the breast, or the breast otherwise than a standard view."""


def why_not_standard(header: MammogramHeader) -> str | None:
    """None for a standard view, else the reason in words."""
    if header.view is View.UNKNOWN or header.laterality is Laterality.UNKNOWN:
        return "its view or side is unknown"
    if header.view_label not in STANDARD_VIEWS:
        return f"{header.view_label} is not one of the four standard views"
    if header.acquisition.contrast_subtracted:
        return "it is a subtraction image of contrast-enhanced mammography"
    partial = [modifier.value for modifier in header.modifiers if modifier in PARTIAL_MODIFIERS]
    return f"{header.view_label} with {', '.join(partial)}" if partial else None


def standard_labels(headers: Iterable[MammogramHeader]) -> set[str]:
    """Which of the four are among some images."""
    return {header.view_label for header in headers if why_not_standard(header) is None}
