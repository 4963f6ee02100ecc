"""Teach a card how large a picture of unknown spacing is, by film crops given at known sizes.

    python -m validation.real_bac.picture_scale shared_core/weights/bundled/openbac-2/network.json \\
        --data ../shared/data/real-bac

No line and no label is read. What is said of each fold by the others is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shared_core import load_card
from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.texture import picture_size, terms, texture_slopes
from shared_core.training.data.real_bac import RealBacImage, real_bac_images
from shared_core.weights.card_json import card_json
from shared_core.weights.picture_scale import PictureScale
from validation.real_bac.maps import sized

_SIZES: Final = (0.5, 0.7, 1.0, 1.4, 2.0)
_AT_RANDOM: Final = 6
_OCTAVES: Final = 1.3
"""Sizes at random lie so far from that of the file."""
_SIDE_PX: Final = 660
_EVERY: Final = 3
"""Of the crops of other calcifications; all those with vessels are taken."""
_FILTERS: Final = ("opencv", "linear", "bilinear", "bicubic", "lanczos", "box")
_PILLOW: Final = {
    "linear": Image.Resampling.BILINEAR,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, tell and write; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m validation.real_bac.picture_scale", description=__doc__)
    parser.add_argument("card", type=Path, metavar="CARD", help="card file that is written again")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="with a folder for each kind")
    args = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    try:
        card = load_card(args.card)
        sample = sampled(real_bac_images(args.data))
        for line in _told(sample):
            print(line)
        write_bytes(args.card, card_json(replace(card, picture_scale=fitted(sample)), str(args.card)))
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    return 0


@dataclass(frozen=True, eq=False)
class TextureSample:
    """Textures of pictures at known sizes."""

    slopes: NDArray[np.float64]
    """(rows, slopes)."""
    octaves: NDArray[np.float64]
    """(rows,): logarithm of the size, to the base 2."""
    folds: NDArray[np.int8]
    usual: NDArray[np.bool_]
    """(rows,): one of the sizes that the study gives, resized as it does."""

    def only(self, rows: NDArray[np.bool_]) -> TextureSample:
        """Some rows."""
        return TextureSample(self.slopes[rows], self.octaves[rows], self.folds[rows], self.usual[rows])


def sampled(images: Sequence[RealBacImage], *, seed: int = 0) -> TextureSample:
    """Film crops at the sizes of the study, and at others by the filters of other programs."""
    rng = np.random.default_rng(seed)
    others = [image for image in images if image.kind == "other-calcification"][::_EVERY]
    rows: list[tuple[NDArray[np.float64], float, int, bool]] = []
    for image in [*(one for one in images if one.kind == "vascular"), *others]:
        picture = sized(image.path, 1.0)
        plan = [(size, "opencv") for size in _SIZES]
        for _ in range(_AT_RANDOM):
            size = float(2 ** rng.uniform(-_OCTAVES, _OCTAVES))
            plan.append((size, str(rng.choice(_FILTERS))))
        for number, (size, how) in enumerate(plan):
            given = resized(_middle(picture, int(_SIDE_PX / size)), size, how)
            slopes = texture_slopes(given, given > 0)
            if slopes is not None:
                rows.append((slopes, np.log2(size), image.fold, number < len(_SIZES)))
    return TextureSample(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows], np.int8),
        np.array([row[3] for row in rows], np.bool_),
    )


def fitted(sample: TextureSample) -> PictureScale:
    """Ridge regression of the size; how much it shrinks is chosen by leaving out one row at a time."""
    from sklearn.linear_model import RidgeCV
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(sample.slopes)
    standard = terms(scaler.transform(sample.slopes))
    ridge = RidgeCV(np.logspace(-2, 4, 13)).fit(standard, sample.octaves)
    return PictureScale(
        means=_rounded(scaler.mean_),
        deviations=_rounded(scaler.scale_),
        weights=_rounded(ridge.coef_),
        intercept=round(float(ridge.intercept_), 6),
    )


def resized(picture: NDArray[np.uint8], size: float, how: str) -> NDArray[np.uint8]:
    """A picture at `size` times its size, by one of the filters."""
    if size == 1:
        return np.ascontiguousarray(picture)
    if how == "opencv" or (how == "linear" and size > 1):
        kernel = cv2.INTER_LINEAR if how == "linear" else cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(picture, None, fx=size, fy=size, interpolation=kernel), np.uint8)
    kernel = _PILLOW["bicubic" if how == "box" and size > 1 else how]
    wanted = max(1, round(picture.shape[1] * size)), max(1, round(picture.shape[0] * size))
    return np.asarray(Image.fromarray(picture).resize(wanted, kernel), np.uint8)


def _told(sample: TextureSample) -> list[str]:
    """What the others say of each fold."""
    said = np.zeros(len(sample.octaves))
    for fold in np.unique(sample.folds):
        own = sample.folds == fold
        scale = fitted(sample.only(~own))
        said[own] = [np.log2(picture_size(scale, slopes)) for slopes in sample.slopes[own]]
    lines = []
    for size in _SIZES:
        rows = sample.usual & (sample.octaves == np.log2(size))
        low, middle, high = 2 ** np.percentile(said[rows], (5, 50, 95))
        lines.append(f"size {size:g}: said {middle:.2f} ({low:.2f} to {high:.2f} for nine tenths)")
    errors = [
        f"{name} {np.sqrt(np.mean((said - sample.octaves)[rows] ** 2)):.2f}"
        for name, rows in (("these sizes", sample.usual), ("sizes at random", ~sample.usual))
    ]
    return [*lines, f"root mean square error in octaves: {', '.join(errors)}"]


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)


def _middle(picture: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    top, left = (max((side - side_px) // 2, 0) for side in picture.shape)
    return picture[top : top + side_px, left : left + side_px]


if __name__ == "__main__":
    sys.exit(main())
