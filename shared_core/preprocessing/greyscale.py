"""The one way from a mammogram's pixels to the 8-bit image that models and people see."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Mammogram, Mask, Pixels, PresentationIntent
from shared_core.notices import Notice
from shared_core.notices.of_results import RAW_IMAGE
from shared_core.preprocessing.display_fit import fitting_display
from shared_core.reading.dicom.display_values import display_u8

_SAMPLE_STEP = 8
_RAW_PERCENTILES = (0.5, 99.8)
_RAW_MARGIN = 0.08


def model_image_u8(mammogram: Mammogram) -> tuple[NDArray[np.uint8], tuple[Notice, ...]]:
    """8-bit display values, bright meaning dense, and notices; padding pixels are 0.

    FOR PRESENTATION and unknown intent: the VOI transform of the file
    (`shared_core.reading.dicom.display_values.display_u8`), or what `fitting_display` puts in its place.
    FOR PROCESSING: see `raw_to_u8`.
    """
    if mammogram.header.intent is PresentationIntent.PROCESSING:
        acquisition = mammogram.header.acquisition
        image = raw_to_u8(
            mammogram.pixels,
            relationship=acquisition.pixel_intensity_relationship,
            sign=acquisition.pixel_intensity_sign,
            mirror=mammogram.display.mirror,
            padding=mammogram.padding,
        )
        return image, (RAW_IMAGE.notice(),)
    display, notices = fitting_display(mammogram)
    image = display_u8(mammogram.pixels, display)
    if mammogram.padding is not None:
        image = np.where(mammogram.padding, np.uint8(0), image)
    return image, notices


def raw_to_u8(
    pixels: Pixels,
    *,
    relationship: str | None = None,
    sign: int | None = None,
    mirror: float | None = None,
    padding: Mask | None = None,
) -> NDArray[np.uint8]:
    """Turn raw detector values into an 8-bit image in which dense tissue is bright.

    Attenuation is ``-log(X-ray intensity)``. Pixel Intensity Relationship (0028,1040) says whether
    values are linear in the intensity (LIN) or in its logarithm (LOG); Pixel Intensity Relationship
    Sign (0028,1041) +1 says that more X-rays give a larger value (DICOM PS3.3 C.8.11.3.1.2). Where
    the file is silent, LIN and +1 are taken, as raw detectors give.
    The range shown runs from just below the thinnest to the densest of the breast (0.5 and 99.8
    percentile above Otsu's threshold on every eighth pixel), so that neither air nor a collimator sets it.

    Parameters
    ----------
    mirror
        ``DisplayTransform.mirror``: pixels are ``mirror - stored`` where the file was MONOCHROME1.
    padding
        True where the file marks padding; shown as 0.
    """
    attenuation = _attenuation(pixels, relationship, sign, mirror)
    sample = pixels[::_SAMPLE_STEP, ::_SAMPLE_STEP]
    if padding is not None and not padding.all():
        sample = sample[~padding[::_SAMPLE_STEP, ::_SAMPLE_STEP]]
    low, high = _breast_range(attenuation(sample))
    scale = 255.0 / max(high - low, 1e-6)

    def shown(values: Pixels) -> NDArray[np.uint8]:
        grey = (attenuation(values) - low) * scale
        eight: NDArray[np.uint8] = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
        return eight

    if pixels.dtype in (np.uint8, np.uint16):
        table = shown(np.arange(np.iinfo(pixels.dtype).max + 1, dtype=pixels.dtype))
        image = table[pixels]
    else:
        image = np.empty(pixels.shape, np.uint8)
        for start in range(0, pixels.shape[0], 256):
            image[start : start + 256] = shown(pixels[start : start + 256])
    if padding is not None:
        image[padding] = 0
    return image


def _attenuation(
    pixels: Pixels, relationship: str | None, sign: int | None, mirror: float | None
) -> Callable[[Pixels], NDArray[np.float32]]:
    """Function from pixel values to attenuation, up to an offset and, for LOG, a scale."""
    logarithmic = (relationship or "LIN").upper() == "LOG"
    grows = (sign if sign is not None else 1) > 0
    # A mirrored image shrinks where the stored one grew with the X-ray intensity.
    falls = grows == (mirror is not None)
    # A detector that counts downwards does so from its full scale.
    full_scale = 2.0 ** np.ceil(np.log2(max(float(pixels.max()), 1.0) + 1)) - 1
    top = float(mirror) if mirror is not None else float(full_scale)

    def attenuation(values: Pixels) -> NDArray[np.float32]:
        intensity = top - values.astype(np.float32) if falls else values.astype(np.float32)
        out: NDArray[np.float32] = -intensity if logarithmic else -np.log(np.maximum(intensity, 1.0))
        return out

    return attenuation


def _breast_range(sample: NDArray[np.float32]) -> tuple[float, float]:
    """Attenuation shown as 0 and 255."""
    floor, ceiling = (float(v) for v in np.percentile(sample, (0.1, 99.9)))
    if ceiling <= floor:
        return floor, floor + 1.0
    grey = np.clip((sample.ravel() - floor) * (255.0 / (ceiling - floor)), 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    breast = sample.ravel()[grey.ravel() > threshold]
    if breast.size < 16:
        return floor, ceiling
    low, high = (float(v) for v in np.percentile(breast, _RAW_PERCENTILES))
    return low - _RAW_MARGIN * (high - low), high
