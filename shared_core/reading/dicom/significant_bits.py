"""The significant bits of stored pixels (PS3.5 8.1.1), where Bits Stored is right and where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError
from shared_core.mammogram import Mask
from shared_core.notices import Notice
from shared_core.notices.of_files import BITS_ABOVE_REMOVED, HIGH_BIT_SHIFTED
from shared_core.notices.of_pixels import BITS_STORED_WRONG, SIGN_DOUBTFUL, SIGN_WRONG
from shared_core.reading.dicom.padding import padding_mask
from shared_core.reading.dicom.pixel_sign import sign_by_pixels

LEAST_SMOOTH_PART = 0.1
"""Of the neighbours that the upper bits tell apart, part that must lie closer together with these bits:
overlays and noise there give next to none, values that go on above the limit nearly all."""


@dataclass(frozen=True)
class StoredValues:
    """Pixels as they are stored, before any look-up table."""

    values: NDArray[Any]
    """(rows, columns) of (u)int8 or (u)int16, of the significant bits; the type tells the sign."""
    padding: Mask | None
    """True where the file marks padding; None where no pixel is."""
    notices: tuple[Notice, ...] = ()


def significant_values(
    values: NDArray[Any],
    *,
    name: str,
    bits_stored: int,
    high_bit: int,
    signed: bool,
    native: bool,
    holds_more: bool = False,
    padding: tuple[int, int] | None = None,
) -> StoredValues:
    """Values of the `bits_stored` significant bits, with sign.

    Old files keep overlays in the bits above, and writers of signed values leave them empty; both are
    removed. Values that go on above the limit are read whole, because Bits Stored is then wrong; where they
    go on across the limit of the sign, Pixel Representation is wrong. Padding is looked for before anything
    is cut off, as the significant bits may not hold it.

    Parameters
    ----------
    values : (rows, columns) uint8 or uint16 array
        Whole containers.
    name
        Of the file, for messages.
    native
        Not compressed: only then does `high_bit` say where the values lie.
    holds_more
        The compressed stream has more bits than Bits Allocated, which leaves no room for overlays.
    padding
        Values, both included, that mark padding, with the sign that is said.

    Raises
    ------
    UnreadableImageError
        If values that are called signed are torn apart with either sign.
    """
    notices: list[Notice] = []
    bits = values.dtype.itemsize * 8
    shift = high_bit + 1 - bits_stored
    if native and shift:
        values = values >> shift
        notices.append(HIGH_BIT_SHIFTED.notice(high_bit=high_bit, shift=shift))
    whole = values.view(f"i{bits // 8}") if signed else values
    used_above = bool(int(values.max()) >> bits_stored)
    cut = within_bits(whole, bits_stored) if used_above or signed else whole
    marked = _marked(whole, cut, padding)
    image = whole if marked is None or not used_above else np.where(marked, cut, whole)
    # with empty bits above only the sign is in doubt
    if holds_more or (used_above and goes_on(image, cut)):
        return StoredValues(whole, marked, (*notices, _bits_wrong(image, bits_stored, signed)))
    sign = sign_by_pixels(cut, bits_stored, signed=signed, padding=marked)
    if sign == "neither" and signed:
        raise UnreadableImageError(
            f"{name}: Pixel Representation says signed, but its pixels jump by their whole range between "
            "neighbours, as signed and as unsigned values; export it again."
        )
    if sign == "neither":
        notices.append(SIGN_DOUBTFUL.notice())
    if sign == "the other":
        cut = within_bits(values.view(f"{'u' if signed else 'i'}{bits // 8}"), bits_stored)
        notices.append(_sign_wrong(cut))
    elif used_above and not signed and not np.array_equal(image, cut):
        notices.append(BITS_ABOVE_REMOVED.notice(bits=bits_stored))
    return StoredValues(cut, marked, tuple(notices))


def _marked(whole: NDArray[Any], cut: NDArray[Any], padding: tuple[int, int] | None) -> Mask | None:
    masks = [padding_mask(values, padding) for values in ((whole,) if cut is whole else (whole, cut))]
    found = [mask for mask in masks if mask is not None]
    return np.logical_or.reduce(found) if found else None


def _bits_wrong(image: NDArray[Any], bits_stored: int, signed: bool) -> Notice:
    ends = int(image.min()), int(image.max())
    needed = max(int(end if end >= 0 else -end - 1).bit_length() for end in ends) + signed
    return BITS_STORED_WRONG.notice(bits=bits_stored, low=ends[0], high=ends[1], needed=needed)


def _sign_wrong(values: NDArray[Any]) -> Notice:
    said, meant = ("unsigned", "signed") if values.dtype.kind == "i" else ("signed", "unsigned")
    return SIGN_WRONG.notice(said=said, meant=meant, low=int(values.min()), high=int(values.max()))


def within_bits(values: NDArray[Any], bits_stored: int) -> NDArray[Any]:
    """Values with what lies above `bits_stored` cut off, and the sign drawn from the highest bit left."""
    size = values.dtype.itemsize
    spare = max(size * 8 - bits_stored, 0)
    return (values.view(f"u{size}") << spare).view(values.dtype) >> spare if spare else values


def goes_on(whole: NDArray[Any], cut: NDArray[Any]) -> bool:
    """Whether the image is smoother as a whole than with its upper bits cut off.

    Looked at are neighbours of which cutting lowers one more than the other: where values go on above the
    limit these lie close together and are torn apart, at the edge of an overlay it is the other way round.
    """
    if np.array_equal(whole, cut):
        return False
    smoother = torn = 0
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        apart = (whole[one] != cut[one]) | (whole[other] != cut[other])
        as_whole = np.abs(whole[one][apart].astype(np.int32) - whole[other][apart])
        as_cut = np.abs(cut[one][apart].astype(np.int32) - cut[other][apart])
        torn += int(np.count_nonzero(as_whole != as_cut))
        smoother += int(np.count_nonzero(as_whole < as_cut))
    return smoother > LEAST_SMOOTH_PART * torn


def looks_wrapped(pixels: NDArray[Any], bits_stored: int) -> bool:
    """Whether neighbours differ by nearly all that the bits can hold, as where values were cut off above."""
    jump = (1 << bits_stored) * 7 // 8
    return any(bool((np.abs(np.diff(pixels.astype(np.int32), axis=axis)) > jump).any()) for axis in (0, 1))
