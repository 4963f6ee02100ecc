"""Pixels and look-up tables written anew, from the values that a reader sees and nothing else.

Compressed streams carry comments, application data and further fragments, and containers bits above those
that are stored; of all that only the values survive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.lut import lookup_table
from shared_core.reading.dicom.padding import padding_range
from shared_core.reading.dicom.pixel_data import stored_values
from shared_core.reading.dicom.stored_layout import stored_layout
from shared_core.reading.dicom.transfer_syntax import transfer_syntax

_LOSSY: dict[str, str] = {
    "1.2.840.10008.1.2.4.50": "ISO_10918_1",
    "1.2.840.10008.1.2.4.51": "ISO_10918_1",
    "1.2.840.10008.1.2.4.81": "ISO_14495_1",
    "1.2.840.10008.1.2.4.91": "ISO_15444_1",
    "1.2.840.10008.1.2.4.203": "ISO_15444_15",
}
"""Transfer syntaxes whose pixels may have lost something, and their method (PS3.3 C.7.6.1.1.5.1)."""


def put_pixels(new: Dataset, old: Dataset, name: str) -> None:
    """Write the pixels of `old` into `new` without compression, and what says how they are stored.

    Values that go on above Bits Stored are read whole by the reader, and Bits Stored is corrected. `old`
    loses its pixels. Errors as for `stored_values`.
    """
    layout = stored_layout(Attributes(old), name)
    syntax = str(transfer_syntax(old))
    coded_bytes = len(old.get("PixelData") or b"")
    found = stored_values(old, layout, padding_range(Attributes(old), layout))
    values = found.values
    if found.padding is not None:
        _say_padding(new, int(values[found.padding].min()), int(values[found.padding].max()))
    bits = max(layout.bits_stored, _needed_bits(values))
    new.BitsAllocated, new.BitsStored, new.HighBit = values.dtype.itemsize * 8, bits, bits - 1
    new.PixelRepresentation = int(values.dtype.kind == "i")
    content = _without_bits_above(values, bits).tobytes()
    new.PixelData = content + b"\0" * (len(content) % 2)
    new["PixelData"].VR = "OB" if values.dtype.itemsize == 1 else "OW"
    if syntax in _LOSSY and new.get("LossyImageCompression") != "01":
        _say_lossy(new, old, syntax, ratio=values.nbytes / max(coded_bytes, 1))


def _say_padding(new: Dataset, first: int, last: int) -> None:
    """Padding by the values that it has now: its upper bits and its sign may have been others."""
    for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        if keyword in new:
            del new[keyword]
    new.PixelPaddingValue = first
    if last != first:
        new.PixelPaddingRangeLimit = last


def put_table(new: Dataset, old: Dataset, *, signed: bool) -> bool:
    """Write the look-up table of an item; whether there is one that can be used."""
    table, _ = lookup_table(Attributes(old), signed, "LUT")
    if table is None:
        return False
    count = len(table.entries) % 65536
    first = table.first_value
    new.add_new("LUTDescriptor", "SS" if first < 0 else "US", [_in_vr(count, first), first, table.bits])
    low_bits = np.uint16((1 << table.bits) - 1)
    new.add_new("LUTData", "OW", (table.entries & low_bits).astype("<u2").tobytes())
    return True


def _needed_bits(values: NDArray[np.integer]) -> int:
    ends = int(values.min()), int(values.max())
    signed = values.dtype.kind == "i"
    return max((end if end >= 0 else -end - 1).bit_length() for end in ends) + signed


def _without_bits_above(values: NDArray[np.integer], bits: int) -> NDArray[np.integer]:
    """Little-endian containers; above Bits Stored a sign goes on, as it must, and nothing else stands."""
    stored = values.astype(values.dtype.newbyteorder("<"))
    return stored if values.dtype.kind == "i" else stored & stored.dtype.type((1 << bits) - 1)


def _say_lossy(new: Dataset, old: Dataset, syntax: str, *, ratio: float) -> None:
    """The stream said it, which is gone now; a JPEG 2000 may well be whole, and the file knows."""
    if syntax.endswith((".91", ".203")) and old.get("LossyImageCompression") != "01":
        return
    new.LossyImageCompression = "01"
    new.LossyImageCompressionRatio = f"{max(ratio, 1):.3g}"
    new.LossyImageCompressionMethod = _LOSSY[syntax]


def _in_vr(count: int, first: int) -> int:
    """The count as a signed number where the first value needs one."""
    return count - 65536 if first < 0 and count > 32767 else count
