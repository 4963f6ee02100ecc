"""Simulated images as DICOM mammograms, complete and marked as simulated."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from shared_core.mammogram import Laterality, View, Window
from shared_core.simulation.image_formation import RawImage
from shared_core.simulation.projected_view import ProjectedView
from shared_core.simulation.vendor_processing import TOP, PresentationImage
from shared_core.version import SOFTWARE_VERSION

MANUFACTURER: Final = "OpenBAC simulator"
"""Followed by the look, so that a change of the machine shows as one."""
_FOR_PRESENTATION = UID("1.2.840.10008.5.1.4.1.1.1.2")
_FOR_PROCESSING = UID("1.2.840.10008.5.1.4.1.1.1.2.1")
_NAMESPACE = uuid.UUID("6f3b6b1e-7a52-5d0c-9f0e-3a4cf7b1d2c8")
_VIEW_CODES = {View.CC: ("399162004", "cranio-caudal"), View.MLO: ("399368009", "medio-lateral oblique")}
_ORIENTATION = {
    (Laterality.LEFT, View.CC): ["A", "R"],
    (Laterality.RIGHT, View.CC): ["P", "L"],
    (Laterality.LEFT, View.MLO): ["A", "FR"],
    (Laterality.RIGHT, View.MLO): ["P", "FL"],
}
_ANODES = {"Mo": "MOLYBDENUM", "Rh": "RHODIUM", "W": "TUNGSTEN"}
_FILTERS = {"Mo": "MOLYBDENUM", "Rh": "RHODIUM", "Ag": "SILVER", "Al": "ALUMINUM"}
_DISTANCE_MM = 650.0
_EXPOSURE_MS = 1200


@dataclass(frozen=True)
class Subject:
    """Whose simulated images these are, and when they were made."""

    patient_id: str
    study_date: str
    """YYYYMMDD."""
    age_years: int
    number: int = 1
    """Of the image in its exam."""
    acquisition_time: str = "120000"


def uid(*parts: str | int) -> UID:
    """A UID under the UUID root 2.25 (PS3.5 B.2) that depends on nothing but `parts`."""
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(map(str, parts))).int}")


def processing_dicom(raw: RawImage, view: ProjectedView, subject: Subject) -> bytes:
    """The file of a FOR PROCESSING image (PS3.3 A.27): pixels linear in the X-ray intensity."""
    ds = _common(raw, view, subject, "processing", _FOR_PROCESSING)
    ds.PresentationIntentType = "FOR PROCESSING"
    ds.ImageType = ["ORIGINAL", "PRIMARY", ""]
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LIN", 1
    ds.BurnedInAnnotation = "NO"
    _pixels(ds, raw.pixels, raw.machine.bits)
    return _file(ds)


def presentation_dicom(
    image: PresentationImage, raw: RawImage, view: ProjectedView, subject: Subject
) -> bytes:
    """The file of a FOR PRESENTATION image (PS3.3 A.26), which points to its raw image."""
    ds = _common(raw, view, subject, "presentation", _FOR_PRESENTATION)
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.ImageType = ["DERIVED", "PRIMARY", ""]
    ds.DerivationDescription = f"Logarithm, equalisation and tone curve in the style {image.style}"
    source = Dataset()
    source.ReferencedSOPClassUID = _FOR_PROCESSING
    source.ReferencedSOPInstanceUID = _instance(view, subject, "processing", image.style)
    source.PurposeOfReferenceCodeSequence = [_code("121320", "DCM", "Uncompressed predecessor")]
    ds.SourceImageSequence = [source]
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", -1
    ds.BurnedInAnnotation = "YES" if image.letters else "NO"
    ds.WindowCenter = [f"{window.center:g}" for window in image.windows]
    ds.WindowWidth = [f"{window.width:g}" for window in image.windows]
    ds.WindowCenterWidthExplanation = [window.explanation for window in image.windows]
    ds.VOILUTFunction = _function(image.windows)
    _pixels(ds, image.pixels, TOP.bit_length())
    return _file(ds)


def _common(raw: RawImage, view: ProjectedView, subject: Subject, kind: str, sop_class: UID) -> Dataset:
    ds = Dataset()
    style = raw.machine.style
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, _instance(view, subject, kind, style)
    ds.StudyInstanceUID = uid(subject.patient_id, subject.study_date, style)
    ds.SeriesInstanceUID = uid(subject.patient_id, subject.study_date, style, kind)
    _describe_subject(ds, view, subject, kind)
    _describe_machine(ds, raw)
    _describe_exposure(ds, raw, view)
    _describe_view(ds, view)
    return ds


def _describe_subject(ds: Dataset, view: ProjectedView, subject: Subject, kind: str) -> None:
    ds.PatientName = f"SIMULATED^{subject.patient_id}"
    ds.PatientID, ds.PatientSex, ds.PatientBirthDate = subject.patient_id, "F", ""
    ds.PatientAge = f"{subject.age_years:03d}Y"
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = subject.study_date
    ds.StudyTime = ds.SeriesTime = "120000"
    ds.AcquisitionTime = ds.ContentTime = subject.acquisition_time
    ds.StudyID, ds.AccessionNumber, ds.ReferringPhysicianName = "1", "", ""
    ds.StudyDescription = "SIMULATED mammography, not of a person"
    ds.SeriesDescription = f"SIMULATED {kind}"
    ds.SeriesNumber = 1 if kind == "processing" else 2
    ds.InstanceNumber, ds.AcquisitionNumber = subject.number, subject.number
    ds.ImageComments = "Simulated by OpenBAC; research use only"
    ds.PatientOrientation = _ORIENTATION[view.laterality, view.view]


def _describe_machine(ds: Dataset, raw: RawImage) -> None:
    machine = raw.machine
    ds.Modality, ds.Manufacturer = "MG", f"{MANUFACTURER}, {machine.style} look"
    ds.ManufacturerModelName, ds.DeviceSerialNumber = machine.model_name, machine.serial
    ds.SoftwareVersions = SOFTWARE_VERSION
    ds.InstitutionName, ds.StationName = "SIMULATED", "OPENBAC"
    ds.DetectorType = "DIRECT" if machine.detector == "a-Se" else "SCINTILLATOR"
    ds.DetectorConfiguration, ds.DetectorID = "AREA", machine.serial
    ds.DetectorDescription = f"Simulated {machine.detector}"
    ds.DetectorElementPhysicalSize = ds.DetectorElementSpacing = [f"{machine.pitch_mm:.8g}"] * 2
    ds.DetectorActiveShape = "RECTANGLE"
    ds.DetectorTemperature = "25"
    ds.PositionerType = "MAMMOGRAPHIC"


def _describe_exposure(ds: Dataset, raw: RawImage, view: ProjectedView) -> None:
    technique = raw.technique
    beam = technique.beam
    ds.KVP, ds.AnodeTargetMaterial = f"{beam.kvp:g}", _ANODES[beam.anode]
    ds.FilterMaterial = _FILTERS[beam.filter_material]
    ds.FilterThicknessMinimum = ds.FilterThicknessMaximum = f"{beam.filter_mm:g}"
    ds.Exposure, ds.ExposureInuAs = round(technique.mas), round(technique.mas * 1000)
    ds.ExposureTime = _EXPOSURE_MS
    ds.XRayTubeCurrent = round(technique.mas / _EXPOSURE_MS * 1e6)
    ds.ExposureControlMode, ds.ExposureStatus = "AUTOMATIC", "NORMAL"
    ds.FocalSpots = "0.3"
    ds.Grid = ["RECIPROCATING", "FOCUSED"] if technique.grid else "NONE"
    ds.BodyPartThickness = f"{view.compressed_mm:.1f}"
    ds.CompressionForce = f"{100 + view.compressed_mm * 0.3:.0f}"
    ds.DistanceSourceToDetector = f"{_DISTANCE_MM:g}"
    ds.DistanceSourceToPatient = f"{_DISTANCE_MM / view.magnification:.4f}"
    ds.EstimatedRadiographicMagnificationFactor = f"{view.magnification:.6g}"
    # In the plane of the detector: the grid of the view lies in the plane of the breast.
    spacing = view.spacing_mm * view.magnification
    ds.ImagerPixelSpacing = [f"{spacing:.8g}"] * 2


def _describe_view(ds: Dataset, view: ProjectedView) -> None:
    ds.ImageLaterality, ds.ViewPosition = view.laterality.value, view.view.value
    code = _code(_VIEW_CODES[view.view][0], "SCT", _VIEW_CODES[view.view][1])
    code.ViewModifierCodeSequence = []
    ds.ViewCodeSequence = [code]
    ds.BodyPartExamined = "BREAST"
    ds.AnatomicRegionSequence = [_code("76752008", "SCT", "Breast")]
    ds.OrganExposed, ds.BreastImplantPresent, ds.PartialView = "BREAST", "NO", "NO"
    ds.PositionerPrimaryAngle = "0" if view.view is View.CC else "45"
    ds.AcquisitionContextSequence = []
    ds.QualityControlImage = "NO"


def _pixels(ds: Dataset, pixels: NDArray[np.uint16], bits: int) -> None:
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.PresentationLUTShape = "IDENTITY"
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, bits, bits - 1, 0
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    ds.LossyImageCompression = "00"
    ds.PixelData = pixels.astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"


def _file(ds: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    # Ours, not pydicom's, whose version would change the bytes.
    meta.ImplementationClassUID = uid("implementation")
    meta.ImplementationVersionName = "OPENBAC"
    ds.file_meta = meta
    buffer = io.BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _instance(view: ProjectedView, subject: Subject, kind: str, style: str) -> UID:
    return uid(
        subject.patient_id,
        subject.study_date,
        style,
        kind,
        view.laterality.value,
        view.view.value,
        subject.number,
    )


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _function(windows: tuple[Window, ...]) -> str:
    return str(windows[0].function.value)
