"""What a BAC segment is in codes: SNOMED CT, through a terminology file of the extension's own."""

from __future__ import annotations

from shared_core.mammogram import Laterality


def entry(laterality: Laterality = Laterality.UNKNOWN) -> str:
    """Slicer's serialized terminology entry of BAC in a breast."""
    raise NotImplementedError


def load() -> bool:
    """Offer the codes in Slicer's terminology selector; False where there is no such module."""
    raise NotImplementedError
