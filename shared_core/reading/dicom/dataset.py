"""DICOM mammograms: file -> header and pixels, in the order of PS3.4 N.2 (stored, modality, VOI, shown)."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from shared_core.errors import OpenBacError, UnreadableImageError
from shared_core.mammogram import (
    DisplayTransform,
    Mammogram,
    MammogramHeader,
    Mask,
    PixelSpacing,
    PresentationIntent,
)
from shared_core.notices import Notice
from shared_core.notices.of_files import INVERSION_CONTRADICTED, INVERTED_BY_SHAPE, NO_WINDOW, SYNTHETIC_2D
from shared_core.reading.burnt_in_words import with_burnt_in_words
from shared_core.reading.dicom.acceptance import accept
from shared_core.reading.dicom.acquisition import acquisition, synthetic_evidence
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.bounded_file import read_dicom_file
from shared_core.reading.dicom.gdcm_view import gdcm_difference
from shared_core.reading.dicom.identity import identity
from shared_core.reading.dicom.modality import (
    ModalityTransform,
    modality_pixels,
    modality_transform,
    stored_from_gdcm,
)
from shared_core.reading.dicom.padding import beyond_bits, padding_mask, padding_range
from shared_core.reading.dicom.person import person_of
from shared_core.reading.dicom.pixel_data import stored_values, transfer_syntax
from shared_core.reading.dicom.projection import dicom_projection
from shared_core.reading.dicom.significant_bits import StoredValues, looks_wrapped
from shared_core.reading.dicom.spacing import given_against, pixel_spacing
from shared_core.reading.dicom.stored_layout import StoredLayout, stored_layout
from shared_core.reading.dicom.voi import display_transform, voi_step
from shared_core.reading.named_identity import with_public_name
from shared_core.reading.orientation import with_orientation
from shared_core.reading.synthetic_names import synthetic_product


@dataclass(frozen=True)
class OpenedDicom:
    """A data set that passed every check short of its pixels."""

    dataset: Dataset
    attributes: Attributes
    layout: StoredLayout
    header: MammogramHeader
    inverted: bool
    """Whether the stored values are shown dark for large."""


def read_dicom_header(path: Path, spacing: PixelSpacing | None, *, stated: bool = False) -> MammogramHeader:
    """Header of a DICOM mammogram, without decoding its pixels."""
    with quiet_pydicom():
        return open_dicom(path, spacing, pixels=False, stated=stated).header


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


def open_dicom(
    path: Path, spacing: PixelSpacing | None, *, pixels: bool, stated: bool = False
) -> OpenedDicom:
    """Parse a file, refuse what is not a mammogram, and gather its header.

    A `spacing` given by a person overrides the file; `pixels` says whether the Pixel Data is loaded, too,
    `stated` whether somebody states a view of it.
    """
    dataset = _parsed(path, pixels)
    attributes = Attributes(dataset)
    notices = accept(attributes, path.name, stated=stated)
    layout = stored_layout(attributes, path.name)
    syntax = str(transfer_syntax(dataset))
    projection = dicom_projection(attributes, path)
    notices += projection.notices
    own_spacing, more = pixel_spacing(attributes)
    if spacing is None:
        spacing = own_spacing
        notices += more
    else:
        notices += given_against(spacing, own_spacing)
    difference = gdcm_difference(attributes, spacing)
    notices += [difference] if difference else []
    photometric = attributes.text("PhotometricInterpretation") or "MONOCHROME2"
    inverted, contradiction = _inversion(photometric, attributes.text("PresentationLUTShape").upper())
    notices += [contradiction] if contradiction else []
    product = synthetic_product(path.stem)
    synthetic = synthetic_evidence(attributes) or (f"{product} in the file name" if product else "")
    if synthetic:
        notices.append(SYNTHETIC_2D.notice())
    header = MammogramHeader(
        path=path,
        file_format="DICOM",
        rows=layout.rows,
        columns=layout.columns,
        bits=layout.bits_stored,
        spacing=spacing,
        view=projection.view,
        laterality=projection.laterality,
        modifiers=projection.modifiers,
        intent=_intent(attributes),
        acquisition=acquisition(attributes, syntax, synthetic_2d=bool(synthetic)),
        identity=identity(attributes),
        photometric=photometric,
        transfer_syntax=syntax,
        evidence=(*projection.evidence, *([("synthetic", synthetic)] if synthetic else [])),
        notices=tuple(notices),
        person=person_of(attributes),
    )
    header = with_public_name(with_orientation(header, attributes.texts("PatientOrientation")), path)
    return OpenedDicom(dataset, attributes, layout, header, inverted)


def parse_file(path: Path, *, pixels: bool, problem: str, advice: str) -> Dataset:
    """Parse a DICOM file, with or without the preamble of PS3.10; without `pixels` it stops before them.

    `UnreadableImageError` where it cannot be parsed: `problem` says what that means, `advice` what to do.
    """
    try:
        try:
            dataset = read_dicom_file(path, pixels=pixels)
        except InvalidDicomError:  # no preamble; the first bytes looked like a data set
            dataset = read_dicom_file(path, pixels=pixels, force=True)
        len(dataset)  # some damage shows only here
    except OpenBacError:
        raise
    except Exception as error:  # boundary with pydicom: damaged bytes raise anything
        detail = " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
        raise UnreadableImageError(f"{path.name}: {problem} ({detail}); {advice}.") from None
    return dataset


def _parsed(path: Path, pixels: bool) -> Dataset:
    dataset = parse_file(
        path, pixels=pixels, problem="is damaged or cut off, DICOM parsing stops", advice="copy it again"
    )
    if len(dataset) == 0:
        raise UnreadableImageError(f"{path.name}: holds no DICOM attributes; it is damaged or not an image.")
    return dataset


def _inversion(photometric: str, shape: str) -> tuple[bool, Notice | None]:
    """Whether the display is inverted (once), and a notice where the file contradicts itself.

    PS3.3 C.11.6: Presentation LUT Shape is INVERSE for MONOCHROME1 and IDENTITY for MONOCHROME2.
    """
    if photometric == "MONOCHROME1":
        return True, INVERSION_CONTRADICTED.notice() if shape == "IDENTITY" else None
    if shape == "INVERSE":
        return True, INVERTED_BY_SHAPE.notice()
    return False, None


def _intent(attributes: Attributes) -> PresentationIntent:
    said = attributes.text("PresentationIntentType").upper()
    sop_class = attributes.text("SOPClassUID")
    if said == "FOR PROCESSING" or sop_class.endswith((".1.1.1.2.1", ".1.1.1.1.1", ".13.1.5")):
        return PresentationIntent.PROCESSING
    if said == "FOR PRESENTATION" or sop_class.endswith((".1.1.1.2", ".1.1.1.1", ".13.1.4")):
        return PresentationIntent.PRESENTATION
    return PresentationIntent.UNKNOWN


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """What pydicom warns of is checked here anyway, and said in plain words."""
    with python_warnings.catch_warnings(), np.errstate(all="ignore"):
        python_warnings.simplefilter("ignore")
        yield
