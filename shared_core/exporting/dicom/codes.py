"""Every coded concept of our objects, in one place, with where the standard has it (PS3.16, 2024).

Concepts that no scheme has are in the private scheme `PRIVATE_SCHEME`, written down in docs/dicom.md.
"""

from __future__ import annotations

from typing import Final

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from shared_core.mammogram import Laterality, View, ViewModifier

# What is segmented (PS3.3 C.8.20.2, CIDs 7150 and 7151)

MORPHOLOGICALLY_ABNORMAL: Final = Code("49755003", "SCT", "Morphologically Abnormal Structure")
"""CID 7150 Segmentation Property Category."""
PATHOLOGIC_CALCIFICATION: Final = Code("18115005", "SCT", "Pathologic calcification, calcified structure")
"""Segmented property type."""
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

# How one object came from another

SOURCE_IMAGE: Final = Code("121322", "DCM", "Source image for image processing operation")
"""CID 7202 Source Image Purpose of Reference."""
SEGMENTATION_DERIVATION: Final = Code("113076", "DCM", "Segmentation")
"""CID 7203 Image Derivation."""

# Our own

PRIVATE_SCHEME: Final = "99OPENBAC"


def item(code: Code) -> Dataset:
    """The code as the item of a code sequence (PS3.3 8.8)."""
    dataset = Dataset()
    dataset.CodeValue = code.value
    dataset.CodingSchemeDesignator = code.scheme_designator
    if code.scheme_version:
        dataset.CodingSchemeVersion = code.scheme_version
    dataset.CodeMeaning = code.meaning
    return dataset


def private_scheme_item() -> Dataset:
    """Who is behind `PRIVATE_SCHEME`: the item of Coding Scheme Identification Sequence (0008,0110).

    For objects that hold a private code; PS3.3 C.12.1.1.
    """
    dataset = Dataset()
    dataset.CodingSchemeDesignator = PRIVATE_SCHEME
    dataset.CodingSchemeName = "OpenBAC concepts, written down in docs/dicom.md of OpenBAC"
    dataset.CodingSchemeResponsibleOrganization = "OpenBAC developers"
    return dataset
