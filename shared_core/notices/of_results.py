"""Kinds of notices about results: what a model saw, masks, exams, change over time, DICOM objects."""

from __future__ import annotations

from typing import Final

from shared_core.notices.notice import NoticeKind, Severity, info, warning
from shared_core.notices.remedy import Remedy

# Preparing

RAW_IMAGE: Final = warning(
    "raw-image",
    "The image is raw (FOR PROCESSING): it was turned into a display image by a logarithm, which the model "
    "was not trained on.",
    Remedy.USE_PRESENTATION_IMAGE,
)
LOOKS_INVERTED: Final = warning(
    "looks-inverted",
    "The background around the breast is white: the image looks inverted, and BAC would be dark on it.",
    Remedy.USE_ORIGINAL_IMAGE,
)
BREAST_NOT_FOUND: Final = warning(
    "breast-not-found",
    "No breast was found; every pixel above 0 counts as breast, as in the published processing.",
)
PECTORAL_NOT_FOUND: Final = warning(
    "pectoral-not-found", "The pectoral muscle was not found; the breast area includes it."
)

# Models and devices

MODEL_SPACING_ASSUMED: Final = warning(
    "model-spacing-assumed",
    "The pixel spacing is unknown: the image was analysed as if its pixels were {model_um} µm, as the model "
    "expects.",
)
MODEL_SPACING_DIFFERS: Final = warning(
    "model-spacing-differs",
    "The pixels are {image_um} µm, the model expects {model_um} µm, and this preset does not resample: the "
    "mask may be too large or too small.",
)
MODEL_NOT_FOR_SYNTHETIC: Final = warning(
    "model-not-for-synthetic",
    "This is a synthetic 2-D image from tomosynthesis: {model} was not trained on such images and marks "
    "false areas on them.",
)
BILATERAL_ALONE: Final = warning(
    "bilateral-alone",
    "The model sees both breasts side by side, and this view was analysed beside black: no view of the other "
    "breast was at hand.",
)
BILATERAL_OTHER_PROJECTION: Final = info(
    "bilateral-other-projection",
    "The model sees both breasts side by side: this view was analysed beside {view}, as the other breast has "
    "no view of the same projection.",
)
DEVICE_MEMORY_BATCHES: Final = info(
    "device-memory-batches", "{device} ran out of memory; the run went on with batches of {batch_size}."
)
DEVICE_MEMORY_CPU: Final = info(
    "device-memory-cpu", "{device} ran out of memory even for one tile; the run went on on the CPU."
)

# Arteries

ARTERY_SPACING_ASSUMED: Final = warning(
    "artery-spacing-assumed",
    "The pixel spacing is unknown: vessels are followed as if it were {spacing_mm} mm, so that a gap of "
    "{gap_px} px stands for 1 cm.",
)
ARTERY_SPOTS_NOT_COUNTED: Final = info(
    "artery-spots-not-counted",
    "Not counted as vessels, because they are shorter than {shortest_mm} mm: {spots}.",
)
ARTERIES_TOO_MANY: Final = warning(
    "arteries-too-many", "{found} vessels were found; only the {kept} longest are kept."
)

# Parts that a model judged

ARTERIES_UNSURE: Final = warning(
    "arteries-unsure",
    "Marked, but neither counted as vessels nor graded, as they are less likely arteries than not: {count}.",
)
OTHER_CALCIFICATIONS: Final = NoticeKind(
    "other-calcifications",
    Severity.WARNING,
    "Calcifications that are not along an artery: {count}; have them read.",
)
CALCIFICATIONS_SPREAD: Final = NoticeKind(
    "calcifications-spread",
    Severity.WARNING,
    "Uncertain parts among calcifications ({arteries} marked as arteries with a mean probability of {mean}, "
    "{others} not): this may be a spread of calcifications, so there is no grade and no number of vessels; "
    "have them read.",
)
ARTERY_UNDECIDED: Final = NoticeKind(
    "artery-undecided",
    Severity.WARNING,
    "Nothing is marked, but there may be an artery with calcium at {place}: look here.",
)

# A view that a model judged as a whole

HEAT_MAP: Final = warning(
    "heat-map",
    "The mask is where a classifier looked (Grad-CAM++, cut at {threshold}), which learnt from labels of "
    "whole images: it is no segmentation, and its area is not that of calcium.",
)

# Masks that a person made or gave

MASK_EDITED: Final = info("mask-edited", "The mask was edited by hand.")
MASK_DRAWN: Final = info("mask-drawn", "The mask was drawn by hand.")
ARTERIES_NUMBERED: Final = info(
    "arteries-numbered", "The arteries are counted as a person joined, parted or numbered them."
)
MASK_OUTSIDE_BREAST: Final = warning(
    "mask-outside-breast", "Pixels of the mask outside of the breast: {count}; they are counted."
)
MASK_COVERS_IMAGE: Final = warning(
    "mask-covers-image",
    "The mask covers more than half of the image and may be inverted.",
    Remedy.CHECK_MASK_POLARITY,
)
MASK_EMPTY: Final = warning("mask-empty", "The mask is empty.", Remedy.CHECK_MASK_FILE)
MASK_OF_OTHER_IMAGE: Final = warning(
    "mask-of-other-image", "{mask} names another image as its source than {image}.", Remedy.CHECK_MASK_FILE
)
VIEW_NOT_ANALYSED: Final = warning(
    "view-not-analysed", "This view was not analysed: no model ran on it and nothing was drawn on it."
)

LABELS_UNFIT: Final = warning(
    "labels-unfit", "This view was not measured: its labels differ from the image in shape or type."
)
IMAGE_CHANGED: Final = warning(
    "image-changed", "This view was not measured: its image was changed after it was opened."
)
IMAGE_RESCALED: Final = warning(
    "image-rescaled",
    "This view was not measured: the size of its pixels on the screen was changed after it was opened.",
)
LABELS_MOVED: Final = warning(
    "labels-moved", "This view was not measured: its image and its labels do not lie on each other any more."
)

# Exams and runs

IMAGE_NOT_COUNTED: Final = info("image-not-counted", "{name} is not counted in the exam: {reason}.")
VIEW_CHOSEN: Final = info(
    "view-chosen", "{view} is present {count} times: {used} is used ({reason}), {other} is not."
)
PARTIAL_VIEW: Final = warning("partial-view", "{name} shows only a part of the breast (partial view).")
EXAM_SPACING_INCOMPLETE: Final = warning(
    "exam-spacing-incomplete",
    "The exam has no percentage, because the pixel spacing is known for {views} only.",
    Remedy.GIVE_SPACING,
)
EXAM_SPACING_ASSUMED: Final = warning(
    "exam-spacing-assumed",
    "The percentage of the exam assumes that all views have the same pixel spacing, which is not known.",
)
EXAM_NOT_ANALYSED: Final = warning("exam-not-analysed", "{analysed}; not analysed: {views}.")
EXAM_NOT_WRITTEN: Final = NoticeKind(
    "exam-not-written", Severity.ERROR, "Not all files of the exam could be written: {reason}"
)
RUN_DIFFERENT_MODELS: Final = info(
    "run-different-models",
    "The views were segmented by different models ({names}); each record names its own.",
)
RUN_NOT_ANALYSED: Final = warning("run-not-analysed", "Without mask and numbers: {names}. {reason}")
RUN_EDITED: Final = info("run-edited", "Edited by hand: {names}.")

# Change over time

EXAM_WITHOUT_DATE: Final = warning("exam-without-date", "{exam} has no date and is left out.")
EXAM_VIEWS_MISSING: Final = warning(
    "exam-views-missing", "{views} missing; only views that all exams have are compared."
)
QUANTITY_NOT_FOLLOWED: Final = warning(
    "quantity-not-followed", "{quantity} is not followed: no view has it in every exam."
)
MAKER_CHANGED: Final = warning(
    "maker-changed",
    "The manufacturer of the machine changed from {before} ({before_date}) to {after} ({after_date}); "
    "different images may look like a change.",
)
VIEWS_DIFFER: Final = warning("views-differ", "The views differ in {column}: {values}.")

# DICOM objects and de-identified images

DICOM_VALUE_CORRECTED: Final = warning(
    "dicom-value-corrected", "{name}: {attribute} {value} is not valid in DICOM; {written} is written."
)
DICOM_VALUE_LEFT_EMPTY: Final = warning(
    "dicom-value-left-empty", "{name}: {attribute} {value} is not valid in DICOM and is left empty."
)
DICOM_LETTERS_UNCERTAIN: Final = warning(
    "dicom-letters-uncertain",
    "{name}: letters outside ASCII may be wrong, because {reason}.",
    Remedy.CHECK_PATIENT_NAME,
)
DICOM_SOURCE_DERIVED: Final = info(
    "dicom-source-derived",
    "{name}: {reason}, so DICOM results refer to a derived copy of it with UIDs of its own.",
)
TEXT_BURNED_IN: Final = warning(
    "text-burned-in",
    "{name} has text burned into the picture, which stays there, so it is not marked as de-identified.",
    Remedy.LOOK_AT_IMAGE,
)
TEXT_BLANKED: Final = info(
    "text-blanked",
    "{name}: rectangles that were stated for its machine were made dark: {count}.",
)
TEXT_MAY_BE_BURNED_IN: Final = warning(
    "text-may-be-burned-in",
    "{name} does not say whether text is burned into the picture, where it would stay.",
    Remedy.LOOK_AT_IMAGE,
)
