"""Kinds of notices about image files: spacing, stored values, display, view and side, exams of files."""

from __future__ import annotations

from typing import Final

from shared_core.notices.notice import NoticeKind, Severity
from shared_core.notices.remedy import Remedy

# Spacing

SPACING_UNKNOWN: Final = NoticeKind(
    "spacing-unknown",
    Severity.WARNING,
    "The pixel spacing is unknown, so results are in pixels only.",
    Remedy.GIVE_SPACING,
)
SPACING_NOT_IN_FORMAT: Final = NoticeKind(
    "spacing-not-in-format",
    Severity.WARNING,
    "A {format} file has no reliable pixel spacing, so results are in pixels only.",
    Remedy.GIVE_SPACING,
)
SPACING_IMPLAUSIBLE: Final = NoticeKind(
    "spacing-implausible",
    Severity.WARNING,
    "{attribute} {spacing} is not plausible for a mammogram and is not used.",
)
SPACING_UNCALIBRATED: Final = NoticeKind(
    "spacing-uncalibrated",
    Severity.WARNING,
    "Pixel Spacing {spacing} is not calibrated, so its plane is unknown and it is not used.",
)
SPACING_UNCALIBRATED_DIFFERS: Final = NoticeKind(
    "spacing-uncalibrated-differs",
    Severity.INFO,
    "The uncalibrated Pixel Spacing {spacing} is not used; {source} gives {used}.",
)
MAGNIFICATION_IMPLAUSIBLE: Final = NoticeKind(
    "magnification-implausible",
    Severity.WARNING,
    "The magnification factor {factor} is not plausible and is not used.",
)
DISTANCES_IMPLAUSIBLE: Final = NoticeKind(
    "distances-implausible",
    Severity.WARNING,
    "The distances SOD {to_patient} mm and SID {to_detector} mm are not plausible and are not used.",
)
GDCM_SPACING_UNFOUNDED: Final = NoticeKind(
    "gdcm-spacing-unfounded",
    Severity.WARNING,
    "3D Slicer (GDCM) shows this file with {spacing} a pixel; do not measure distances there.",
)
GDCM_SPACING_DIFFERS: Final = NoticeKind(
    "gdcm-spacing-differs",
    Severity.INFO,
    "3D Slicer (GDCM) takes {theirs} a pixel; here it is {ours} ({source}).",
)

# Spacing of an image that a viewer has loaded

SHOWN_SPACING_UNKNOWN: Final = NoticeKind(
    "shown-spacing-unknown",
    Severity.WARNING,
    "{name} is shown with 1 mm a pixel, which stands for unknown, so results are in pixels only.",
    Remedy.GIVE_SPACING,
)
SHOWN_SPACING_TURNED: Final = NoticeKind(
    "shown-spacing-turned",
    Severity.INFO,
    "{name} is shown with {shown} a pixel, with rows and columns exchanged; the spacing of its file, "
    "{known}, is used.",
)
SHOWN_SPACING_DIFFERS: Final = NoticeKind(
    "shown-spacing-differs",
    Severity.INFO,
    "{name} is shown with {shown} a pixel; the spacing of its file, {known}, is used.",
)
SHOWN_SPACING_OF_PRINT: Final = NoticeKind(
    "shown-spacing-of-print",
    Severity.WARNING,
    "{name} is shown with {shown} a pixel, the print resolution of its file, which is not used.",
    Remedy.GIVE_SPACING,
)
SHOWN_SPACING_IMPLAUSIBLE: Final = NoticeKind(
    "shown-spacing-implausible",
    Severity.WARNING,
    "{name} is shown with {shown} a pixel, which is not plausible for a mammogram and is not used.",
    Remedy.GIVE_SPACING,
)
SPACING_SET_BY_HAND: Final = NoticeKind(
    "spacing-set-by-hand",
    Severity.INFO,
    "The spacing of {name} was set by hand to {shown} a pixel.",
)
SPACING_CHANGED_BY_HAND: Final = NoticeKind(
    "spacing-changed-by-hand",
    Severity.WARNING,
    "The spacing of {name} was set by hand to {shown} a pixel; its file says {known}.",
)
MEASURED_ON_LOADED_IMAGE: Final = NoticeKind(
    "measured-on-loaded-image",
    Severity.WARNING,
    "The numbers are of the loaded image, not of its file: {reason}",
)

# Stored and modality values

BYTES_AFTER_PIXELS: Final = NoticeKind(
    "bytes-after-pixels", Severity.INFO, "The {count} bytes after the last pixel are ignored."
)
HIGH_BIT_SHIFTED: Final = NoticeKind(
    "high-bit-shifted",
    Severity.INFO,
    "HighBit is {high_bit}: the values are shifted by {shift} bits, which GDCM does not do.",
)
BITS_ABOVE_REMOVED: Final = NoticeKind(
    "bits-above-removed",
    Severity.INFO,
    "Bits above the {bits} stored ones are removed; old files keep overlays there.",
)
MODALITY_LUT_APPLIED: Final = NoticeKind(
    "modality-lut-applied",
    Severity.INFO,
    "The Modality LUT is applied; 3D Slicer (GDCM) ignores it and shows other pixel values.",
)
RESCALE_SLOPE_ZERO: Final = NoticeKind(
    "rescale-slope-zero",
    Severity.WARNING,
    "The Rescale Slope is 0, which would erase the image, so the values are not rescaled.",
)
LUT_INCOMPLETE: Final = NoticeKind(
    "lut-incomplete", Severity.WARNING, "The {table} is incomplete and is not applied."
)
LUT_TOO_SHORT: Final = NoticeKind(
    "lut-too-short",
    Severity.WARNING,
    "The {table} should have {expected} entries but has {found}; it is not applied.",
)
LUT_BITS_WRONG: Final = NoticeKind(
    "lut-bits-wrong",
    Severity.INFO,
    "The {table} says {bits} bits but its entries need {needed}; {needed} are used.",
)

# Display

INVERSION_CONTRADICTED: Final = NoticeKind(
    "inversion-contradicted",
    Severity.WARNING,
    "MONOCHROME1 and Presentation LUT Shape IDENTITY contradict each other; the image is inverted.",
)
INVERTED_BY_SHAPE: Final = NoticeKind(
    "inverted-by-lut-shape",
    Severity.INFO,
    "MONOCHROME2 with Presentation LUT Shape INVERSE is inverted here, but not by 3D Slicer (GDCM).",
)
NO_WINDOW: Final = NoticeKind(
    "no-window",
    Severity.INFO,
    "The file has no window and no VOI LUT; it is shown over the {range}.",
)
WINDOW_INCOMPLETE: Final = NoticeKind(
    "window-incomplete",
    Severity.WARNING,
    "The window is incomplete or not a number; the full range is shown.",
)
WINDOW_WIDTH_UNUSABLE: Final = NoticeKind(
    "window-width-unusable",
    Severity.WARNING,
    "The window width {width} cannot be used; the full range is shown.",
)
VOI_FUNCTION_UNKNOWN: Final = NoticeKind(
    "voi-function-unknown",
    Severity.WARNING,
    "The VOI LUT Function {name} does not exist; LINEAR is used.",
)

# Kind of image, view and side

SYNTHETIC_2D: Final = NoticeKind(
    "synthetic-2d",
    Severity.WARNING,
    "This is a synthetic 2-D image computed from tomosynthesis; calcium looks different on it.",
)
SINGLE_TOMOSYNTHESIS_FRAME: Final = NoticeKind(
    "single-tomosynthesis-frame",
    Severity.WARNING,
    "A single frame is stored as tomosynthesis; it is taken as a synthetic 2-D view.",
)
NOT_STORED_AS_MAMMOGRAPHY: Final = NoticeKind(
    "not-stored-as-mammography",
    Severity.WARNING,
    "The image is not stored as a mammography object ({kind}); it is taken as a mammogram because of "
    "{evidence}.",
)
VIEW_NOT_IN_FILE: Final = NoticeKind(
    "view-not-in-file", Severity.WARNING, "The file does not say its {what}."
)
VIEW_CONTRADICTED: Final = NoticeKind(
    "view-contradicted",
    Severity.WARNING,
    "The {what} is contradictory: {source} says {value}, but {other} says {other_value}.",
)

# Exams of files

EXAM_MIXES_SYNTHETIC: Final = NoticeKind(
    "exam-mixes-synthetic",
    Severity.WARNING,
    "The exam has both synthetic 2-D views and full-field views; compare each only with its own kind.",
)
EXAM_VIEW_UNKNOWN: Final = NoticeKind(
    "exam-view-unknown", Severity.WARNING, "The view or side of {names} is not known."
)
EXAM_VIEW_REPEATED: Final = NoticeKind(
    "exam-view-repeated", Severity.INFO, "{view} is present {count} times: {names}."
)
EXAM_SHOWS_BOTH_BREASTS: Final = NoticeKind(
    "exam-shows-both-breasts",
    Severity.WARNING,
    "An image shows both breasts; it is not counted for either side.",
)
