"""One way in: any supported file, or an image in memory, to a mammogram.

What decodes is loaded where it is used: it takes longer to load than a DICOM header takes to read.
"""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import UnreadableImageError, UsageError
from shared_core.mammogram import (
    DisplayTransform,
    Identity,
    Laterality,
    Mammogram,
    MammogramHeader,
    PixelSpacing,
    StatedFacts,
    View,
)
from shared_core.reading.dicom.dataset import read_dicom_header
from shared_core.reading.dicom.spacing import user_spacing
from shared_core.reading.facts.stating import stated_spacing, with_facts
from shared_core.reading.files import file_format
from shared_core.reading.kinds import FileFormat, image_stem, is_named_as_image
from shared_core.reading.limits import check_size
from shared_core.reading.pixel_types import whole_numbers
from shared_core.reading.projection_names import named_projection

Spacing = tuple[float, float] | float
"""(row, column) spacing in mm, or one number for both."""


def read_mammogram(
    path: str | PathLike[str], *, spacing_mm: Spacing | None = None, facts: StatedFacts | None = None
) -> Mammogram:
    """Read a mammogram: DICOM, PNG, TIFF, JPEG, JPEG 2000, PGM or NIfTI, packed or in a ZIP archive.

    Parameters
    ----------
    path : path-like
        A file; in an archive ``exam.zip/a/IM1.dcm``.
    spacing_mm : float or (row, column), optional
        Pixel spacing in the plane of the breast in mm; overrides the file.
    facts : StatedFacts, optional
        What a person states of this image; overrides the file and `spacing_mm`.

    Raises
    ------
    UnreadableImageError
        Missing, empty, truncated, damaged, or no image.
    UnsupportedImageError
        A sound file that is no single 2-D mammogram.
    UsageError
        Impossible `spacing_mm`.
    """
    file, spacing = Path(path), stated_spacing(facts) or _given(spacing_mm)
    kind = file_format(file)
    stated = facts is not None and facts.view is not None
    read = _dicom(file, spacing, stated) if kind == "DICOM" else _raster(file, kind, spacing)
    return read if facts is None else replace(read, header=_stated(read.header, facts))


def read_header(
    path: str | PathLike[str], *, spacing_mm: Spacing | None = None, facts: StatedFacts | None = None
) -> MammogramHeader:
    """What a file says of its mammogram, without decoding grey pixels.

    Parameters and errors as for `read_mammogram`. Damage within the pixels shows only there.
    """
    file, spacing = Path(path), stated_spacing(facts) or _given(spacing_mm)
    kind = file_format(file)
    stated = facts is not None and facts.view is not None
    read = (
        read_dicom_header(file, spacing, stated=stated)
        if kind == "DICOM"
        else _raster_header(file, kind, spacing)
    )
    return read if facts is None else _stated(read, facts)


def _dicom(file: Path, spacing: PixelSpacing | None, stated: bool) -> Mammogram:
    from shared_core.reading.dicom.image import read_dicom

    return read_dicom(file, spacing, stated=stated)


def _raster(file: Path, kind: FileFormat, spacing: PixelSpacing | None) -> Mammogram:
    from shared_core.reading.raster import read_raster

    return read_raster(file, kind, spacing)


def _raster_header(file: Path, kind: FileFormat, spacing: PixelSpacing | None) -> MammogramHeader:
    from shared_core.reading.raster import read_raster_header

    return read_raster_header(file, kind, spacing)


def _stated(header: MammogramHeader, facts: StatedFacts) -> MammogramHeader:
    """The header of a file that was read with the stated spacing."""
    if facts.spacing_mm is None or header.path is None:
        return with_facts(header, facts)
    own = read_header(header.path, facts=replace(facts, spacing_mm=None))
    return with_facts(header, facts, own_spacing=own.spacing)


def mammogram_from_array(
    pixels: NDArray[Any],
    *,
    source: str | PathLike[str] | None = None,
    header: MammogramHeader | None = None,
    display: DisplayTransform | None = None,
    spacing_mm: Spacing | None = None,
    view: View | None = None,
    laterality: Laterality | None = None,
    name: str = "",
) -> Mammogram:
    """A mammogram of an image that a host has in memory.

    Parameters
    ----------
    pixels : (rows, columns) array
        Grey values, larger meaning brighter.
    source : path-like, optional
        DICOM file that the host has read the pixels from with GDCM, as ITK does: the result is
        then the same as of `read_mammogram`.
    header, display : optional
        Known from an earlier reading of the same pixels.
    spacing_mm : float or (row, column), optional
        Pixel spacing in the plane of the breast in mm; overrides file and header.
    view, laterality : optional
        Override what file, header or name say.
    name : str
        What the host calls it, for messages and results; a view in it (``"LCC"``) is understood.

    Raises
    ------
    UsageError
        Not a 2-D grey image, or not the pixels of `source`.
    UnreadableImageError, UnsupportedImageError
        Not finite, constant, too small or too large; and as for `read_mammogram` for `source`.
    """
    label = name or "image in memory"
    pixels = _grey_array(np.asarray(pixels), label)
    spacing = _given(spacing_mm)
    if source is not None:
        from shared_core.reading.dicom.image import dicom_from_gdcm

        found = dicom_from_gdcm(pixels, Path(source), spacing)
        changed = _changed(found.header, spacing, view, laterality)
        return Mammogram(changed, found.pixels, found.display, found.padding)
    bits = 8 if pixels.dtype == np.uint8 else header.bits if header is not None else 16
    known = header if header is not None else _memory_header(pixels, bits, name)
    if known.path is None and name:
        known = replace(known, given_name=name)
    if (known.rows, known.columns) != pixels.shape:
        raise UsageError(f"{label}: has shape {pixels.shape}, its header says {(known.rows, known.columns)}.")
    if display is None:
        from shared_core.reading.dicom.voi import display_transform

        display = display_transform(pixels, None, name=label, bits_stored=bits, picture=True)
    return Mammogram(_changed(known, spacing, view, laterality), pixels, display)


def _given(spacing_mm: Spacing | None) -> PixelSpacing | None:
    return None if spacing_mm is None else user_spacing(spacing_mm)


def _grey_array(pixels: NDArray[Any], label: str) -> NDArray[Any]:
    if pixels.ndim == 3 and pixels.shape[0] == 1:  # hosts hold a 2-D image as a volume of one slice
        pixels = pixels[0]
    if pixels.ndim != 2 or pixels.dtype.kind not in "iuf":
        raise UsageError(
            f"{label}: is an array of shape {pixels.shape} and type {pixels.dtype}; give one 2-D grey image."
        )
    check_size(label, *pixels.shape)
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise UnreadableImageError(f"{label}: holds pixels that are not numbers (NaN or infinite).")
    pixels = whole_numbers(pixels).view()
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise UnreadableImageError(f"{label}: holds values beyond float32.")
    pixels.flags.writeable = False
    return pixels


def _memory_header(pixels: NDArray[Any], bits: int, name: str) -> MammogramHeader:
    # Hosts name images after their files.
    stem = image_stem(Path(name)) if is_named_as_image(name) else name
    named = named_projection(stem)
    evidence = (("view", f"{named.view.value} from the name {name}"),) if named.view else ()
    return MammogramHeader(
        path=None,
        file_format="memory",
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        bits=bits,
        view=named.view or View.UNKNOWN,
        laterality=named.laterality or Laterality.UNKNOWN,
        modifiers=named.modifiers,
        identity=Identity(patient_id=named.rest or stem),
        evidence=evidence,
    )


def _changed(
    header: MammogramHeader, spacing: PixelSpacing | None, view: View | None, laterality: Laterality | None
) -> MammogramHeader:
    return replace(
        header,
        spacing=spacing or header.spacing,
        view=view or header.view,
        laterality=laterality or header.laterality,
    )
