"""The spacing that GDCM-based software, such as ITK, takes from a file.

The rule was read off ITK over SOP classes and attributes; tests/reading/test_gdcm_view.py holds it to that.
"""

from __future__ import annotations

from typing import Final

from shared_core.mammogram import PixelSpacing
from shared_core.notices import Notice
from shared_core.notices.of_files import GDCM_SPACING_DIFFERS, GDCM_SPACING_UNFOUNDED
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.spacing import Pair, alike, in_mm, pair_of, pixel_measures

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


_CLASS_OF_MODALITY: Final = {
    **dict.fromkeys(("MG", "CR", "DX", "XA", "RF"), _IMAGER_CLASSES[0]),
    "SEG": _ENHANCED_CLASSES[0],
    "RTIMAGE": "",
}
"""What GDCM takes a data set without any SOP class for; others are Secondary Captures."""


def gdcm_spacing(attributes: Attributes) -> Pair:
    """(row, column) spacing in mm that GDCM-based software takes from this file.

    Imager Pixel Spacing for CR, DX and MG; Pixel Spacing or Nominal Scanned Pixel Spacing for Secondary
    Capture; Pixel Measures for objects with functional groups, breast tomosynthesis among them; 1 mm,
    silently, for everything else. The class is that of the data set, else of the File Meta Information,
    else guessed from the modality. Magnification is never considered.
    """
    sop_class = attributes.text("SOPClassUID") or _CLASS_OF_MODALITY.get(
        attributes.text("Modality"), _SECONDARY_CAPTURE
    )
    outside = attributes.outside_groups()
    found: Pair | None = None
    if sop_class in _IMAGER_CLASSES:
        found = pair_of(outside, "ImagerPixelSpacing")
    elif sop_class == _SECONDARY_CAPTURE:
        found = pair_of(outside, "PixelSpacing") or pair_of(outside, "NominalScannedPixelSpacing")
    elif sop_class in _ENHANCED_CLASSES:
        found = pixel_measures(attributes)
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
