"""Rectangles that a person states for a machine, in which text is burned into its images: they become dark.

In the manner of the scripts by which archives anonymise pixels. What is blanked is what is stated, and says
nothing of the rest of the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import numpy as np
from pydicom.dataset import Dataset

from shared_core.documents import DocumentError, from_toml
from shared_core.errors import UsageError
from shared_core.reading.content import read_bytes

Whole = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Side = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Rectangle = tuple[Whole, Whole, Side, Side]
"""First row, first column, rows, columns; in pixels, the first row and column are 0."""
_MOST_BYTES: Final = 1 << 20


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Images of one machine, or of one size of them."""

    manufacturer: Annotated[str, msgspec.Meta(min_length=1)]
    rectangles: Annotated[tuple[Rectangle, ...], msgspec.Meta(min_length=1)]
    model: str | None = None
    rows: Side | None = None
    columns: Side | None = None

    def made(self, dataset: Dataset) -> bool:
        """Whether an image is one of those: it says all that is stated, whatever the case of letters."""
        said = ((self.manufacturer, dataset.get("Manufacturer")), (self.model, _model(dataset)))
        sizes = ((self.rows, dataset.get("Rows")), (self.columns, dataset.get("Columns")))
        return all(stated is None or _plain(stated) == _plain(found) for stated, found in said) and all(
            stated is None or stated == found for stated, found in sizes
        )


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device: tuple[Device, ...]


@dataclass(frozen=True)
class Blanking:
    """What is stated of machines."""

    devices: tuple[Device, ...]

    def of(self, dataset: Dataset) -> tuple[Rectangle, ...]:
        """The rectangles of an image, by the machine that it names."""
        return tuple(one for device in self.devices if device.made(dataset) for one in device.rectangles)


NO_BLANKING: Final = Blanking(())


def read_blanking(path: Path) -> Blanking:
    """Read a file of rectangles (TOML).

    Raises
    ------
    UsageError
        It is none.
    UnreadableImageError
        It cannot be read.
    """
    content = read_bytes(path)
    if len(content) > _MOST_BYTES:
        raise UsageError(f"{path}: is larger than any list of rectangles; name the right file.")
    try:
        return Blanking(from_toml(content.decode("utf-8"), _File).device)
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not a text file in UTF-8; save it as such.") from None
    except DocumentError as error:
        raise UsageError(error.sentence(str(path))) from None


def blank(image: Dataset, rectangles: tuple[Rectangle, ...]) -> int:
    """Make rectangles of an uncompressed image as dark as its darkest pixel; how many touch the image."""
    if not rectangles:
        return 0
    kind: Any = f"<{'i' if image.PixelRepresentation else 'u'}{image.BitsAllocated // 8}"
    count = image.Rows * image.Columns
    pixels = np.frombuffer(image.PixelData, kind, count).reshape(image.Rows, image.Columns).copy()
    dark = pixels.max() if image.PhotometricInterpretation == "MONOCHROME1" else pixels.min()
    touched = 0
    for row, column, rows, columns in rectangles:
        part = pixels[row : row + rows, column : column + columns]
        part[...] = dark
        touched += part.size > 0
    content = pixels.tobytes()
    image["PixelData"].value = content + b"\0" * (len(content) % 2)
    return touched


def _model(dataset: Dataset) -> object:
    return dataset.get("ManufacturerModelName")


def _plain(text: object) -> str:
    return " ".join(str(text or "").split()).casefold()
