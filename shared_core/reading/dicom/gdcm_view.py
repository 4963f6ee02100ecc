"""The spacing that GDCM-based software, such as ITK, takes from a file.

The rule was read off ITK over SOP classes and attributes; tests/reading/test_gdcm_view.py holds it to that.
"""

from __future__ import annotations

from typing import Final

from shared_core.mammogram import PixelSpacing
from shared_core.notices import Notice
from shared_core.notices.of_files import GDCM_SPACING_DIFFERS, GDCM_SPACING_UNFOUNDED
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.spacing import Pair, alike, in_mm, pair_of

_SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
_IMAGER_CLASSES: Final = (
    "1.2.840.10008.5.1.4.1.1.1",
    "1.2.840.10008.5.1.4.1.1.1.1",
    "1.2.840.10008.5.1.4.1.1.1.1.1",
    "1.2.840.10008.5.1.4.1.1.1.2",
    "1.2.840.10008.5.1.4.1.1.1.2.1",
)
_ENHANCED_CLASSES: Final = (
    "1.2.840.10008.5.1.4.1.1.7.2",
    "1.2.840.10008.5.1.4.1.1.7.3",
    "1.2.840.10008.5.1.4.1.1.13.1.3",
    "1.2.840.10008.5.1.4.1.1.13.1.4",
    "1.2.840.10008.5.1.4.1.1.13.1.5",
)


def gdcm_spacing(attributes: Attributes) -> Pair:
    """(row, column) spacing in mm that GDCM-based software takes from this file.

    Imager Pixel Spacing for CR, DX and MG; Pixel Spacing or Nominal Scanned Pixel Spacing for Secondary
    Capture; Pixel Measures for objects with functional groups, breast tomosynthesis among them; 1 mm,
    silently, for everything else. Magnification is never considered.
    """
    sop_class = attributes.text("SOPClassUID")
    outside = attributes.outside_groups()
    found: Pair | None = None
    if sop_class in _IMAGER_CLASSES:
        found = pair_of(outside, "ImagerPixelSpacing")
    elif sop_class == _SECONDARY_CAPTURE:
        found = pair_of(outside, "PixelSpacing") or pair_of(outside, "NominalScannedPixelSpacing")
    elif sop_class in _ENHANCED_CLASSES:
        found = _measured(attributes)
    row, column = found or (1.0, 1.0)
    return abs(row) or 1.0, abs(column) or 1.0


def gdcm_difference(attributes: Attributes, spacing: PixelSpacing | None) -> Notice | None:
    """A notice where GDCM-based software measures with another spacing, else None."""
    theirs = gdcm_spacing(attributes)
    if spacing is None:
        return GDCM_SPACING_UNFOUNDED.notice(spacing=in_mm(theirs))
    ours = (spacing.row_mm, spacing.column_mm)
    if alike(ours, theirs):
        return None
    return GDCM_SPACING_DIFFERS.notice(theirs=in_mm(theirs), ours=in_mm(ours), source=spacing.source.value)


def _measured(attributes: Attributes) -> Pair | None:
    """Pixel Spacing of the Pixel Measures Sequence, shared or of the first frame (PS3.3 C.7.6.16.2.1)."""
    for keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in attributes.items(keyword)[:1]:
            for measures in group.items("PixelMeasuresSequence")[:1]:
                return pair_of(measures, "PixelSpacing")
    return None
