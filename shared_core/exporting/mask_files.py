"""The mask as a picture file, at source size, and back; and the probability that it was cut from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Mask


def mask_png(mask: Mask) -> bytes:
    """8-bit grey PNG of a mask, 255 where BAC."""
    return encode_png(mask.view(np.uint8) * np.uint8(255), flat=True)


def probability_png(probability: NDArray[np.float32]) -> bytes:
    """16-bit grey PNG of probability in [0, 1] x 65535."""
    return encode_png(np.rint(probability * np.float32(65535)).astype(np.uint16))


def probability_of(content: bytes) -> NDArray[np.float32]:
    """The probability that `probability_png` wrote, 0 to 1.

    Raises
    ------
    UnreadableImageError
        It is no such picture.
    """
    numbers = np.frombuffer(content, dtype=np.uint8)
    picture = cv2.imdecode(numbers, cv2.IMREAD_UNCHANGED) if numbers.size else None
    if picture is None or picture.dtype != np.uint16 or picture.ndim != 2:
        raise UnreadableImageError("The probability map is no 16-bit grey picture; run the analysis again.")
    probability: NDArray[np.float32] = picture.astype(np.float32) / np.float32(65535)
    return probability


def read_mask(path: Path, shape: tuple[int, ...]) -> Mask:
    """A mask from a picture that `mask_png` or a person with a drawing program made.

    Any 8-bit or 16-bit picture of the size of its mammogram will do; BAC is where it is not black.

    Raises
    ------
    UnreadableImageError
        If there is no such picture, or it has another size.
    """
    try:
        content = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    except OSError as error:
        raise UnreadableImageError(
            f"Cannot read the mask {path}: {error.strerror}; check the path."
        ) from error
    picture = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH) if content.size else None
    if picture is None:
        raise UnreadableImageError(f"{path} is not a readable picture; a mask is a PNG of 0 and 255.")
    if picture.shape != shape:
        raise UnreadableImageError(
            f"The mask {path} has {picture.shape[0]} x {picture.shape[1]} pixels, its mammogram "
            f"{shape[0]} x {shape[1]} (rows x columns); give the mask of this mammogram."
        )
    mask: Mask = picture != 0
    return mask
