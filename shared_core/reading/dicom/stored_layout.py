"""Image Pixel Module (PS3.3 C.7.6.3): how a single grey frame is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shared_core.errors import UnreadableImageError, UnsupportedImageError
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.limits import check_size


@dataclass(frozen=True)
class StoredLayout:
    """Image Pixel Module (PS3.3 C.7.6.3) of a single grey frame."""

    name: str
    """File name for messages."""
    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool

    @property
    def lowest(self) -> int:
        """Smallest value that can be stored."""
        return -(1 << (self.bits_stored - 1)) if self.signed else 0

    @property
    def highest(self) -> int:
        """Largest value that can be stored."""
        return (1 << (self.bits_stored - self.signed)) - 1

    @property
    def container(self) -> np.dtype[Any]:
        """Unsigned type of one stored pixel."""
        return np.dtype(f"u{self.bits_allocated // 8}")


def stored_layout(attributes: Attributes, name: str) -> StoredLayout:
    """Read and check the Image Pixel Module.

    `UnreadableImageError` where attributes are missing or contradict each other, `UnsupportedImageError`
    where colour, bits or size are no mammogram's.
    """
    rows, columns = attributes.integer("Rows"), attributes.integer("Columns")
    if rows is None or columns is None or rows < 1 or columns < 1:
        raise UnreadableImageError(
            f"{name}: holds no image (Rows, Columns) or its header is cut off; copy it again."
        )
    samples, photometric = (
        attributes.integer("SamplesPerPixel") or 1,
        attributes.text("PhotometricInterpretation"),
    )
    if samples != 1 or photometric not in ("MONOCHROME1", "MONOCHROME2", ""):
        raise UnsupportedImageError(
            f"{name}: is a colour image ({photometric or f'{samples} samples'}); give the grey original."
        )
    check_size(name, rows, columns)
    allocated, said = attributes.integer("BitsAllocated"), attributes.integer("BitsStored")
    if allocated is None:
        raise UnreadableImageError(f"{name}: its header lacks BitsAllocated; export it again.")
    # without it all bits are read, so that none is lost
    stored = said or allocated
    if allocated not in (8, 16) or stored < 8:
        words = f"{said} bits in {allocated} (BitsStored, BitsAllocated)"
        raise UnsupportedImageError(
            f"{name}: has {words if said else f'{allocated} bits a pixel (BitsAllocated)'}; "
            "8 to 16 bits are read."
        )
    high_bit = attributes.integer("HighBit")
    if not said and high_bit is not None and high_bit + 1 != allocated:
        raise UnreadableImageError(
            f"{name}: its header lacks BitsStored, and HighBit {high_bit} of BitsAllocated {allocated} says "
            "that not all bits are stored; export it again."
        )
    high_bit = stored - 1 if high_bit is None else high_bit
    if not stored <= high_bit + 1 <= allocated:
        raise UnreadableImageError(
            f"{name}: BitsAllocated {allocated}, BitsStored {stored} and HighBit {high_bit} contradict."
        )
    return StoredLayout(
        name,
        rows,
        columns,
        allocated,
        stored,
        high_bit,
        signed=attributes.integer("PixelRepresentation") == 1,
    )
