"""Kinds of notices about image files: spacing, stored values, display, view and side, exams of files."""

from __future__ import annotations

from typing import Final

from shared_core.notices.notice import info, warning
from shared_core.notices.remedy import Remedy

# Spacing

SPACING_UNKNOWN: Final = warning(
    "spacing-unknown", "The pixel spacing is unknown, so results are in pixels only.", Remedy.GIVE_SPACING
)
SPACING_NOT_IN_FORMAT: Final = warning(
    "spacing-not-in-format",
    "A {format} file has no reliable pixel spacing, so results are in pixels only.",
    Remedy.GIVE_SPACING,
)
SPACING_IMPLAUSIBLE: Final = warning(
    "spacing-implausible", "{attribute} {spacing} is not plausible for a mammogram and is not used."
)
SPACING_UNCALIBRATED: Final = warning(
    "spacing-uncalibrated",
    "Pixel Spacing {spacing} is not calibrated, so its plane is unknown and it is not used.",
)
SPACING_UNCALIBRATED_DIFFERS: Final = info(
    "spacing-uncalibrated-differs",
    "The uncalibrated Pixel Spacing {spacing} is not used; {source} gives {used}.",
)
MAGNIFICATION_IMPLAUSIBLE: Final = warning(
    "magnification-implausible", "The magnification factor {factor} is not plausible and is not used."
)
DISTANCES_IMPLAUSIBLE: Final = warning(
    "distances-implausible",
    "The distances SOD {to_patient} mm and SID {to_detector} mm are not plausible and are not used.",
)
GDCM_SPACING_UNFOUNDED: Final = warning(
    "gdcm-spacing-unfounded",
    "3D Slicer (GDCM) shows this file with {spacing} a pixel; do not measure distances there.",
)
GDCM_SPACING_DIFFERS: Final = info(
    "gdcm-spacing-differs", "3D Slicer (GDCM) takes {theirs} a pixel; here it is {ours} ({source})."
)

# Spacing of an image that a viewer has loaded

SHOWN_SPACING_UNKNOWN: Final = warning(
    "shown-spacing-unknown",
    "{name} is shown with 1 mm a pixel, which stands for unknown, so results are in pixels only.",
    Remedy.GIVE_SPACING,
)
SHOWN_SPACING_TURNED: Final = info(
    "shown-spacing-turned",
    "{name} is shown with {shown} a pixel, with rows and columns exchanged; the spacing of its file, "
    "{known}, is used.",
)
SHOWN_SPACING_DIFFERS: Final = info(
    "shown-spacing-differs",
    "{name} is shown with {shown} a pixel; the spacing of its file, {known}, is used.",
)
SHOWN_SPACING_OF_PRINT: Final = warning(
    "shown-spacing-of-print",
    "{name} is shown with {shown} a pixel, the print resolution of its file, which is not used.",
    Remedy.GIVE_SPACING,
)
SHOWN_SPACING_IMPLAUSIBLE: Final = warning(
    "shown-spacing-implausible",
    "{name} is shown with {shown} a pixel, which is not plausible for a mammogram and is not used.",
    Remedy.GIVE_SPACING,
)
SPACING_SET_BY_HAND: Final = info(
    "spacing-set-by-hand", "The spacing of {name} was set by hand to {shown} a pixel."
)
SPACING_CHANGED_BY_HAND: Final = warning(
    "spacing-changed-by-hand",
    "The spacing of {name} was set by hand to {shown} a pixel; its file says {known}.",
)
MEASURED_ON_LOADED_IMAGE: Final = warning(
    "measured-on-loaded-image", "The numbers are of the loaded image, not of its file: {reason}"
)

# Stored and modality values

BYTES_AFTER_PIXELS: Final = info("bytes-after-pixels", "The {count} bytes after the last pixel are ignored.")
HIGH_BIT_SHIFTED: Final = info(
    "high-bit-shifted",
    "HighBit is {high_bit}: the values are shifted by {shift} bits, which GDCM does not do.",
)
BITS_ABOVE_REMOVED: Final = info(
    "bits-above-removed", "Bits above the {bits} stored ones are removed; old files keep overlays there."
)
MODALITY_LUT_APPLIED: Final = info(
    "modality-lut-applied",
    "The Modality LUT is applied; 3D Slicer (GDCM) ignores it and shows other pixel values.",
)
RESCALE_SLOPE_ZERO: Final = warning(
    "rescale-slope-zero",
    "The Rescale Slope is 0, which would erase the image, so the values are not rescaled.",
)
LUT_INCOMPLETE: Final = warning("lut-incomplete", "The {table} is incomplete and is not applied.")
LUT_TOO_SHORT: Final = warning(
    "lut-too-short", "The {table} should have {expected} entries but has {found}; it is not applied."
)
LUT_BITS_WRONG: Final = info(
    "lut-bits-wrong", "The {table} says {bits} bits but its entries need {needed}; {needed} are used."
)

TURNED_UPRIGHT: Final = info(
    "turned-upright",
    "The pixels lie {how} in the file (orientation {value}) and are turned upright, as viewers show them.",
)

# Display

INVERSION_CONTRADICTED: Final = warning(
    "inversion-contradicted",
    "MONOCHROME1 and Presentation LUT Shape IDENTITY contradict each other; the image is inverted.",
)
INVERTED_BY_SHAPE: Final = info(
    "inverted-by-lut-shape",
    "MONOCHROME2 with Presentation LUT Shape INVERSE is inverted here, but not by 3D Slicer (GDCM).",
)
NO_WINDOW: Final = info("no-window", "The file has no window and no VOI LUT; it is shown over the {range}.")
WINDOW_INCOMPLETE: Final = warning(
    "window-incomplete", "The window is incomplete or not a number; the full range is shown."
)
WINDOW_WIDTH_UNUSABLE: Final = warning(
    "window-width-unusable", "The window width {width} cannot be used; the full range is shown."
)
VOI_FUNCTION_UNKNOWN: Final = warning(
    "voi-function-unknown", "The VOI LUT Function {name} does not exist; LINEAR is used."
)

# Kind of image, view and side

SYNTHETIC_2D: Final = warning(
    "synthetic-2d",
    "This is a synthetic 2-D image computed from tomosynthesis; calcium looks different on it.",
)
SINGLE_TOMOSYNTHESIS_FRAME: Final = warning(
    "single-tomosynthesis-frame",
    "A single frame is stored as tomosynthesis; it is taken as a synthetic 2-D view.",
)
NOT_STORED_AS_MAMMOGRAPHY: Final = warning(
    "not-stored-as-mammography",
    "The image is not stored as a mammography object ({kind}); it is taken as a mammogram because of "
    "{evidence}.",
)
CONTRAST_SUBTRACTED: Final = warning(
    "contrast-subtracted",
    "This is a subtraction image of contrast-enhanced mammography, no plain mammogram: it shows contrast "
    "medium, not calcium, and is not counted in the exam.",
)
CLASS_OF_FILE_META: Final = info(
    "class-of-file-meta",
    "The data set has no SOP Class UID; the File Meta Information says {kind}.",
)
VIEW_NOT_IN_FILE: Final = warning("view-not-in-file", "The file does not say its {what}.")
VIEW_CONTRADICTED: Final = warning(
    "view-contradicted", "The {what} is contradictory: {source} says {value}, but {other} says {other_value}."
)
FACT_CONTRADICTED: Final = warning(
    "fact-contradicted", "The {what} {value} ({source}) is used; it contradicts what was found: {other}."
)
FACTS_MISSING: Final = info("facts-missing", "{table} says nothing of {name}.")
FACTS_OF_OTHER_FILES: Final = warning(
    "facts-of-other-files", "Rows of {table} that name files which are not among the images: {rows}."
)
FACTS_FIT_NOTHING: Final = warning("facts-fit-nothing", "No row of {table} is of any of the images.")
FACTS_NOT_UNDERSTOOD: Final = warning(
    "facts-not-understood", "What is not understood in {table}, so that it states nothing: {rows}."
)
FACTS_COLUMNS_UNUSED: Final = info("facts-columns-unused", "Columns of {table} that are not used: {columns}.")
ORIENTATION_UNUSUAL: Final = info(
    "orientation-unusual",
    "By its Patient Orientation {orientation} the stored picture {how}; it is shown upright, masks lie on it "
    "as it is stored.",
)
ORIENTATION_CONTRADICTED: Final = warning(
    "orientation-contradicted",
    "Patient Orientation {orientation} puts the chest wall where the pixels do not; the picture is shown as "
    "it is stored.",
)

# Exams of files

EXAM_MIXES_SYNTHETIC: Final = warning(
    "exam-mixes-synthetic",
    "The exam has both synthetic 2-D views and full-field views; compare each only with its own kind.",
)
EXAM_VIEW_UNKNOWN: Final = warning("exam-view-unknown", "The view or side of {names} is not known.")
EXAM_VIEW_REPEATED: Final = info("exam-view-repeated", "{view} is present {count} times: {names}.")
EXAM_PERSONS_DIFFER: Final = warning(
    "exam-persons-differ",
    "Images with the same {shared} differ in {what}, so that they are kept apart.",
    Remedy.STATE_FACTS,
)
EXAM_NAMES_DIFFER: Final = warning(
    "exam-names-differ",
    "Names on the images differ, but birth date and given name are the same; they are taken to be of one "
    "woman.",
)
EXAM_STUDIES_APART: Final = warning(
    "exam-studies-apart",
    "{count} studies with the same patient ID and date are kept apart, because {reason}.",
    Remedy.STATE_FACTS,
)
EXAM_STUDIES_JOINED: Final = info(
    "exam-studies-joined",
    "The exam joins {count} studies of one image each, which have the same patient ID and date.",
)
EXAM_SETS_REPEATED: Final = warning(
    "exam-sets-repeated",
    "One study holds every view {count} times or more, as if several exams had been made one.",
    Remedy.STATE_FACTS,
)
EXAM_SHOWS_BOTH_BREASTS: Final = warning(
    "exam-shows-both-breasts", "An image shows both breasts; it is not counted for either side."
)
EXAM_FILES_CONFLICT: Final = warning("exam-files-conflict", "Files contradict each other: {what}.")

WHO_IS_WHO: Final = frozenset(
    kind.code for kind in (EXAM_PERSONS_DIFFER, EXAM_STUDIES_APART, EXAM_SETS_REPEATED)
)
"""Codes of what keeps images apart, or should perhaps."""

# Kinds of files

NIFTI_SPACING_WITHOUT_UNIT: Final = warning(
    "nifti-spacing-without-unit",
    "The NIfTI header gives pixels of {spacing} without a unit of length, so results are in pixels only.",
    Remedy.GIVE_SPACING,
)
NIFTI_ORDER_AS_STORED: Final = info(
    "nifti-order-as-stored",
    "The NIfTI header turns the image but places it nowhere, as programs write that know no directions: the "
    "pixels are taken in the order in which they are stored.",
)
