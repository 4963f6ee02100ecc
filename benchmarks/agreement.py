"""Whether two programs mark the same pixels."""

from __future__ import annotations

from pathlib import Path

import cv2


def dice(first: Path, second: Path) -> float:
    """Dice of two mask pictures; 1 where both are empty."""
    masks = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in (first, second)]
    a, b = (mask > 127 for mask in masks if mask is not None)
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else 1.0
