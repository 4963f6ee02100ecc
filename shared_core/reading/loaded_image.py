"""An image that a viewer has loaded, beside the file it came from: which spacing counts.

Readers such as ITK take a spacing from a file in silence, 1 mm where they find none. What a person has set in
the viewer is told from that, so that it counts, and what a reader made up does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from PIL import Image
from pydicom.dataset import Dataset

from shared_core.errors import OpenBacError
from shared_core.mammogram import MammogramHeader, PixelSpacing, SpacingSource
from shared_core.notices import Notice
from shared_core.notices.of_files import (
    SHOWN_SPACING_DIFFERS,
    SHOWN_SPACING_IMPLAUSIBLE,
    SHOWN_SPACING_OF_PRINT,
    SHOWN_SPACING_TURNED,
    SHOWN_SPACING_UNKNOWN,
    SPACING_CHANGED_BY_HAND,
    SPACING_SET_BY_HAND,
)
from shared_core.reading.content import read_bytes
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.dataset import open_dicom, quiet_pydicom
from shared_core.reading.dicom.gdcm_view import gdcm_spacing
from shared_core.reading.dicom.identity import identity
from shared_core.reading.dicom.projection import dicom_projection
from shared_core.reading.dicom.spacing import Pair, alike, in_mm, plausible
from shared_core.reading.files import file_format
from shared_core.reading.nifti import itk_spacing
from shared_core.reading.orientation import with_orientation
from shared_core.reading.picture_orientation import TAG, orientation_of, upright_shape

UNKNOWN_MM: Pair = (1.0, 1.0)
"""What ITK says where it knows no spacing."""
_SPACING_KEYWORDS = ("ImagerPixelSpacing", "PixelSpacing", "NominalScannedPixelSpacing")
_MM_AN_INCH = 25.4


def spacing_in_host(
    host_mm: Pair, *, header: MammogramHeader | None, name: str = "image in memory"
) -> tuple[PixelSpacing | None, tuple[Notice, ...]]:
    """The spacing in the plane of the breast of an image that a host shows with `host_mm`.

    Parameters
    ----------
    host_mm
        (row, column) in the host.
    header
        Of the file it came from, as the engine reads it; None for an image without a file.
    name
        Of the image, for the notices.

    Returns
    -------
    spacing : PixelSpacing or None
        Of the file by our rule where the host has what a reader takes from that file; else that of the host,
        as given by the user, where it is one that a mammogram can have.
    notices : tuple of Notice
    """
    known = header.spacing if header is not None else None
    path = header.path if header is not None else None
    shown = in_mm(host_mm)
    guesses = reader_spacings(path) if path is not None else [UNKNOWN_MM]
    if _among(host_mm, guesses[:1]) or (known is not None and alike(host_mm, _pair(known))):
        unknown = known is None and alike(host_mm, UNKNOWN_MM)
        return known, (SHOWN_SPACING_UNKNOWN.notice(name=name),) if unknown else ()
    if known is not None:
        swapped = [_turned(pair) for pair in (*guesses, _pair(known)) if not alike(pair, _turned(pair))]
        if _among(host_mm, swapped):
            turned = SHOWN_SPACING_TURNED.notice(name=name, shown=shown, known=in_mm(_pair(known)))
            return known, (turned,)
        if _among(host_mm, [*guesses, UNKNOWN_MM]):
            return known, (SHOWN_SPACING_DIFFERS.notice(name=name, shown=shown, known=in_mm(_pair(known))),)
    elif path is not None and file_format(path) != "DICOM" and _among(host_mm, guesses):
        return None, (SHOWN_SPACING_OF_PRINT.notice(name=name, shown=shown),)
    if alike(host_mm, UNKNOWN_MM):
        return None, (SHOWN_SPACING_UNKNOWN.notice(name=name),)
    if not plausible(host_mm):
        return known, (SHOWN_SPACING_IMPLAUSIBLE.notice(name=name, shown=shown),)
    if known is None:
        by_hand = SPACING_SET_BY_HAND.notice(name=name, shown=shown)
    else:
        by_hand = SPACING_CHANGED_BY_HAND.notice(name=name, shown=shown, known=in_mm(_pair(known)))
    return PixelSpacing(*host_mm, SpacingSource.USER), (by_hand,)


def reader_spacings(path: Path) -> list[Pair]:
    """(row, column) spacings in mm that readers take from a file, that of GDCM or ITK first."""
    kind = file_format(path)
    if kind == "NIfTI":
        return [itk_spacing(read_bytes(path), path.name)]
    if kind != "DICOM":
        return [UNKNOWN_MM, *_printed_mm(path)]
    with quiet_pydicom():
        attributes = open_dicom(path, None, pixels=False).attributes
    found = [gdcm_spacing(attributes)]
    for keyword in _SPACING_KEYWORDS:
        values = attributes.numbers(keyword)
        if len(values) > 1:
            found.append((values[0], values[1]))
    return found


def header_of_values(values: Mapping[str, str], *, rows: int, columns: int) -> MammogramHeader:
    """What DICOM attributes that a host kept say of an image whose file is gone.

    Parameters
    ----------
    values
        Keyword (``ImageLaterality``) to value, several values joined by a backslash.
    """
    dataset = Dataset()
    with quiet_pydicom():
        for keyword, value in values.items():
            with suppress(ValueError):  # an impossible value; pydicom checks what is set
                setattr(dataset, keyword, value.split("\\") if "\\" in value else value)
        attributes = Attributes(dataset)
        projection = dicom_projection(attributes, None)
        header = MammogramHeader(
            path=None,
            file_format="memory",
            rows=rows,
            columns=columns,
            bits=16,
            view=projection.view,
            laterality=projection.laterality,
            modifiers=projection.modifiers,
            identity=identity(attributes),
            evidence=projection.evidence,
            notices=projection.notices,
        )
        return with_orientation(header, attributes.texts("PatientOrientation"))


def _printed_mm(path: Path) -> list[Pair]:
    """Dots per inch as a spacing; ITK takes them for one."""
    with suppress(OSError, OpenBacError, ValueError, ZeroDivisionError), Image.open(path) as picture:
        across, down = picture.info.get("dpi", (0.0, 0.0))
        across, down = upright_shape(across, down, orientation_of(picture.getexif().get(TAG)))
        return [(_MM_AN_INCH / float(down), _MM_AN_INCH / float(across))]
    return []


def _pair(spacing: PixelSpacing) -> Pair:
    return spacing.row_mm, spacing.column_mm


def _turned(pair: Pair) -> Pair:
    return pair[1], pair[0]


def _among(one: Pair, several: list[Pair]) -> bool:
    return any(alike(one, other) for other in several)
