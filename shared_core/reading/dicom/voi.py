"""Which display step a file asks for: VOI LUT Module (PS3.3 C.11.2) and the default without one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import DisplayTransform, Mask, VoiFunction, VoiLut, Window
from shared_core.notices import Notice
from shared_core.notices.of_files import VOI_FUNCTION_UNKNOWN, WINDOW_INCOMPLETE, WINDOW_WIDTH_UNUSABLE
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.lut import lookup_table
from shared_core.reading.limits import extremes


def voi_step(
    attributes: Attributes, signed_modality: bool
) -> tuple[Window | VoiLut | None, str, list[Notice]]:
    """The VOI LUT or window of a file, and what is used instead of which alternatives, in words.

    The table wins over the window; None where the file has neither that can be used.
    """
    notices: list[Notice] = []
    tables = attributes.items("VOILUTSequence")
    if tables:
        table, notices = lookup_table(tables[0], signed_modality, "VOI LUT")
        if table is not None:
            shown = (table.entries / ((1 << table.bits) - 1)).astype(np.float32)
            voi = VoiLut(table.first_value, shown, table.explanation)
            others = [f"{item.text('LUTExplanation') or 'unnamed'} table" for item in tables[1:]]
            others += _window_names(attributes)
            return voi, f"VOI LUT Sequence{_quoted(table.explanation)}{_beside(others)}", notices
    window, more = _first_window(attributes)
    notices += more
    if window is None:
        return None, "", notices
    others = _window_names(attributes)[1:]
    description = (
        f"window {window.center:g} / {window.width:g} ({window.function.value}){_quoted(window.explanation)}"
    )
    return window, description + _beside(others), notices


def _first_window(attributes: Attributes) -> tuple[Window | None, list[Notice]]:
    centers, widths = attributes.numbers("WindowCenter"), attributes.numbers("WindowWidth")
    if not centers or not widths:
        half = attributes.has("WindowCenter") or attributes.has("WindowWidth")
        return None, [WINDOW_INCOMPLETE.notice()] if half else []
    notices = []
    named = attributes.text("VOILUTFunction").upper() or "LINEAR"
    try:
        function = VoiFunction(named)
    except ValueError:
        function = VoiFunction.LINEAR
        notices.append(VOI_FUNCTION_UNKNOWN.notice(name=named))
    center, width = centers[0], widths[0]
    if width <= 0 or (function is VoiFunction.LINEAR and width < 1):
        return None, [*notices, WINDOW_WIDTH_UNUSABLE.notice(width=f"{width:g}")]
    return Window(center, width, function, attributes.text("WindowCenterWidthExplanation")), notices


def _window_names(attributes: Attributes) -> list[str]:
    names = attributes.texts("WindowCenterWidthExplanation")
    pairs = zip(attributes.numbers("WindowCenter"), attributes.numbers("WindowWidth"), strict=False)
    return [f"{(names[i] + ' ') if i < len(names) else ''}{c:g} / {w:g}" for i, (c, w) in enumerate(pairs)]


def _quoted(explanation: str) -> str:
    return f" '{explanation}'" if explanation else ""


def _beside(others: list[str]) -> str:
    return f"; not used: {', '.join(others)}" if others else ""


def default_range(lowest: float, highest: float, bits_stored: int) -> tuple[float, float]:
    """Modality values shown as 0 and 1 where a file has no VOI.

    Zero to 2**k - 1, with k the smallest of 8, 10, 12, 14, 16 that holds the largest value and is
    not above `bits_stored`: images of one series then share one range, whatever their brightest
    pixel. Signed ranges have no such natural end and are shown from end to end.

    Examples
    --------
    >>> default_range(0, 3500, 16)
    (0.0, 4095.0)
    >>> default_range(-100, 900, 16)
    (-100, 900)
    """
    if lowest < 0:
        return lowest, highest
    bits = next((k for k in (8, 10, 12, 14, 16) if highest < (1 << k)), None)
    if bits is None:
        return lowest, highest
    if highest < (1 << bits_stored):
        bits = min(bits, bits_stored)
    return 0.0, float((1 << bits) - 1)


def picture_range(lowest: float, highest: float) -> tuple[float, float]:
    """Values shown as 0 and 1 of a picture of floats: 0 and 1, 255, 1023 ... as of one of whole numbers.

    So a picture gives the same, whether a program made fractions, bytes or filtered bytes of it. What is
    below 0, or takes less than a quarter of such a range, has another meaning and is shown from end to end.

    Examples
    --------
    >>> picture_range(0, 0.8)
    (0.0, 1.0)
    >>> picture_range(0, 204.3)
    (0.0, 255.0)
    >>> picture_range(0, 3.4)
    (0, 3.4)
    """
    low, high = (0.0, 1.0) if lowest >= 0 and highest <= 1 else default_range(lowest, highest, 16)
    return (low, high) if low == 0 and highest >= high / 4 else (lowest, highest)


def display_transform(
    pixels: NDArray[Any],
    padding: Mask | None,
    *,
    name: str,
    bits_stored: int,
    mirror: float | None = None,
    voi: Window | VoiLut | None = None,
    description: str = "",
    picture: bool = False,
) -> DisplayTransform:
    """Complete the display of an image from its pixels, for where the file leaves it open.

    Floats are shown from end to end, those of a `picture` as if they were whole (see `picture_range`).
    `UnsupportedImageError` where the image is constant.
    """
    # padding is often an extreme value and would stretch the range
    ends = extremes(name, pixels if padding is None else pixels[~padding])
    lowest, highest = ends if mirror is None else (mirror - ends[1], mirror - ends[0])
    if pixels.dtype.kind != "f":
        full_range = default_range(lowest, highest, bits_stored)
    else:
        full_range = picture_range(lowest, highest) if picture else (lowest, highest)
    if voi is None:
        description = f"full range {full_range[0]:g} to {full_range[1]:g}"
    if mirror is not None:
        description += "; then inverted (bright means dense)"
    return DisplayTransform(full_range, voi, mirror, description)
