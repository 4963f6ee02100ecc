"""The way from a mammogram to the image and the masks that a model and the measuring need."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import NoBreastError
from shared_core.mammogram import Mammogram, MammogramHeader, Mask, View
from shared_core.notices import Notice
from shared_core.notices.of_results import BREAST_NOT_FOUND, LOOKS_INVERTED, PECTORAL_NOT_FOUND
from shared_core.preprocessing.breast import BreastFinding, find_breast
from shared_core.preprocessing.greyscale import model_image_u8
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.pectoral import pectoral_mask
from shared_core.preprocessing.prepared import PreparedView
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.preprocessing.valid_area import valid_area
from shared_core.reading.orientation import hanging_turn


def prepare(
    mammogram: Mammogram, preset: PreprocessingPreset, *, find_pectoral: bool = False
) -> PreparedView:
    """Make a mammogram ready for a model and for measuring.

    Steps: one mapping to 8 bit (`model_image_u8`), Guo's median, breast mask, valid area, and on
    request the pectoral muscle of MLO views. The muscle stays in `breast_mask` and `breast_area_px`; who
    measures decides whether to take it out.

    Raises
    ------
    NoBreastError
        When no breast is found and the preset needs one (valid area or breast mask as denominator), or
        the image has no pixel above 0.
    """
    display_u8, notices = model_image_u8(mammogram)
    return _from_display(
        _Display(mammogram.header, display_u8, mammogram.padding, notices), preset, find_pectoral
    )


def prepared_by(prepared: PreparedView, preset: PreprocessingPreset) -> PreparedView:
    """A view prepared by another preset, as `prepare` makes it; itself where it was made by this one.

    The pectoral muscle is sought again where it was sought before.

    Raises
    ------
    NoBreastError
        See `prepare`.
    """
    if prepared.preset == preset:
        return prepared
    bits, columns = prepared.padding_bits, prepared.display_u8.shape[1]
    padding = None if bits is None else np.unpackbits(bits, axis=1, count=columns).view(np.bool_)
    display = _Display(prepared.header, prepared.display_u8, padding, prepared.display_notices)
    sought = prepared.pectoral_mask is not None or PECTORAL_NOT_FOUND.notice() in prepared.notices
    return _from_display(display, preset, sought)


@dataclass(frozen=True, eq=False)
class _Display:
    """A mammogram as it is shown."""

    header: MammogramHeader
    pixels_u8: NDArray[np.uint8]
    padding: Mask | None
    notices: tuple[Notice, ...]


def _from_display(display: _Display, preset: PreprocessingPreset, find_pectoral: bool) -> PreparedView:
    header, notices, padding = display.header, display.notices, display.padding
    image_u8 = median(display.pixels_u8, preset.median_px)
    finding = _breast(header.name, preset, image_u8)
    if finding is None:
        breast = image_u8 > 0
        notices += (BREAST_NOT_FOUND.notice(),)
    else:
        breast = finding.copy.lift(finding.mask)
        if _looks_inverted(finding):
            notices += (LOOKS_INVERTED.notice(),)
        notices += hanging_turn(header, breast)[1]
    valid: Mask = np.ones(image_u8.shape, bool)
    exclusions: tuple[tuple[str, int], ...] = ()
    if preset.valid_area and finding is not None:
        area = valid_area(image_u8, finding)
        valid, exclusions = area.mask, area.exclusions_px
    if padding is not None:
        breast &= ~padding
        if preset.valid_area:
            valid &= ~padding
    pectoral: Mask | None = None
    if find_pectoral:
        pectoral = pectoral_mask(image_u8, breast, header.view, header.laterality)
        if pectoral is None and header.view is View.MLO:
            notices += (PECTORAL_NOT_FOUND.notice(),)
    positive = preset.breast_area == "positive-pixels"
    return PreparedView(
        header=header,
        display_u8=display.pixels_u8,
        image_u8=image_u8,
        breast_mask=breast,
        valid_mask=valid,
        breast_area_px=cv2.countNonZero(image_u8) if positive else int(np.count_nonzero(breast)),
        pectoral_mask=pectoral,
        exclusions_px=exclusions,
        notices=notices,
        display_notices=display.notices,
        preset=preset,
        padding_bits=None if padding is None else np.packbits(padding, axis=1),
    )


def _breast(name: str, preset: PreprocessingPreset, image_u8: NDArray[np.uint8]) -> BreastFinding | None:
    """The breast, or None where the preset can do without."""
    needed = preset.valid_area or preset.breast_area == "breast-mask"
    try:
        return find_breast(image_u8, opening_radius_px=preset.opening_radius_px)
    except NoBreastError as error:
        if needed or not image_u8.any():
            raise NoBreastError(f"{name}: {error}") from error
        return None


def _looks_inverted(finding: BreastFinding) -> bool:
    """A white surround that the skin fades into, instead of a dark background inside it."""
    surround = finding.border.surround
    if surround.mean() < 0.1 or finding.background is not None:
        return False
    level = float(np.median(finding.copy.pixels[surround]))
    ring = cv2.dilate(surround.view(np.uint8), np.ones((9, 9), np.uint8)).view(bool) & ~surround
    return level >= 128 and bool(ring.any()) and float(np.median(finding.copy.pixels[ring])) >= 0.6 * level
