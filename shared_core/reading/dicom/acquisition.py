"""How the exposure was made: attributes of the Mammography Image and X-Ray modules (PS3.3 C.8.11)."""

from __future__ import annotations

from shared_core.mammogram import Acquisition
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.spacing import BREAST_TOMOSYNTHESIS
from shared_core.reading.synthetic_names import synthetic_words

_SUBTRACTED_TYPES = {"RECOMBINED", "SUBTRACTION", "SUBTRACTED"}
_DESCRIPTIONS = (
    "ImageType",
    "SeriesDescription",
    "AcquisitionDeviceProcessingDescription",
    "AcquisitionDeviceProcessingCode",
    "ProtocolName",
    "DerivationDescription",
    "ImageComments",
)
_ALWAYS_LOSSY = {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81"}


def acquisition(attributes: Attributes, transfer_syntax: str, *, synthetic_2d: bool) -> Acquisition:
    """Read what the file says of the exposure; nothing is guessed."""
    return Acquisition(
        manufacturer=attributes.text("Manufacturer") or None,
        model_name=attributes.text("ManufacturerModelName") or None,
        kvp=attributes.number("KVP"),
        anode=attributes.text("AnodeTargetMaterial") or None,
        filter_material="+".join(filter(None, attributes.texts("FilterMaterial"))) or None,
        filter_thickness_mm=_filter_thickness_mm(attributes),
        breast_thickness_mm=attributes.number("BodyPartThickness"),
        compression_force_n=attributes.number("CompressionForce"),
        exposure_uas=_exposure_uas(attributes),
        grid="+".join(filter(None, attributes.texts("Grid"))) or None,
        detector_type=attributes.text("DetectorType") or None,
        pixel_intensity_relationship=attributes.text("PixelIntensityRelationship") or None,
        pixel_intensity_sign=attributes.integer("PixelIntensityRelationshipSign"),
        image_type=attributes.texts("ImageType"),
        synthetic_2d=synthetic_2d,
        contrast_subtracted=bool(_SUBTRACTED_TYPES & {v.upper() for v in attributes.texts("ImageType")}),
        lossy=attributes.text("LossyImageCompression") == "01" or transfer_syntax in _ALWAYS_LOSSY,
        implant_present=_yes(attributes, "BreastImplantPresent"),
        partial_view=_yes(attributes, "PartialView"),
        burned_in_annotation=_yes(attributes, "BurnedInAnnotation"),
        source_image_uids=tuple(
            filter(
                None,
                (item.text("ReferencedSOPInstanceUID") for item in attributes.items("SourceImageSequence")),
            )
        ),
        device_serial=attributes.text("DeviceSerialNumber") or None,
    )


def _filter_thickness_mm(attributes: Attributes) -> float | None:
    ends = [
        value
        for keyword in ("FilterThicknessMinimum", "FilterThicknessMaximum")
        if (value := attributes.number(keyword)) is not None
    ]
    return sum(ends) / len(ends) if ends else None


def _exposure_uas(attributes: Attributes) -> float | None:
    exact = attributes.number("ExposureInuAs")
    rounded = attributes.number("Exposure")
    return exact if exact is not None else rounded * 1000 if rounded is not None else None


def _yes(attributes: Attributes, keyword: str) -> bool | None:
    return {"YES": True, "NO": False}.get(attributes.text(keyword).upper())


def is_tomosynthesis_slice(attributes: Attributes) -> bool:
    """Whether the Image Type of breast tomosynthesis says that a frame is reconstructed and no 2-D view.

    PS3.3 C.8.21.1.1: value 3 is TOMOSYNTHESIS, and value 4 tells a view that was generated from it.
    """
    if attributes.text("SOPClassUID") != BREAST_TOMOSYNTHESIS:
        return False
    kinds = [value.upper() for value in attributes.texts("ImageType")[2:]]
    return "TOMOSYNTHESIS" in kinds and not any(map(synthetic_words, kinds))


def synthetic_evidence(attributes: Attributes) -> str:
    """What says that the image was computed from tomosynthesis, and where; empty where nothing does."""
    for keyword in _DESCRIPTIONS:
        for text in attributes.texts(keyword):
            words = synthetic_words(text)
            if words:
                return f"{words} in {keyword}"
    if attributes.text("SOPClassUID") == BREAST_TOMOSYNTHESIS:  # only single frames come so far
        return "a single frame of tomosynthesis"
    return ""
