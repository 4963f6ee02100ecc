"""Every coded concept of our objects, in one place, with where the standard has it (PS3.16, 2024).

Concepts that no scheme has are in the private scheme `PRIVATE_SCHEME`, written down in docs/dicom.md.
"""

from __future__ import annotations

from typing import Final

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from shared_core.dicom_objects.data_sets import dataset_of
from shared_core.mammogram import Laterality, View, ViewModifier
from shared_core.quantities.codes import PRIVATE_SCHEME

# What is segmented (PS3.3 C.8.20.2, CIDs 7150 and 7151)

MORPHOLOGICALLY_ABNORMAL: Final = Code("49755003", "SCT", "Morphologically Abnormal Structure")
"""CID 7150 Segmentation Property Category."""
PATHOLOGIC_CALCIFICATION: Final = Code("18115005", "SCT", "Pathologic calcification, calcified structure")
"""Segmented property type."""
BREAST_CALCIFICATION: Final = Code("309587003", "SCT", "Calcification of breast")
"""CID 6054; of what is not along an artery."""
ARTIFICIAL_INTELLIGENCE: Final = Code("123110", "DCM", "Artificial Intelligence")
"""CID 7162 Surface Processing Algorithm Family."""

# Where it is

BREAST: Final = Code("76752008", "SCT", "Breast")
ARTERY: Final = Code("51114001", "SCT", "Artery")
LATERALITIES: Final = {
    Laterality.LEFT: Code("7771000", "SCT", "Left"),
    Laterality.RIGHT: Code("24028007", "SCT", "Right"),
    Laterality.BOTH: Code("51440002", "SCT", "Right and left"),
}
"""CID 244 Laterality."""
BREASTS: Final = {
    Laterality.LEFT: Code("80248007", "SCT", "Left breast"),
    Laterality.RIGHT: Code("73056007", "SCT", "Right breast"),
    Laterality.BOTH: Code("63762007", "SCT", "Both breasts"),
}
"""CID 6022 Side."""

# How it was seen

VIEWS: Final = {
    View.CC: Code("399162004", "SCT", "cranio-caudal"),
    View.MLO: Code("399368009", "SCT", "medio-lateral oblique"),
    View.ML: Code("399260004", "SCT", "medio-lateral"),
    View.LM: Code("399352003", "SCT", "latero-medial"),
    View.LMO: Code("399099002", "SCT", "latero-medial oblique"),
    View.XCC: Code("399265009", "SCT", "exaggerated cranio-caudal"),
    View.XCCL: Code("399192008", "SCT", "cranio-caudal exaggerated laterally"),
    View.XCCM: Code("399101009", "SCT", "cranio-caudal exaggerated medially"),
    View.FB: Code("399196006", "SCT", "caudo-cranial (from below)"),
    View.SIO: Code("399188001", "SCT", "superolateral to inferomedial oblique"),
    View.ISO: Code("441555000", "SCT", "inferomedial to superolateral oblique"),
    View.SPECIMEN: Code("127457009", "SCT", "Tissue specimen from breast"),
}
"""CID 4014 View for Mammography."""
VIEW_MODIFIERS: Final = {
    ViewModifier.MAGNIFICATION: Code("399163009", "SCT", "Magnification"),
    ViewModifier.SPOT_COMPRESSION: Code("399055006", "SCT", "Spot Compression"),
    ViewModifier.TANGENTIAL: Code("399110001", "SCT", "Tangential"),
    ViewModifier.CLEAVAGE: Code("399161006", "SCT", "Cleavage"),
    ViewModifier.IMPLANT_DISPLACED: Code("399209000", "SCT", "Implant Displaced"),
    ViewModifier.AXILLARY_TAIL: Code("399011000", "SCT", "Axillary Tail"),
    ViewModifier.AXILLARY_TISSUE: Code("442580003", "SCT", "Axillary Tissue"),
    ViewModifier.NIPPLE_IN_PROFILE: Code("442581004", "SCT", "Nipple in profile"),
    ViewModifier.INFRAMAMMARY_FOLD: Code("442593008", "SCT", "Infra-mammary fold"),
}
"""CID 4015 View Modifier for Mammography; ``rolled`` is four codes, for directions we do not know."""

# Reports: what both have

LANGUAGE: Final = Code("121049", "DCM", "Language of Content Item and Descendants")
ENGLISH: Final = Code("en", "RFC5646", "English")
"""CID 5000."""
ALGORITHM_NAME: Final = Code("111001", "DCM", "Algorithm Name")
ALGORITHM_VERSION: Final = Code("111003", "DCM", "Algorithm Version")
ALGORITHM_PARAMETERS: Final = Code("111002", "DCM", "Algorithm Parameters")
"""TID 4019."""
TRACKING_IDENTIFIER: Final = Code("112039", "DCM", "Tracking Identifier")
TRACKING_UID: Final = Code("112040", "DCM", "Tracking Unique Identifier")
"""TID 4108, TID 1411."""
LATERALITY: Final = Code("272741003", "SCT", "Laterality")
DERIVATION: Final = Code("121401", "DCM", "Derivation")
VASCULAR_CALCIFICATION: Final = Code("129759000", "SCT", "Vascular calcification")
"""CID 6010 Mammography Calcification Type."""

# Reports: Mammography CAD (TID 4000 and those it takes in)

MAMMOGRAPHY_CAD_REPORT: Final = Code("111036", "DCM", "Mammography CAD Report")
IMAGE_LIBRARY: Final = Code("111028", "DCM", "Image Library")
IMAGE_LATERALITY: Final = Code("111027", "DCM", "Image Laterality")
IMAGE_VIEW: Final = Code("111031", "DCM", "Image View")
IMAGE_VIEW_MODIFIER: Final = Code("111032", "DCM", "Image View Modifier")
PATIENT_ORIENTATION_ROW: Final = Code("111044", "DCM", "Patient Orientation Row")
PATIENT_ORIENTATION_COLUMN: Final = Code("111043", "DCM", "Patient Orientation Column")
STUDY_DATE: Final = Code("111060", "DCM", "Study Date")
"""TID 4020."""
CAD_SUMMARY: Final = Code("111017", "DCM", "CAD Processing and Findings Summary")
ALL_SUCCEEDED_WITHOUT_FINDINGS: Final = Code("111241", "DCM", "All algorithms succeeded; without findings")
ALL_SUCCEEDED_WITH_FINDINGS: Final = Code("111242", "DCM", "All algorithms succeeded; with findings")
SOME_SUCCEEDED_WITHOUT_FINDINGS: Final = Code(
    "111243", "DCM", "Not all algorithms succeeded; without findings"
)
SOME_SUCCEEDED_WITH_FINDINGS: Final = Code("111244", "DCM", "Not all algorithms succeeded; with findings")
"""CID 6047."""
IMPRESSION_DESCRIPTION: Final = Code("111033", "DCM", "Impression Description")
INDIVIDUAL_IMPRESSION: Final = Code("111034", "DCM", "Individual Impression/Recommendation")
RENDERING_INTENT: Final = Code("111056", "DCM", "Rendering Intent")
PRESENTATION_OPTIONAL: Final = Code("111151", "DCM", "Presentation Optional: Rendering device may present")
"""CID 6034."""
SINGLE_IMAGE_FINDING: Final = Code("111059", "DCM", "Single Image Finding")
CALCIFICATION_CLUSTER: Final = Code("129769006", "SCT", "Calcification Cluster")
INDIVIDUAL_CALCIFICATION: Final = Code("129770007", "SCT", "Individual Calcification")
"""CID 6014."""
CALCIFICATION_TYPE: Final = Code("111009", "DCM", "Calcification Type")
CALCIFICATION_DISTRIBUTION: Final = Code("111008", "DCM", "Calcification Distribution")
LINEAR_DISTRIBUTION: Final = Code("129765000", "SCT", "Linear calcification distribution")
"""CID 6012."""
CENTER: Final = Code("111010", "DCM", "Center")
OUTLINE: Final = Code("111041", "DCM", "Outline")
CALCULATION_DESCRIPTION: Final = Code("112034", "DCM", "Calculation Description")
SUMMARY_OF_DETECTIONS: Final = Code("111064", "DCM", "Summary of Detections")
SUCCESSFUL_DETECTIONS: Final = Code("111063", "DCM", "Successful Detections")
DETECTION_PERFORMED: Final = Code("111022", "DCM", "Detection Performed")
SUMMARY_OF_ANALYSES: Final = Code("111065", "DCM", "Summary of Analyses")
SUCCEEDED: Final = Code("111222", "DCM", "Succeeded")
NOT_ATTEMPTED: Final = Code("111225", "DCM", "Not Attempted")
"""CID 6042."""

# Reports: measurements (TID 1500 and those it takes in)

IMAGING_MEASUREMENT_REPORT: Final = Code("126000", "DCM", "Imaging Measurement Report")
"""CID 7021."""
OBSERVER_TYPE: Final = Code("121005", "DCM", "Observer Type")
DEVICE: Final = Code("121007", "DCM", "Device")
DEVICE_OBSERVER_UID: Final = Code("121012", "DCM", "Device Observer UID")
DEVICE_OBSERVER_NAME: Final = Code("121013", "DCM", "Device Observer Name")
DEVICE_OBSERVER_MANUFACTURER: Final = Code("121014", "DCM", "Device Observer Manufacturer")
DEVICE_OBSERVER_MODEL: Final = Code("121015", "DCM", "Device Observer Model Name")
"""TID 1002, TID 1004."""
PROCEDURE_REPORTED: Final = Code("121058", "DCM", "Procedure reported")
IMAGING_PROCEDURE: Final = Code("363679005", "SCT", "Imaging procedure")
"""CID 100, which has none for mammography."""
IMAGING_MEASUREMENTS: Final = Code("126010", "DCM", "Imaging Measurements")
MEASUREMENT_GROUP: Final = Code("125007", "DCM", "Measurement Group")
FINDING: Final = Code("121071", "DCM", "Finding")
FINDING_SITE: Final = Code("363698007", "SCT", "Finding Site")
REFERENCED_SEGMENTATION_FRAME: Final = Code("121214", "DCM", "Referenced Segmentation Frame")
SEGMENTATION_SOURCE: Final = Code("121233", "DCM", "Source image for segmentation")
"""TID 1410."""
QUALITATIVE_EVALUATIONS: Final = Code("C0034375", "UMLS", "Qualitative Evaluations")
IMPRESSION: Final = Code("121073", "DCM", "Impression")
COMMENT: Final = Code("121106", "DCM", "Comment")


def item(code: Code) -> Dataset:
    """The code as the item of a code sequence (PS3.3 8.8)."""
    dataset = dataset_of(
        CodeValue=code.value, CodingSchemeDesignator=code.scheme_designator, CodeMeaning=code.meaning
    )
    if code.scheme_version:
        dataset.CodingSchemeVersion = code.scheme_version
    return dataset


def private_scheme_item() -> Dataset:
    """Who is behind `PRIVATE_SCHEME`: the item of Coding Scheme Identification Sequence (0008,0110).

    For objects that hold a private code; PS3.3 C.12.1.1.
    """
    return dataset_of(
        CodingSchemeDesignator=PRIVATE_SCHEME,
        CodingSchemeName="OpenBAC concepts, written down in docs/dicom.md of OpenBAC",
        CodingSchemeResponsibleOrganization="OpenBAC developers",
    )
