"""Raw pixels to pixels for display, in the manner of three vendors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shared_core.mammogram import DisplayTransform, Mask, VoiFunction, Window
from shared_core.simulation.choices import Style
from shared_core.simulation.image_formation import RawImage
from shared_core.simulation.projected_view import Map

TOP: Final = 4095
"""12 bits are stored."""
_INNER_MM = 30.0
"""From the skin line to where a breast counts as evenly thick."""
_FINE_MM = 0.05
_SKIN, _SKIN_MM = 0.45, 4.5
"""How much more a ray along the skin attenuates than one through as much fat, and how deep."""
_FADE_MM = 0.5
_LEAST_SEEN = 0.15
"""Attenuation at the skin line."""
_SAMPLE = 3
_FAT_PERCENTILE = 35


@dataclass(frozen=True)
class Look:
    """One vendor's processing."""

    equalised: float
    """Part of the roll-off towards the skin line that is taken out."""
    scales_mm: tuple[float, ...]
    """Standard deviations of Gaussians that part the image into bands of detail."""
    gains: tuple[float, ...]
    """What is added of each band, from below the first scale on."""
    middle: float
    """Display value, 0-1, of the median of the breast."""
    high: float
    """Display value of its 97th percentile."""
    windows: tuple[Window, ...]
    """As the file offers them; the first is the one meant."""


LOOKS: Final[dict[Style, Look]] = {
    "hologic": Look(
        equalised=0.95,
        scales_mm=(0.1, 1.0, 8.0),
        gains=(0.8, 1.2, 0.3),
        middle=0.27,
        high=0.64,
        windows=(
            Window(2048, 4096, VoiFunction.LINEAR, "NORMAL"),
            Window(2150, 3600, VoiFunction.LINEAR, "HARDER"),
            Window(1950, 4600, VoiFunction.LINEAR, "SOFTER"),
        ),
    ),
    "ge": Look(
        equalised=0.90,
        scales_mm=(0.15, 1.2, 12.0),
        gains=(0.6, 1.1, 0.2),
        middle=0.24,
        high=0.70,
        windows=(
            Window(2260, 1120, VoiFunction.SIGMOID, "NORMAL"),
            Window(2260, 900, VoiFunction.SIGMOID, "HARDER"),
            Window(2260, 1350, VoiFunction.SIGMOID, "SOFTER"),
        ),
    ),
    "fuji": Look(
        equalised=0.97,
        scales_mm=(0.12, 0.8, 5.0),
        gains=(0.2, 1.3, 0.4),
        middle=0.34,
        high=0.70,
        windows=(Window(1900, 3200, VoiFunction.LINEAR, "STANDARD"),),
    ),
}


@dataclass(frozen=True, eq=False)
class PresentationImage:
    """A FOR PRESENTATION image."""

    pixels: NDArray[np.uint16]
    """(rows, columns), 12 bit, larger is shown brighter."""
    windows: tuple[Window, ...]
    style: Style
    letters: str
    """Burned in, e.g. ``LCC``."""

    @property
    def display(self) -> DisplayTransform:
        """Through the first window."""
        return DisplayTransform((0.0, float(TOP)), voi=self.windows[0], description="simulated")


def present(
    raw: RawImage,
    *,
    breast: Mask,
    opaque: Mask,
    collimated: Mask,
    letters: str = "",
    look: Look | None = None,
) -> PresentationImage:
    """Make a raw image fit to be looked at.

    Logarithm; roll-off towards the skin line flattened; detail lifted; a tone curve with toe and
    shoulder set by the breast itself (baked into the pixels where the window is linear, left to the
    window where it is sigmoid); air black; lead white; the view's letters burned in.

    Parameters
    ----------
    breast, opaque, collimated
        (rows, columns) bool: the breast, what X-rays do not pass, outside the exposed field.
    letters
        Laterality and view, written opposite the chest wall; none when empty.
    look
        Processing other than that of the machine's style.
    """
    style = raw.machine.style
    look = look or LOOKS[style]
    mm = raw.machine.pitch_mm
    attenuation = _attenuation(raw)
    seen = _seen(attenuation, breast, mm)
    depth_mm = _depth_mm(seen, mm)
    attenuation -= _roll_off(attenuation, depth_mm) * np.float32(look.equalised)
    attenuation = _detailed(attenuation, seen, [scale / mm for scale in look.scales_mm], look.gains)
    low, high = np.percentile(attenuation[seen][::17], (50, 97)) if seen.any() else (0.0, 1.0)
    tone = (attenuation - np.float32(low)) * np.float32(1 / max(high - low, 0.02))
    values = _toned(tone, look, look.windows[0])
    values *= np.minimum(depth_mm * np.float32(1 / _FADE_MM), 1)
    values[opaque & ~collimated] = _white(look.windows[0])
    values[collimated] = 0
    if letters:
        _burn(values, letters, breast, mm, _white(look.windows[0]))
    pixels = np.clip(np.rint(values), 0, TOP).astype(np.uint16)
    return PresentationImage(pixels, look.windows, style, letters)


def _attenuation(raw: RawImage) -> Map:
    """-ln of the signal, from a table: every raw value has one."""
    counts = np.arange(2**raw.machine.bits, dtype=np.float64) - raw.machine.offset
    table = -np.log(np.maximum(counts, 8.0) / (raw.air_value - raw.machine.offset))
    out: Map = table.astype(np.float32)[raw.pixels]
    return out


def _seen(attenuation: Map, breast: Mask, pixel_mm: float) -> Mask:
    """The breast as the image shows it: what absorbs nearly nothing is air."""
    smooth = cv2.GaussianBlur(attenuation, (0, 0), 0.15 / pixel_mm)
    return np.asarray(breast & (smooth > _LEAST_SEEN))


def _depth_mm(breast: Mask, pixel_mm: float) -> Map:
    """Distance from the skin line; the breast goes on behind the borders of the image."""
    padded = cv2.copyMakeBorder(breast.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    return np.asarray(depth * np.float32(pixel_mm), np.float32)


def _roll_off(attenuation: Map, depth_mm: Map) -> Map:
    """How much less the fat of a ring under the skin line attenuates than that of the inner breast."""
    values, depths = attenuation[::_SAMPLE, ::_SAMPLE], depth_mm[::_SAMPLE, ::_SAMPLE]
    edges = np.concatenate([np.arange(0, 6, 0.2), np.arange(6, _INNER_MM + 2, 2.0)])
    ring = np.digitize(depths, edges) - 1
    inside = depths > 0
    if inside.sum() < 1000:
        return np.zeros_like(attenuation)
    last = int(ring[inside].max())
    inner = float(np.percentile(values[inside & (ring == last)], _FAT_PERCENTILE))
    levels = np.full(last + 1, inner)
    for number in range(last):
        here = values[inside & (ring == number)]
        levels[number] = np.percentile(here, _FAT_PERCENTILE) if here.size > 20 else inner
    # Monotone, so that dense tissue under the skin is not taken for thickness.
    levels = np.minimum(np.minimum.accumulate(levels[::-1])[::-1], inner)
    centres = np.append(edges, 2 * _INNER_MM)[: last + 2]
    fine = np.arange(0, _INNER_MM + 0.1, _FINE_MM)
    missing = np.interp(fine, (centres[1:] + centres[:-1]) / 2, levels - inner)
    # The outer rings are all skin: it stays brighter than the fat that they are levelled with.
    missing = (missing - _SKIN * np.exp(-fine / _SKIN_MM)).astype(np.float32)
    place = np.minimum(depth_mm * np.float32(1 / _FINE_MM), fine.size - 1).astype(np.int32)
    return np.asarray(missing[place], np.float32)


def _detailed(values: Map, breast: Mask, scales_px: Sequence[float], gains: Sequence[float]) -> Map:
    """The image with its bands of detail lifted."""
    out: Map = values.copy()
    finer = values
    for scale_px, gain in zip(scales_px, gains, strict=True):
        smooth = _smooth(values, breast, scale_px)
        out += (finer - smooth) * np.float32(gain)
        finer = smooth
    return out


def _smooth(values: Map, breast: Mask, reach_px: float) -> Map:
    """Gaussian mean over the breast only; wide ones on a coarse grid."""
    weight = breast.astype(np.float32)
    step = int(max(reach_px // 6, 1))
    size = (values.shape[1] // step, values.shape[0] // step)
    sums = []
    for image in (values * weight, weight):
        coarse = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if step > 1 else image
        sums.append(cv2.GaussianBlur(coarse, (0, 0), reach_px / step))
    mean = cv2.divide(sums[0], np.maximum(sums[1], np.float32(1e-3)))
    if step > 1:
        mean = cv2.resize(mean, values.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(breast, mean, values).astype(np.float32, copy=False)


def _toned(tone: Map, look: Look, window: Window) -> Map:
    """Pixel values; `tone` is 0 at the median of the breast and 1 at its 97th percentile."""
    if window.function is VoiFunction.SIGMOID:
        # PS3.3 C.11.2.1.3.1: y = 1 / (1 + exp(-4 (x - c) / w)), solved for the two display values.
        middle, high = (
            window.center + window.width / 4 * math.log(y / (1 - y)) for y in (look.middle, look.high)
        )
        return np.asarray(tone * np.float32(high - middle) + np.float32(middle), np.float32)
    slope = -math.log((1 - look.high) / (1 - look.middle))
    bright = 1 - (1 - look.middle) * np.exp(-slope * np.maximum(tone, 0))
    dark = look.middle * np.exp((1 - look.middle) * slope / look.middle * np.minimum(tone, 0))
    display = np.where(tone > 0, bright, dark)
    # PS3.3 C.11.2.1.2.1, turned round.
    return np.asarray((display - 0.5) * (window.width - 1) + (window.center - 0.5), np.float32)


def _white(window: Window) -> float:
    steep = 3.0 if window.function is VoiFunction.SIGMOID else 1.0
    return min(window.center + steep * window.width / 2, float(TOP))


def _burn(values: Map, letters: str, breast: Mask, pixel_mm: float, white: float) -> None:
    """Letters in corner brackets, high up opposite the chest wall, in place; none where there is no room."""
    layer = _lettering(letters, max(round(4.2 / pixel_mm), 8))
    rows, columns = values.shape
    gap = layer.shape[0]
    top = round(0.07 * rows)
    if top + layer.shape[0] > rows or columns < layer.shape[1] + 2 * gap:
        return
    edge = columns // 8
    wall_left = breast[:, :edge].sum() >= breast[:, -edge:].sum()
    left = columns - gap - layer.shape[1] if wall_left else gap
    area = values[top : top + layer.shape[0], left : left + layer.shape[1]]
    area += (white - area) * layer


def _lettering(letters: str, size_px: int) -> Map:
    """White letters in corner brackets on black, 0-1."""
    font = ImageFont.load_default(size=size_px)
    width = round(font.getlength(letters))
    margin = size_px // 2
    picture = Image.new("L", (width + 2 * margin, size_px + margin))
    pen = ImageDraw.Draw(picture)
    middle = (picture.width / 2, picture.height / 2)
    pen.text(middle, letters, fill=255, font=font, anchor="mm")
    arm, stroke = size_px // 3, max(size_px // 14, 1)
    right, bottom = picture.width - stroke, picture.height - stroke
    for x, along in ((0, arm), (right, -arm)):
        for y, down in ((0, arm), (bottom, -arm)):
            pen.line([(x, y), (x + along, y)], fill=255, width=stroke)
            pen.line([(x, y), (x, y + down)], fill=255, width=stroke)
    return np.asarray(np.asarray(picture, np.float32) / np.float32(255))
