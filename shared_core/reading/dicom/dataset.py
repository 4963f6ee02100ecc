"""DICOM mammograms: file -> header and pixels, in the order of PS3.4 N.2 (stored, modality, VOI, shown)."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from shared_core.errors import OpenBacError, UnreadableImageError
from shared_core.mammogram import (
    MammogramHeader,
    PixelSpacing,
    PresentationIntent,
)
from shared_core.notices import Notice
from shared_core.notices.of_files import INVERSION_CONTRADICTED, INVERTED_BY_SHAPE, SYNTHETIC_2D
from shared_core.reading.dicom.acceptance import accept
from shared_core.reading.dicom.acquisition import acquisition, synthetic_evidence
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.bounded_file import read_dicom_file
from shared_core.reading.dicom.gdcm_view import gdcm_difference
from shared_core.reading.dicom.identity import identity
from shared_core.reading.dicom.person import person_of
from shared_core.reading.dicom.projection import dicom_projection
from shared_core.reading.dicom.spacing import given_against, pixel_spacing
from shared_core.reading.dicom.stored_layout import StoredLayout, stored_layout
from shared_core.reading.dicom.transfer_syntax import transfer_syntax
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
