"""Look-up tables of DICOM: LUT Descriptor and LUT Data (PS3.3 C.11.1.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.notices import Notice
from shared_core.notices.of_files import LUT_BITS_WRONG, LUT_INCOMPLETE, LUT_TOO_SHORT
from shared_core.reading.dicom.attributes import Attributes


@dataclass(frozen=True, eq=False)
class LookupTable:
    """Entries for input values from `first_value` on."""

    first_value: int
    entries: NDArray[np.uint16]
    bits: int
    """Significant bits of an entry."""
    explanation: str = ""

    def raw_values(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Entries for input values; before the first and after the last, the first and the last."""
        positions = np.clip(np.floor(values) - self.first_value, 0, len(self.entries) - 1)
        found: NDArray[np.float64] = self.entries[positions.astype(np.intp)].astype(np.float64)
        return found


def lookup_table(item: Attributes, signed_input: bool, title: str) -> tuple[LookupTable | None, list[Notice]]:
    """Read one item of a LUT sequence; None with a notice where it cannot be used.

    Descriptors in real files lie at times: 0 entries mean 65536, and the bits are raised to those
    that the entries need.
    """
    descriptor, data = item.integers("LUTDescriptor"), item.integers("LUTData")
    if len(descriptor) != 3 or not data:
        return None, [LUT_INCOMPLETE.notice(table=title)]
    count, first, bits = descriptor
    count = count % 65536 or 65536
    if signed_input:
        first = first - 65536 if first > 32767 else first
    elif first < 0:
        first += 65536
    entries = _entries(item, data, count)
    if entries is None:
        return None, [LUT_TOO_SHORT.notice(table=title, expected=count, found=len(data))]
    needed = max(int(entries.max()).bit_length(), 1)
    notices = []
    if bits < needed or bits > 16:
        notices.append(LUT_BITS_WRONG.notice(table=title, bits=bits, needed=needed))
        bits = needed
    return LookupTable(first, entries, bits, item.text("LUTExplanation")), notices


def _entries(item: Attributes, data: tuple[int, ...], count: int) -> NDArray[np.uint16] | None:
    values = np.asarray(data, np.int64)
    raw = item.dataset.get("LUTData")
    if isinstance(raw, bytes) and len(raw) in (2 * count, 2 * count + 1):
        little = item.dataset.original_encoding[1]
        values = np.frombuffer(raw, ">u2" if little is False else "<u2", count=count).astype(np.int64)
    if len(values) < count:
        return None
    return (values[:count] % 65536).astype(np.uint16)
