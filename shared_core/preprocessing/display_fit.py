"""Whether the display step that a file asks for fits its pixels, and what is shown where it does not.

Re-encoded research sets often keep the window of the original: values of 8, 10 or 14 bits then lie under a
window of 12. Such a window leaves the breast black, or makes most of it white.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import DisplayTransform, Mammogram, PresentationIntent
from shared_core.notices import Notice
from shared_core.notices.of_pixels import DISPLAY_UNFIT
from shared_core.reading.dicom.display_values import display_values
from shared_core.reading.dicom.voi import default_range

LEAST_USED = 0.3
"""Part of the display range that the pixels reach at least. Whole views, films and crops reach 0.43 and more;
two bits too few reach 0.25."""
MOST_UNUSED_BELOW = 0.85
"""Part of the display range below the darkest pixels, at most. Crops of dense tissue reach 0.80, 12 bits that
were inverted as if they had 16 reach 0.94."""
MOST_LOST_PIXELS = 0.3
MOST_LOST_RANGE = 0.6
"""Parts of the breast's pixels, and of the range of their values, that may be black or white, unless both
are exceeded. Real views lose 0.05 and 0.01, crops with metal 0.45 and 0.41; two bits too many lose 0.53
and 0.76."""
_LEAST_SAMPLE_SIDE = 128
_SAMPLE_STEP = 8
_BRIGHT_PERCENTILE = 99.5
_DARK_PERCENTILE = 1.0
_DARKEST_PERCENTILE = 0.5
_WHITE = 0.998
_OUTLIERS = (0.1, 99.9)


@dataclass(frozen=True)
class DisplayUse:
    """What a display step makes of the pixels; all are parts of 1."""

    reached: float
    """Of the display range, before an inversion."""
    unused_below: float
    """Of the display range, before an inversion."""
    lost_pixels: float
    """Of the breast, shown black or white."""
    lost_range: float
    """Of the range of the breast's values, shown black or white."""

    @property
    def fits(self) -> bool:
        """Whether such an image can be read."""
        flat = self.lost_pixels > MOST_LOST_PIXELS and self.lost_range > MOST_LOST_RANGE
        return self.reached > LEAST_USED and self.unused_below < MOST_UNUSED_BELOW and not flat

    @property
    def problem(self) -> str:
        """What does not fit, for a sentence."""
        if self.reached <= LEAST_USED:
            return f"they reach {self.reached:.1%} of the display range"
        if self.unused_below >= MOST_UNUSED_BELOW:
            return f"they lie in the upper {1 - self.unused_below:.1%} of the display range"
        return f"{self.lost_pixels:.0%} of the breast would be black or white"


def fitting_display(mammogram: Mammogram) -> tuple[DisplayTransform, tuple[Notice, ...]]:
    """The display step of a mammogram if it fits its pixels, else one that does.

    Where a window, a VOI LUT or the full range shows the pixels within less than 0.3 of the display range, or
    all at its upper end, or turns most of the breast black or white, the range of the pixels is shown: the
    full range of a file without a window (`default_range`), or, if a few outliers set that, the same of all
    but a thousandth of the pixels, or the same counted from the largest value that can be stored. If none
    fits, the file has its way. Raw images have a display of their own.

    Returns
    -------
    display : DisplayTransform
    notices : tuple of Notice
        One where something else is shown than the file asks for.
    """
    asked = mammogram.display
    if mammogram.header.intent is PresentationIntent.PROCESSING:
        return asked, ()
    sample = _sample(mammogram)
    use = display_use(sample, asked)
    if use is None or use.fits:
        return asked, ()
    for full_range in _ranges(sample, mammogram):
        other = replace(asked, voi=None, full_range=full_range)
        found = display_use(sample, other)
        if found is not None and found.fits:
            shown = f"full range {full_range[0]:g} to {full_range[1]:g}"
            what = asked.description.split(";")[0]
            notice = DISPLAY_UNFIT.notice(display=what, reason=use.problem, range=shown)
            return replace(other, description=f"{shown}, because the {what} does not fit the pixels"), (
                notice,
            )
    return asked, ()


def display_use(pixels: NDArray[np.generic], display: DisplayTransform) -> DisplayUse | None:
    """How the values of some pixels are shown; None where they do not differ.

    The breast is what lies above half of Otsu's threshold, whatever the display makes of it.
    """
    values = pixels.astype(np.float64).ravel()
    threshold = _breast_threshold(values)
    if threshold is None:
        return None
    shown = display_values(pixels, display).ravel()
    before_inversion = shown if display.mirror is None else 1.0 - shown
    is_breast = values > threshold
    breast, breast_shown = values[is_breast], shown[is_breast]
    low, high = np.percentile(breast, (_DARK_PERCENTILE, _BRIGHT_PERCENTILE))
    kept = (breast_shown > 1.0 - _WHITE) & (breast_shown < _WHITE)
    seen = np.clip(breast[kept], low, high)
    part_seen = np.ptp(seen) / (high - low) if seen.size and high > low else float(high == low)
    return DisplayUse(
        reached=float(np.percentile(before_inversion, _BRIGHT_PERCENTILE)),
        unused_below=float(np.percentile(before_inversion, _DARKEST_PERCENTILE)),
        lost_pixels=1.0 - float(kept.mean()),
        lost_range=1.0 - float(part_seen),
    )


def _breast_threshold(values: NDArray[np.float64]) -> float | None:
    floor, ceiling = (float(v) for v in np.percentile(values, _OUTLIERS))
    if ceiling <= floor:
        return None
    grey = np.clip((values - floor) * (255.0 / (ceiling - floor)), 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(grey[:, None], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return floor + 0.5 * otsu / 255.0 * (ceiling - floor)


def _sample(mammogram: Mammogram) -> NDArray[np.generic]:
    """Every eighth pixel each way, more of small images, without padding."""
    step = max(1, min(_SAMPLE_STEP, min(mammogram.pixels.shape) // _LEAST_SAMPLE_SIDE))
    sample = mammogram.pixels[::step, ::step]
    if mammogram.padding is None:
        return sample
    inside: NDArray[np.generic] = sample[~mammogram.padding[::step, ::step]]
    return inside


def _ranges(sample: NDArray[np.generic], mammogram: Mammogram) -> Iterator[tuple[float, float]]:
    """Ranges to try instead of what the file asks for."""
    yield mammogram.display.full_range
    low, high = (float(v) for v in np.percentile(sample.astype(np.float64), _OUTLIERS))
    mirror, bits = mammogram.display.mirror, mammogram.header.bits
    low, high = (low, high) if mirror is None else (mirror - high, mirror - low)
    if sample.dtype.kind == "f":
        yield low, high
        return
    yield default_range(low, high, bits)
    top = float((1 << bits) - 1)
    if high <= top:
        below_top = default_range(top - high, top - low, bits)
        yield top - below_top[1], top - below_top[0]
