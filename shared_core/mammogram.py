"""What the engine passes on: a mammogram, what its file says of it, and an exam.

Images are (row, column) arrays with the origin at the top left; spacing is (row, column).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.notices import Notice

Pixels = NDArray[Any]
Mask = NDArray[np.bool_]


class View(str, Enum):
    """Mammographic projection (DICOM PS3.16 CID 4014)."""

    CC = "CC"
    MLO = "MLO"
    ML = "ML"
    LM = "LM"
    LMO = "LMO"
    XCC = "XCC"
    XCCL = "XCCL"
    XCCM = "XCCM"
    FB = "FB"
    SIO = "SIO"
    ISO = "ISO"
    SPECIMEN = "specimen"
    UNKNOWN = "unknown"


class Laterality(str, Enum):
    """Side of the imaged breast."""

    LEFT = "L"
    RIGHT = "R"
    BOTH = "B"
    UNKNOWN = "unknown"


class ViewModifier(str, Enum):
    """What was special about the projection (DICOM PS3.16 CID 4015)."""

    MAGNIFICATION = "magnification"
    SPOT_COMPRESSION = "spot compression"
    TANGENTIAL = "tangential"
    ROLLED = "rolled"
    CLEAVAGE = "cleavage"
    IMPLANT_DISPLACED = "implant displaced"
    AXILLARY_TAIL = "axillary tail"
    AXILLARY_TISSUE = "axillary tissue"
    NIPPLE_IN_PROFILE = "nipple in profile"
    INFRAMAMMARY_FOLD = "infra-mammary fold"


class PresentationIntent(str, Enum):
    """Presentation Intent Type (0008,0068)."""

    PRESENTATION = "FOR PRESENTATION"
    PROCESSING = "FOR PROCESSING"
    UNKNOWN = "unknown"


class SpacingSource(str, Enum):
    """Where the pixel spacing came from; recorded with every number in mm."""

    PIXEL_SPACING_CALIBRATED = "PixelSpacing, calibrated"
    PIXEL_MEASURES = "PixelSpacing of tomosynthesis (Pixel Measures)"
    IMAGER_OVER_MAGNIFICATION = "ImagerPixelSpacing / EstimatedRadiographicMagnificationFactor"
    IMAGER_OVER_DISTANCES = "ImagerPixelSpacing x SOD / SID"
    IMAGER = "ImagerPixelSpacing, magnification unknown"
    NOMINAL_SCANNED = "NominalScannedPixelSpacing"
    NIFTI = "NIfTI pixdim in mm, magnification unknown"
    USER = "given by the user"
    STATED = "stated"


@dataclass(frozen=True)
class PixelSpacing:
    """Distance of neighbouring pixel centres in the plane of the breast, in mm."""

    row_mm: float
    column_mm: float
    source: SpacingSource

    @property
    def pixel_area_mm2(self) -> float:
        """Area of one pixel in mm²."""
        return self.row_mm * self.column_mm


class VoiFunction(str, Enum):
    """VOI LUT Function (0028,1056), DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True)
class Window:
    """One window of the VOI LUT Module, in modality values."""

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    explanation: str = ""


@dataclass(frozen=True, eq=False)
class VoiLut:
    """One item of the VOI LUT Sequence (0028,3010): a table over modality values."""

    first_value: int
    table: NDArray[np.float32]
    """Display value in [0, 1] for each modality value from `first_value` on."""
    explanation: str = ""


@dataclass(frozen=True, eq=False)
class DisplayTransform:
    """How `Mammogram.pixels` become display values in [0, 1], bright meaning dense.

    ``modality = mirror - pixels`` where `mirror` is set (MONOCHROME1), else ``pixels``;
    then `voi`, or `full_range` where the file has none; then, where `mirror` is set, ``1 - display``.
    """

    full_range: tuple[float, float]
    """Modality values shown as 0 and 1 where there is no `voi`."""
    voi: Window | VoiLut | None = None
    mirror: float | None = None
    description: str = ""
    """One line for people: what is applied and from which attribute."""


@dataclass(frozen=True)
class Acquisition:
    """How the exposure was made, as far as the file says; None where it does not."""

    manufacturer: str | None = None
    model_name: str | None = None
    kvp: float | None = None
    anode: str | None = None
    filter_material: str | None = None
    filter_thickness_mm: float | None = None
    breast_thickness_mm: float | None = None
    compression_force_n: float | None = None
    exposure_uas: float | None = None
    grid: str | None = None
    detector_type: str | None = None
    pixel_intensity_relationship: str | None = None
    pixel_intensity_sign: int | None = None
    image_type: tuple[str, ...] = ()
    synthetic_2d: bool = False
    """2-D image computed from tomosynthesis (C-View, Insight 2D, S-View ...)."""
    contrast_subtracted: bool = False
    """Difference or recombination of the two images of contrast-enhanced mammography."""
    lossy: bool = False
    implant_present: bool | None = None
    partial_view: bool | None = None
    burned_in_annotation: bool | None = None
    source_image_uids: tuple[str, ...] = ()
    device_serial: str | None = None


@dataclass(frozen=True)
class Identity:
    """To whom, which study and which object the image belongs."""

    patient_id: str = ""
    """Patient ID as grouped: without view tokens that some collections put into it."""
    study_uid: str = ""
    series_uid: str = ""
    sop_instance_uid: str = ""
    sop_class_uid: str = ""
    study_date: str = ""
    """YYYYMMDD or empty."""
    acquisition_time: str = ""
    instance_number: int | None = None
    exam: str = ""
    """Which exam it is, where a person, a table or a documented file name says it; else empty."""


@dataclass(frozen=True)
class StatedFacts:
    """What a person, or the table of a public set, states of one image; None and empty where they do not."""

    source: str = "stated"
    """Where it is stated, as people read it: ``stated in facts.csv, line 3``."""
    patient: str = ""
    exam: str = ""
    """Anything that tells the exams of a patient apart."""
    study_date: str = ""
    """YYYYMMDD."""
    laterality: Laterality | None = None
    view: View | None = None
    spacing_mm: tuple[float, float] | None = None
    """(row, column)."""
    manufacturer: str = ""
    intent: PresentationIntent | None = None


@dataclass(frozen=True)
class Person:
    """Who was examined and when, only to tell whether two images are of one woman and one visit.

    Nothing of it is ever written or shown, but names on the page of a cohort where they are asked for.
    """

    names: tuple[str, ...] = field(default=(), repr=False)
    """Alphabetic, ideographic and phonetic name as in the file; empty where there is none."""
    birth_date: str = field(default="", repr=False)
    """Digits of year, month and day, or fewer; empty where it is not known."""
    sex: str = field(default="", repr=False)
    """F, M or empty."""
    visit: tuple[str, ...] = field(default=(), repr=False)
    """Accession number, study ID and time."""


@dataclass(frozen=True)
class MammogramHeader:
    """Everything that a file says of its mammogram, without the pixels."""

    path: Path | None
    """None for an image handed over in memory."""
    file_format: str
    """``memory``, or the kind of file: ``DICOM``, ``PNG``, ``NIfTI`` ..."""
    rows: int
    columns: int
    bits: int
    """Significant bits of a stored value."""
    spacing: PixelSpacing | None = None
    view: View = View.UNKNOWN
    laterality: Laterality = Laterality.UNKNOWN
    modifiers: tuple[ViewModifier, ...] = ()
    intent: PresentationIntent = PresentationIntent.UNKNOWN
    acquisition: Acquisition = field(default_factory=Acquisition)
    identity: Identity = field(default_factory=Identity)
    photometric: str = "MONOCHROME2"
    transfer_syntax: str = ""
    patient_orientation: tuple[str, ...] = ()
    """Where rows and columns lead to (0020,0020), as ``("A", "FR")``; empty where that is not known."""
    evidence: tuple[tuple[str, str], ...] = ()
    """(what, why): e.g. ``("view", "CC from ViewPosition")``."""
    notices: tuple[Notice, ...] = ()
    stated: StatedFacts | None = None
    """What was stated of the image; it stands in the fields above already."""
    given_name: str = ""
    """What a host calls an image that it has in memory; empty for a file."""
    person: Person = field(default_factory=Person, repr=False, compare=False, metadata={"private": True})

    @property
    def name(self) -> str:
        """Short name for messages, tables and pictures: of the file, else what the host calls the image."""
        return self.path.name if self.path is not None else self.given_name or "image in memory"

    @property
    def stem(self) -> str:
        """The name without the ending of a file: what names of results begin with."""
        return (self.path is not None and self.name.rpartition(".")[0]) or self.name

    @property
    def view_label(self) -> str:
        """Label as radiologists write it, e.g. ``LCC``; ``?`` for what is unknown."""
        side = self.laterality.value if self.laterality is not Laterality.UNKNOWN else "?"
        view = self.view.value if self.view is not View.UNKNOWN else "?"
        return side + view


@dataclass(frozen=True, eq=False)
class Mammogram:
    """One mammographic image.

    `pixels` are modality values (Modality LUT applied, padding untouched). MONOCHROME1 images are
    turned so that a larger value is shown brighter, as GDCM does, and `display` knows it.
    """

    header: MammogramHeader
    pixels: Pixels
    """(rows, columns); uint8, uint16, int16, int32 or float32; finite."""
    display: DisplayTransform
    padding: Mask | None = None
    """True where the file marks pixels as padding, or None."""

    @property
    def spacing(self) -> PixelSpacing | None:
        """Pixel spacing in the plane of the breast, or None where it is not known."""
        return self.header.spacing

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.header.rows, self.header.columns


@dataclass(frozen=True)
class Exam:
    """The views of one patient on one date."""

    key: str
    """Unique, stable and usable as a file name."""
    patient_id: str
    """Of the files; with a number (``ANON [2]``) where they show that several women have it."""
    study_date: str
    headers: tuple[MammogramHeader, ...]
    missing_views: tuple[str, ...] = ()
    """Standard views (LCC, LMLO, RCC, RMLO) that were not found."""
    notices: tuple[Notice, ...] = ()
