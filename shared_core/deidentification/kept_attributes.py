"""Which attributes of an image stay without identifiers, and what they may say: all others go.

A list of what is needed, not of what is known to name someone: whatever a writer put elsewhere is gone
unseen. No attribute of free text is among them.
"""

from __future__ import annotations

from typing import Final

REFERENCED_CLASSES: Final = frozenset({"SOPClassUID", "ReferencedSOPClassUID"})
"""UIDs of the standard; kept where the standard has them, whatever they begin with."""
OWN_UIDS: Final = frozenset(
    {
        *("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"),
        *("ReferencedSOPInstanceUID", "IrradiationEventUID"),
    }
)
"""Replaced by the key, so that what belongs together still does."""
MOVED_DATES: Final = frozenset(
    {
        *("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate"),
        "AcquisitionDateTime",
    }
)
KEPT_TIMES: Final = frozenset(
    {"StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime", "InstanceCreationTime"}
)
"""Of the day alone: a repeat is told from the first image by it."""
LEFT_EMPTY: Final = frozenset(
    {
        *("AccessionNumber", "ReferringPhysicianName", "PatientBirthDate", "PatientSex", "StudyID"),
        *("AcquisitionContextSequence", "Laterality", "PatientOrientation", "InstanceNumber", "Manufacturer"),
        *("StudyDate", "StudyTime", "ContentDate", "ContentTime"),
    }
)
"""Must be there in an image, and may be empty (type 2)."""

_YES_NO: Final = frozenset({"YES", "NO"})
_MATERIALS: Final = frozenset(
    {
        *("MOLYBDENUM", "RHODIUM", "SILVER", "ALUMINUM", "ALUMINIUM", "TUNGSTEN", "COPPER", "NIOBIUM"),
        *("EUROPIUM", "LEAD", "TIN", "TITANIUM", "BERYLLIUM", "MIXED", "MO", "RH", "AG", "AL", "W", "CU"),
    }
)
_SIDES: Final = frozenset({"L", "R", "B", "U"})
TERMS: Final[dict[str, frozenset[str]]] = {
    "Modality": frozenset({"MG", "CR", "DX", "OT", "RG", "SC"}),
    "PresentationIntentType": frozenset({"FOR PRESENTATION", "FOR PROCESSING"}),
    "ConversionType": frozenset({"DV", "DI", "DF", "WSD", "SD", "SI", "DRW", "SYN"}),
    "ImageType": frozenset(
        {
            *("ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY", "GENERATED_2D", "TOMO_2D", "SYNTHETIC_2D"),
            *("POST_PROCESSED", "POST_CONTRAST", "PRE_CONTRAST", "SUBTRACTION", "TOMOSYNTHESIS", "TOMO"),
            *("NONE", "VOLUME", "MAXIMUM", "MEAN", "WEIGHTED", "TOMO_PROJ", "COMBINED", "LOW_ENERGY"),
        }
    ),
    "BodyPartExamined": frozenset({"BREAST"}),
    "OrganExposed": frozenset({"BREAST"}),
    "ImageLaterality": _SIDES,
    "FrameLaterality": _SIDES,
    "Laterality": _SIDES,
    "ViewPosition": frozenset(
        {
            *("CC", "MLO", "ML", "LM", "LMO", "XCCL", "XCCM", "XCC", "FB", "SIO", "ISO", "AT", "CV", "RL"),
            *("RM", "RI", "RS", "LL", "LLD", "LLO", "PA", "AP", "RLD", "RLO"),
        }
    ),
    "PhotometricInterpretation": frozenset({"MONOCHROME1", "MONOCHROME2"}),
    "PresentationLUTShape": frozenset({"IDENTITY", "INVERSE"}),
    "VOILUTFunction": frozenset({"LINEAR", "LINEAR_EXACT", "SIGMOID"}),
    "RescaleType": frozenset({"US", "OD", "HU", "NORMALIZED", "MGML", "UNSPECIFIED"}),
    "ModalityLUTType": frozenset({"US", "OD", "HU", "NORMALIZED", "MGML", "UNSPECIFIED"}),
    "PixelIntensityRelationship": frozenset({"LIN", "LOG", "DISP", "OTHER", "SQRT"}),
    "PixelSpacingCalibrationType": frozenset({"GEOMETRY", "FIDUCIAL"}),
    "LossyImageCompression": frozenset({"00", "01"}),
    "LossyImageCompressionMethod": frozenset(
        {
            *("ISO_10918_1", "ISO_14495_1", "ISO_15444_1", "ISO_15444_2", "ISO_15444_15", "ISO_18181_1"),
            "ISO_13818_2",
        }
    ),
    "BurnedInAnnotation": _YES_NO,
    "BreastImplantPresent": _YES_NO,
    "PartialView": _YES_NO,
    "QualityControlImage": _YES_NO | {"BOTH"},
    "AnodeTargetMaterial": _MATERIALS,
    "FilterMaterial": _MATERIALS,
    "FilterType": frozenset({"NONE", "FLAT", "STRIP", "WEDGE", "BUTTERFLY", "MULTIPLE"}),
    "Grid": frozenset(
        {"NONE", "FIXED", "FOCUSED", "RECIPROCATING", "PARALLEL", "CROSSED", "CIRCULAR", "IN", "HTC_IN"}
    ),
    "DetectorType": frozenset({"DIRECT", "SCINTILLATOR", "STORAGE", "FILM"}),
    "DetectorConfiguration": frozenset({"AREA", "SLOT"}),
    "DetectorActiveShape": frozenset({"RECTANGLE", "ROUND", "HEXAGONAL"}),
    "FieldOfViewShape": frozenset({"RECTANGLE", "ROUND", "HEXAGONAL"}),
    "FieldOfViewHorizontalFlip": _YES_NO,
    "PositionerType": frozenset({"MAMMOGRAPHIC", "NONE", "CARM", "COLUMN"}),
    "ExposureControlMode": frozenset({"MANUAL", "AUTOMATIC"}),
    "ExposureStatus": frozenset({"NORMAL", "ABORTED"}),
}
"""Coded strings, and the terms that each may have."""

_ANY: Final = (-1e9, 1e9)
_PIXEL: Final = (0, 65535)
_LENGTH_MM: Final = (0, 5000)
NUMBERS: Final[dict[str, tuple[float, float]]] = {
    "SamplesPerPixel": (1, 1),
    "NumberOfFrames": (1, 1),
    "Rows": (1, 65535),
    "Columns": (1, 65535),
    "PixelRepresentation": (0, 1),
    "PixelPaddingValue": (-32768, 65535),
    "PixelPaddingRangeLimit": (-32768, 65535),
    "PixelAspectRatio": (1, 1000),
    "PixelSpacing": (0, 5),
    "ImagerPixelSpacing": (0, 5),
    "NominalScannedPixelSpacing": (0, 5),
    "DetectorElementPhysicalSize": (0, 5),
    "DetectorElementSpacing": (0, 5),
    "DetectorActiveDimensions": _LENGTH_MM,
    "DetectorBinning": (0, 16),
    "DetectorTemperature": (-50, 100),
    "FieldOfViewDimensions": _LENGTH_MM,
    "FieldOfViewOrigin": _PIXEL,
    "FieldOfViewRotation": (0, 360),
    "EstimatedRadiographicMagnificationFactor": (0, 10),
    "DistanceSourceToDetector": _LENGTH_MM,
    "DistanceSourceToPatient": _LENGTH_MM,
    "DistanceSourceToEntrance": _LENGTH_MM,
    "PositionerPrimaryAngle": (-360, 360),
    "PositionerSecondaryAngle": (-360, 360),
    "WindowCenter": _ANY,
    "WindowWidth": _ANY,
    "RescaleSlope": _ANY,
    "RescaleIntercept": _ANY,
    "PixelIntensityRelationshipSign": (-1, 1),
    "LossyImageCompressionRatio": (0, 10000),
    "KVP": (0, 150),
    "Exposure": (0, 2000),
    "ExposureInuAs": (0, 2_000_000),
    "ExposureTime": (0, 60_000),
    "ExposureTimeInuS": (0, 60_000_000),
    "XRayTubeCurrent": (0, 200_000_000),
    "XRayTubeCurrentInuA": (0, 1_000_000),
    "RelativeXRayExposure": (0, 65535),
    "Sensitivity": (0, 10000),
    "FilterThicknessMinimum": (0, 50),
    "FilterThicknessMaximum": (0, 50),
    "FocalSpots": (0, 10),
    "BodyPartThickness": (0, 500),
    "CompressionForce": (0, 1000),
    "EntranceDose": (0, 10000),
    "EntranceDoseInmGy": (0, 1000),
    "OrganDose": (0, 100),
    "HalfValueLayer": (0, 50),
    "SeriesNumber": (0, 99_999),
    "InstanceNumber": (0, 9999),
    "AcquisitionNumber": (0, 9999),
}
"""Numbers, and between which ends each may lie."""

TABLES: Final = frozenset({"ModalityLUTSequence", "VOILUTSequence"})
"""Items with a look-up table, which is written anew."""
NESTED: Final = frozenset(
    {
        *("SourceImageSequence", "ReferencedImageSequence", "SharedFunctionalGroupsSequence"),
        *("PerFrameFunctionalGroupsSequence", "PixelMeasuresSequence", "FrameVOILUTSequence"),
        *("PixelValueTransformationSequence", "FrameAnatomySequence"),
    }
)
"""Sequences of which the items are cleaned as the image is."""
_MAKER_WORDS: Final = (
    "2000D 3DIMENSIONS AFFIRM AG AGFA AMULET ASPIRE BENNETT BRESTIGE BV CARESTREAM CLARITY CLASS CO "
    "CONTROL CORP CORPORATION CR CRISTALLE DEVELOPERS DIMENSIONS DM DR DS ELEGANCE ESSENTIAL EXCEL FDR "
    "FUJI FUJI-LIKE FUJIFILM FUSION GE GE-LIKE GENERAL GIOTTO GMBH GMM HEALTH HEALTHCARE HEALTHINEERS "
    "HEALTHLINE HELIANTHUS HOLOGIC HOLOGIC-LIKE HTH IMAGE IMS INC INNOVALITY INSPIRATION INSTRUMENTARIUM "
    "INTERNATIONAL KODAK KONICA LOOK LORAD LTD MAMMODIAGNOST MAMMOMAT MARKETING MEDICAL METALTRONICA "
    "MICRODOSE MINOLTA NEEDLE NOVATION NUANCE OPDIMA OPENBAC OY PERFORMA PERISTEO PHILIPS PLANMED PLUS "
    "PRISTINA RAFFAELLO REVELATION S SECTRA SELENIA SELENIUM SENOCLAIRE SENOGRAPHE SIEMENS SIMULATED "
    "SIMULATOR SOPHIE SPA SYSTEMS TOMO TOSHIBA VERSION X-RAY XEROX "
)
MAKERS: Final = frozenset(_MAKER_WORDS.split())
"""Words of makers and models; others are left out of Manufacturer and Manufacturer's Model Name."""
