"""Faults made on purpose in a sound picture; each is pure, on 8-bit display values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.notices.notice import NoticeKind
from shared_core.notices.of_quality import (
    BLURRED,
    BREAST_CUT_OFF,
    FEW_GREY_LEVELS,
    GREY_LEVELS_CLIPPED,
    IMPLANT_SEEN,
    NO_NIPPLE,
    NO_SKIN_LINE,
    NOISY,
    PROCESSED_AGAIN,
    SIDE_UNLIKE_PICTURE,
    STRAIGHT_LINE,
    VIEW_UNLIKE_PICTURE,
)

Grey = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Sound:
    """A picture before anything was done to it."""

    image_u8: Grey
    breast: NDArray[np.bool_]
    pitch_mm: float | None
    wall: str | None
    """``left`` or ``right``; None where it is open."""


@dataclass(frozen=True)
class Fault:
    """One kind and strength of fault."""

    kind: NoticeKind
    """That should be told."""
    strength: str
    make: Callable[[Sound, np.random.Generator], Grey | None]
    """The faulty picture; None where the picture cannot have it."""
    renamed: str = ""
    """What the picture is called besides: ``CC``, or ``side`` for that of its chest wall."""


def _blurred(sound: Sound, _: np.random.Generator, *, width_mm: float) -> Grey | None:
    if sound.pitch_mm is None:
        return None
    return _grey(cv2.GaussianBlur(sound.image_u8.astype(np.float32), (0, 0), width_mm / sound.pitch_mm))


def _moved(sound: Sound, _: np.random.Generator, *, way_mm: float) -> Grey | None:
    if sound.pitch_mm is None:
        return None
    way_px = max(2, round(way_mm / sound.pitch_mm))
    return _grey(cv2.blur(sound.image_u8.astype(np.float32), (way_px, 1)))


def _noisy(sound: Sound, random: np.random.Generator, *, sd: float) -> Grey | None:
    if sound.pitch_mm is None:
        return None
    return _grey(sound.image_u8 + random.normal(0, sd, sound.image_u8.shape) * sound.breast)


def _cut_off(sound: Sound, _: np.random.Generator, *, share: float) -> Grey | None:
    if sound.wall is None:
        return None
    columns = np.flatnonzero(sound.breast.any(axis=0))
    taken = round(share * (columns[-1] - columns[0]))
    if sound.wall == "left":
        return np.ascontiguousarray(sound.image_u8[:, : columns[-1] - taken])
    return np.ascontiguousarray(sound.image_u8[:, columns[0] + taken :])


def _inner_crop(sound: Sound, _: np.random.Generator, *, share: float) -> Grey | None:
    """A square around the point farthest from the breast's edge, that holds nothing but breast."""
    far = cv2.distanceTransform(np.pad(sound.breast.view(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(int(far.argmax()), far.shape)
    half = int(share * far.max() / 2**0.5)
    return np.ascontiguousarray(sound.image_u8[row - half : row + half, column - half : column + half])


def _few_levels(sound: Sound, _: np.random.Generator, *, levels: int) -> Grey:
    low, high = np.percentile(sound.image_u8[sound.breast], (2, 98))
    squeezed = _grey(60 + (sound.image_u8 - low) / max(1.0, high - low) * levels)
    return np.where(sound.image_u8 > 0, squeezed, 0).astype(np.uint8)


def _clipped(sound: Sound, _: np.random.Generator, *, share: float) -> Grey:
    white = float(np.percentile(sound.image_u8[sound.breast], 100 * (1 - share)))
    return _grey(sound.image_u8 * (255.0 / max(1.0, white)))


def _stretched(sound: Sound, _: np.random.Generator, *, factor: float) -> Grey:
    middle = float(np.median(sound.image_u8[sound.breast]))
    return np.where(sound.image_u8 > 0, _grey(128 + (sound.image_u8 - middle) * factor), 0).astype(np.uint8)


def _equalised(sound: Sound, _: np.random.Generator) -> Grey:
    counts = np.bincount(sound.image_u8[sound.breast], minlength=256)
    table = np.rint(255 * np.cumsum(counts) / counts.sum()).astype(np.uint8)
    return np.where(sound.image_u8 > 0, table[sound.image_u8], 0).astype(np.uint8)


def _with_line(sound: Sound, _: np.random.Generator, *, levels: int) -> Grey:
    changed = sound.image_u8.astype(np.float32)
    columns = np.flatnonzero(sound.breast.any(axis=0))
    middle = int(columns[len(columns) // 2])
    changed[:, middle] += levels * sound.breast[:, middle]
    return _grey(changed)


def _nipple_away(sound: Sound, _: np.random.Generator) -> Grey | None:
    """The skin line as a smooth curve that leaves out what stands out from it."""
    if sound.wall is None:
        return None
    turned = sound.breast if sound.wall == "left" else sound.breast[:, ::-1]
    reach = np.where(turned.any(axis=1), turned.shape[1] - turned[:, ::-1].argmax(axis=1), 0)
    rows = np.flatnonzero(reach >= 0.8 * reach.max())
    kept = rows
    for _round in range(6):
        curve = np.polynomial.Polynomial.fit(kept, reach[kept], 4)
        stands_out = reach[rows] - curve(rows)
        kept = rows[stands_out <= max(1.0, float(np.percentile(stands_out, 85)))]
    line = np.full(len(reach), turned.shape[1], np.intp)
    stands_out = reach[rows] - curve(rows)
    line[rows] = np.where(stands_out > 0.003 * reach.max(), curve(rows), reach[rows]).astype(np.intp)
    beyond = np.arange(turned.shape[1])[None, :] >= line[:, None]
    return np.where(beyond if sound.wall == "left" else beyond[:, ::-1], 0, sound.image_u8).astype(np.uint8)


def _with_implant(sound: Sound, _: np.random.Generator, *, levels: int) -> Grey | None:
    """Half an ellipse at the chest wall, a fifth to a quarter of the breast, with a soft rim of 1 % of it."""
    if sound.wall is None:
        return None
    rows, columns = np.flatnonzero(sound.breast.any(axis=1)), np.flatnonzero(sound.breast.any(axis=0))
    height, depth = len(rows), len(columns)
    middle = (int(columns[0] if sound.wall == "left" else columns[-1]), int(np.median(rows)))
    shape = np.zeros(sound.image_u8.shape, np.float32)
    cv2.ellipse(shape, middle, (int(0.5 * depth), int(0.27 * height)), 0, 0, 360, 1.0, -1)
    soft = np.asarray(cv2.GaussianBlur(shape, (0, 0), 0.005 * height))
    brightest = float(np.percentile(sound.image_u8[sound.breast], 90))
    covered = sound.image_u8 * (1 - 0.8 * soft) + soft * 0.8 * brightest
    return _grey(np.where(sound.breast, covered + levels * soft, sound.image_u8))


def _mirrored(sound: Sound, _: np.random.Generator) -> Grey | None:
    return None if sound.wall is None else np.ascontiguousarray(sound.image_u8[:, ::-1])


def _as_it_is(sound: Sound, _: np.random.Generator) -> Grey:
    return sound.image_u8


def _grey(values: NDArray[Any]) -> Grey:
    grey: Grey = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return grey


FAULTS: Final[Mapping[str, Fault]] = {
    f"{fault.kind.code}, {fault.strength}": fault
    for fault in (
        *(
            Fault(BLURRED, f"Gaussian of {width} mm", partial(_blurred, width_mm=width))
            for width in (0.1, 0.15, 0.2, 0.3)
        ),
        *(Fault(BLURRED, f"motion over {way} mm", partial(_moved, way_mm=way)) for way in (0.5, 1.0, 2.0)),
        *(Fault(NOISY, f"SD of {sd} grey levels", partial(_noisy, sd=sd)) for sd in (5, 10, 20)),
        *(
            Fault(
                BREAST_CUT_OFF, f"{100 * share:.0f} % of the breast's depth", partial(_cut_off, share=share)
            )
            for share in (0.05, 0.1, 0.2, 0.4)
        ),
        Fault(NO_SKIN_LINE, "square within the breast", partial(_inner_crop, share=0.9)),
        *(
            Fault(FEW_GREY_LEVELS, f"{levels} levels", partial(_few_levels, levels=levels))
            for levels in (20, 35)
        ),
        *(
            Fault(GREY_LEVELS_CLIPPED, f"{100 * share:.0f} % white", partial(_clipped, share=share))
            for share in (0.1, 0.2)
        ),
        *(
            Fault(PROCESSED_AGAIN, f"contrast times {factor}", partial(_stretched, factor=factor))
            for factor in (1.3, 1.6)
        ),
        Fault(PROCESSED_AGAIN, "histogram equalised", _equalised),
        *(
            Fault(STRAIGHT_LINE, f"column brighter by {levels}", partial(_with_line, levels=levels))
            for levels in (2, 5, 10)
        ),
        Fault(NO_NIPPLE, "skin line smoothed", _nipple_away),
        *(
            Fault(IMPLANT_SEEN, f"{levels} levels above the brightest tenth", with_implant)
            for levels in (0, 20, 40)
            for with_implant in (partial(_with_implant, levels=levels),)
        ),
        Fault(SIDE_UNLIKE_PICTURE, "mirrored", _mirrored, renamed="side"),
        Fault(VIEW_UNLIKE_PICTURE, "mediolateral oblique called CC", _as_it_is, renamed="CC"),
    )
}
"""By name."""
