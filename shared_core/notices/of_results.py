"""Kinds of notices about results: what a model saw, masks, exams, change over time, DICOM objects."""

from __future__ import annotations

from typing import Final

from shared_core.notices.notice import NoticeKind, Severity
from shared_core.notices.remedy import Remedy

# Preparing

RAW_IMAGE: Final = NoticeKind(
    "raw-image",
    Severity.WARNING,
    "The image is raw (FOR PROCESSING): it was turned into a display image by a logarithm, which the model "
    "was not trained on.",
    Remedy.USE_PRESENTATION_IMAGE,
)
LOOKS_INVERTED: Final = NoticeKind(
    "looks-inverted",
    Severity.WARNING,
    "The background around the breast is white: the image looks inverted, and BAC would be dark on it.",
    Remedy.USE_ORIGINAL_IMAGE,
)
BREAST_NOT_FOUND: Final = NoticeKind(
    "breast-not-found",
    Severity.WARNING,
    "No breast was found; every pixel above 0 counts as breast, as in the published processing.",
)
PECTORAL_NOT_FOUND: Final = NoticeKind(
    "pectoral-not-found",
    Severity.WARNING,
    "The pectoral muscle was not found; the breast area includes it.",
)

# Models and devices

MODEL_SPACING_ASSUMED: Final = NoticeKind(
    "model-spacing-assumed",
    Severity.WARNING,
    "The pixel spacing is unknown: the image was analysed as if its pixels were {model_um} µm, as the model "
    "expects.",
)
MODEL_SPACING_DIFFERS: Final = NoticeKind(
    "model-spacing-differs",
    Severity.WARNING,
    "The pixels are {image_um} µm, the model expects {model_um} µm, and this preset does not resample: the "
    "mask may be too large or too small.",
)
MODEL_NOT_FOR_SYNTHETIC: Final = NoticeKind(
    "model-not-for-synthetic",
    Severity.WARNING,
    "This is a synthetic 2-D image from tomosynthesis: {model} was not trained on such images and marks "
    "false areas on them.",
)
DEVICE_MEMORY_BATCHES: Final = NoticeKind(
    "device-memory-batches",
    Severity.INFO,
    "{device} ran out of memory; the run went on with batches of {batch_size}.",
)
DEVICE_MEMORY_CPU: Final = NoticeKind(
    "device-memory-cpu",
    Severity.INFO,
    "{device} ran out of memory even for one tile; the run went on on the CPU.",
)

# Arteries

ARTERY_SPACING_ASSUMED: Final = NoticeKind(
    "artery-spacing-assumed",
    Severity.WARNING,
    "The pixel spacing is unknown: vessels are followed as if it were {spacing_mm} mm, so that a gap of "
    "{gap_px} px stands for 1 cm.",
)
ARTERY_SPOTS_NOT_COUNTED: Final = NoticeKind(
    "artery-spots-not-counted",
    Severity.INFO,
    "Not counted as vessels, because they are shorter than {shortest_mm} mm: {spots}.",
)
ARTERIES_TOO_MANY: Final = NoticeKind(
    "arteries-too-many",
    Severity.WARNING,
    "{found} vessels were found; only the {kept} longest are kept.",
)

# Parts that a model judged

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

# Masks that a person made or gave

MASK_EDITED: Final = NoticeKind("mask-edited", Severity.INFO, "The mask was edited by hand.")
MASK_DRAWN: Final = NoticeKind("mask-drawn", Severity.INFO, "The mask was drawn by hand.")
MASK_OUTSIDE_BREAST: Final = NoticeKind(
    "mask-outside-breast",
    Severity.WARNING,
    "Pixels of the mask outside of the breast: {count}; they are counted.",
)
MASK_COVERS_IMAGE: Final = NoticeKind(
    "mask-covers-image",
    Severity.WARNING,
    "The mask covers more than half of the image and may be inverted.",
    Remedy.CHECK_MASK_POLARITY,
)
MASK_EMPTY: Final = NoticeKind("mask-empty", Severity.WARNING, "The mask is empty.", Remedy.CHECK_MASK_FILE)
MASK_OF_OTHER_IMAGE: Final = NoticeKind(
    "mask-of-other-image",
    Severity.WARNING,
    "{mask} names another image as its source than {image}.",
    Remedy.CHECK_MASK_FILE,
)
VIEW_NOT_ANALYSED: Final = NoticeKind(
    "view-not-analysed",
    Severity.WARNING,
    "This view was not analysed: no model ran on it and nothing was drawn on it.",
)

LABELS_UNFIT: Final = NoticeKind(
    "labels-unfit",
    Severity.WARNING,
    "This view was not measured: its labels differ from the image in shape or type.",
)

# Exams and runs

IMAGE_NOT_COUNTED: Final = NoticeKind(
    "image-not-counted", Severity.INFO, "{name} is not counted in the exam: {reason}."
)
VIEW_CHOSEN: Final = NoticeKind(
    "view-chosen",
    Severity.INFO,
    "{view} is present {count} times: {used} is used ({reason}), {other} is not.",
)
PARTIAL_VIEW: Final = NoticeKind(
    "partial-view", Severity.WARNING, "{name} shows only a part of the breast (partial view)."
)
EXAM_SPACING_INCOMPLETE: Final = NoticeKind(
    "exam-spacing-incomplete",
    Severity.WARNING,
    "The exam has no percentage, because the pixel spacing is known for {views} only.",
    Remedy.GIVE_SPACING,
)
EXAM_SPACING_ASSUMED: Final = NoticeKind(
    "exam-spacing-assumed",
    Severity.WARNING,
    "The percentage of the exam assumes that all views have the same pixel spacing, which is not known.",
)
EXAM_NOT_ANALYSED: Final = NoticeKind(
    "exam-not-analysed", Severity.WARNING, "{analysed}; not analysed: {views}."
)
EXAM_NOT_WRITTEN: Final = NoticeKind(
    "exam-not-written", Severity.ERROR, "Not all files of the exam could be written: {reason}"
)
RUN_DIFFERENT_MODELS: Final = NoticeKind(
    "run-different-models",
    Severity.INFO,
    "The views were segmented by different models ({names}); each record names its own.",
)
RUN_NOT_ANALYSED: Final = NoticeKind(
    "run-not-analysed", Severity.WARNING, "Without mask and numbers: {names}. {reason}"
)
RUN_EDITED: Final = NoticeKind("run-edited", Severity.INFO, "Edited by hand: {names}.")

# Change over time

EXAM_WITHOUT_DATE: Final = NoticeKind(
    "exam-without-date", Severity.WARNING, "{exam} has no date and is left out."
)
EXAM_VIEWS_MISSING: Final = NoticeKind(
    "exam-views-missing",
    Severity.WARNING,
    "{views} missing; only views that all exams have are compared.",
)
QUANTITY_NOT_FOLLOWED: Final = NoticeKind(
    "quantity-not-followed",
    Severity.WARNING,
    "{quantity} is not followed: no view has it in every exam.",
)
MAKER_CHANGED: Final = NoticeKind(
    "maker-changed",
    Severity.WARNING,
    "The manufacturer of the machine changed from {before} ({before_date}) to {after} ({after_date}); "
    "different images may look like a change.",
)
VIEWS_DIFFER: Final = NoticeKind("views-differ", Severity.WARNING, "The views differ in {column}: {values}.")

# DICOM objects and de-identified images

DICOM_VALUE_CORRECTED: Final = NoticeKind(
    "dicom-value-corrected",
    Severity.WARNING,
    "{name}: {attribute} {value} is not valid in DICOM; {written} is written.",
)
DICOM_VALUE_LEFT_EMPTY: Final = NoticeKind(
    "dicom-value-left-empty",
    Severity.WARNING,
    "{name}: {attribute} {value} is not valid in DICOM and is left empty.",
)
DICOM_LETTERS_UNCERTAIN: Final = NoticeKind(
    "dicom-letters-uncertain",
    Severity.WARNING,
    "{name}: letters outside ASCII may be wrong, because {reason}.",
    Remedy.CHECK_PATIENT_NAME,
)
DICOM_SOURCE_DERIVED: Final = NoticeKind(
    "dicom-source-derived",
    Severity.INFO,
    "{name}: {reason}, so DICOM results refer to a derived copy of it with UIDs of its own.",
)
TEXT_BURNED_IN: Final = NoticeKind(
    "text-burned-in",
    Severity.WARNING,
    "{name} has text burned into the picture, which stays there, so it is not marked as de-identified.",
    Remedy.LOOK_AT_IMAGE,
)
TEXT_MAY_BE_BURNED_IN: Final = NoticeKind(
    "text-may-be-burned-in",
    Severity.WARNING,
    "{name} does not say whether text is burned into the picture, where it would stay.",
    Remedy.LOOK_AT_IMAGE,
)
