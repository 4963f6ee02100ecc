"""The significant bits of stored pixels (PS3.5 8.1.1), where Bits Stored is right and where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.notices import Notice
from shared_core.notices.of_files import BITS_ABOVE_REMOVED, HIGH_BIT_SHIFTED
from shared_core.notices.of_pixels import BITS_STORED_WRONG

LEAST_SMOOTH_PART = 0.1
"""Of the neighbours that the upper bits tell apart, part that must lie closer together with these bits:
overlays and noise there give next to none, values that go on above the limit nearly all."""


def significant_values(
    values: NDArray[Any],
    *,
    bits_stored: int,
    high_bit: int,
    signed: bool,
    native: bool,
    holds_more: bool = False,
) -> tuple[NDArray[Any], list[Notice]]:
    """Values of the `bits_stored` significant bits, with sign.

    Old files keep overlays in the bits above, and writers of signed values leave them empty; both are
    removed. Values that go on above the limit are read whole, because Bits Stored is then wrong.

    Parameters
    ----------
    values : (rows, columns) uint8 or uint16 array
        Whole containers.
    native
        Not compressed: only then does `high_bit` say where the values lie.
    holds_more
        The compressed stream has more bits than Bits Allocated, which leaves no room for overlays.

    Returns
    -------
    values : (rows, columns) uint8, uint16, int8 or int16 array
    notices : list of Notice
    """
    notices: list[Notice] = []
    bits = values.dtype.itemsize * 8
    shift = high_bit + 1 - bits_stored
    if native and shift:
        values = values >> shift
        notices.append(HIGH_BIT_SHIFTED.notice(high_bit=high_bit, shift=shift))
    spare = max(bits - bits_stored, 0)
    whole = values.view(f"i{bits // 8}") if signed else values
    if not spare or not (signed or int(values.max()) >> bits_stored):
        return whole, notices
    cut = (values << spare).view(whole.dtype) >> spare
    if holds_more or goes_on(whole, cut):
        ends = int(whole.min()), int(whole.max())
        needed = max(int(end if end >= 0 else -end - 1).bit_length() for end in ends) + signed
        wrong = BITS_STORED_WRONG.notice(bits=bits_stored, low=ends[0], high=ends[1], needed=needed)
        return whole, [*notices, wrong]
    if not signed:
        notices.append(BITS_ABOVE_REMOVED.notice(bits=bits_stored))
    return cut, notices


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
