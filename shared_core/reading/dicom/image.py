"""The grey values of a DICOM mammogram, and how they are displayed.

What decodes takes longer to load than a header takes to read: so this stands apart from `dataset`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError
from shared_core.mammogram import DisplayTransform, Mammogram, Mask, PixelSpacing
from shared_core.notices import Notice
from shared_core.notices.of_files import NO_WINDOW
from shared_core.reading.burnt_in_words import with_burnt_in_words
from shared_core.reading.dicom.dataset import OpenedDicom, open_dicom, quiet_pydicom
from shared_core.reading.dicom.modality import (
    ModalityTransform,
    modality_pixels,
    modality_transform,
    stored_from_gdcm,
)
from shared_core.reading.dicom.padding import beyond_bits, padding_mask, padding_range
from shared_core.reading.dicom.pixel_data import stored_values
from shared_core.reading.dicom.significant_bits import StoredValues, looks_wrapped
from shared_core.reading.dicom.voi import display_transform, voi_step


def read_dicom(path: Path, spacing: PixelSpacing | None, *, stated: bool = False) -> Mammogram:
    """Read a DICOM mammogram; errors as for `read_mammogram`."""
    with quiet_pydicom():
        opened = open_dicom(path, spacing, pixels=True, stated=stated)
        padding = padding_range(opened.attributes, opened.layout)
        return mammogram_of(opened, stored_values(opened.dataset, opened.layout, padding))


def dicom_from_gdcm(pixels: NDArray[Any], path: Path, spacing: PixelSpacing | None) -> Mammogram:
    """The mammogram that `read_dicom` gives, from pixels that GDCM has read from the same file.

    `UsageError` where the pixels are not those of the file; else errors as for `read_mammogram`.
    """
    with quiet_pydicom():
        opened = open_dicom(path, spacing, pixels=False)
        transform, _ = modality_transform(opened.attributes, opened.layout)
        turned = opened.header.photometric == "MONOCHROME1"
        stored = stored_from_gdcm(pixels, transform, opened.layout, turned)
        padding = padding_range(opened.attributes, opened.layout)
        # GDCM cuts off what lies above Bits Stored, and believes the sign
        if beyond_bits(padding, opened.layout) or looks_wrapped(stored, opened.layout.bits_stored):
            whole = open_dicom(path, spacing, pixels=True)
            found = stored_values(whole.dataset, whole.layout, padding)
            low_bits = (1 << opened.layout.bits_stored) - 1
            if np.array_equal(found.values.astype(np.int32) & low_bits, stored.astype(np.int32) & low_bits):
                return mammogram_of(whole, found)
        return mammogram_of(opened, StoredValues(stored, padding_mask(stored, padding)))


def mammogram_of(opened: OpenedDicom, found: StoredValues) -> Mammogram:
    """The mammogram of stored values: Modality LUT, inversion and display as the file says."""
    stored, padding = found.values, found.padding
    # the pixels know their sign better than Pixel Representation
    opened = replace(opened, layout=replace(opened.layout, signed=stored.dtype.kind == "i"))
    if padding is not None and padding.all():
        name = opened.layout.name
        raise UnreadableImageError(
            f"{name}: every pixel is padding; there is nothing to see, export it again."
        )
    transform, more = modality_transform(opened.attributes, opened.layout)
    mirror = transform.mirror(opened.layout) if opened.inverted else None
    pixels = modality_pixels(stored, transform, mirror)
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise UnreadableImageError(
            f"{opened.layout.name}: Rescale Slope {transform.slope:g} and Intercept {transform.intercept:g} "
            "lead to values beyond float32; correct them, or export the image again."
        )
    pixels.flags.writeable = False
    display, yet_more = _display(opened, transform, pixels, padding)
    header = replace(opened.header, notices=(*opened.header.notices, *found.notices, *more, *yet_more))
    return Mammogram(with_burnt_in_words(header, pixels), pixels, display, padding)


def _display(
    opened: OpenedDicom, transform: ModalityTransform, pixels: NDArray[Any], padding: Mask | None
) -> tuple[DisplayTransform, list[Notice]]:
    signed = opened.layout.signed or (transform.table is None and transform.intercept < 0)
    voi, description, notices = voi_step(opened.attributes, signed)
    display = display_transform(
        pixels,
        padding,
        name=opened.layout.name,
        bits_stored=opened.layout.bits_stored,
        mirror=transform.mirror(opened.layout) if opened.inverted else None,
        voi=voi,
        description=description,
    )
    # what cannot be used is there, and told
    if voi is None and not notices:
        notices.append(NO_WINDOW.notice(range=display.description))
    return display, notices
