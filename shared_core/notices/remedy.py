"""What a person can do about a notice or an error; each host words it with its own options or buttons."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Remedy(str, Enum):
    """Stable codes, in JSON as they are here.

    The command line names an option, a viewer a button or a panel. ``{subject}`` in the wording of a host is
    the `OpenBacError.subject` of the error, such as the name of a model.
    """

    GIVE_SPACING = "give-spacing"
    STATE_FACTS = "state-facts"
    USE_PRESENTATION_IMAGE = "use-presentation-image"
    USE_ORIGINAL_IMAGE = "use-original-image"
    CHECK_MASK_FILE = "check-mask-file"
    CHECK_MASK_POLARITY = "check-mask-polarity"
    CHOOSE_SEGMENT = "choose-segment"
    CHECK_PATIENT_NAME = "check-patient-name"
    LOOK_AT_IMAGE = "look-at-image"
    NAME_RESULTS = "name-results"
    NAME_RESULTS_FOLDER = "name-results-folder"
    NAME_IMAGES = "name-images"
    NAME_DATE = "name-date"
    NAME_KEY = "name-key"
    NAME_CERTIFICATE = "name-certificate"
    NAME_TRAINING_DATA = "name-training-data"
    STATE_PATIENTS = "state-patients"
    NAME_START_MODEL = "name-start-model"
    NAME_INITIAL_WEIGHTS = "name-initial-weights"
    CHOOSE_DEVICE = "choose-device"
    CHOOSE_PORT = "choose-port"
    CHOOSE_OTHER_OUTPUT = "choose-other-output"
    KEEP_OTHER_EXAMS = "keep-other-exams"
    CHOOSE_MODEL_OR_OUTPUT = "choose-model-or-output"
    RESUME_OR_OTHER_OUTPUT = "resume-or-other-output"
    USE_FEWER_WORKERS = "use-fewer-workers"


SAME_EVERYWHERE: Final[Mapping[Remedy, str]] = {
    Remedy.USE_PRESENTATION_IMAGE: "Use the FOR PRESENTATION image of the same exposure, if there is one.",
    Remedy.USE_ORIGINAL_IMAGE: "Invert the image, or use the original DICOM file.",
    Remedy.CHECK_MASK_POLARITY: "Check that the mask is not 0 where BAC is.",
    Remedy.CHECK_PATIENT_NAME: "Check the patient's name before the objects are sent.",
    Remedy.LOOK_AT_IMAGE: "Look at the image before it is passed on.",
}
"""Wordings that every host shares; each adds its own for the others."""


def with_remedy(text: str, remedy: Remedy | None, wording: Mapping[Remedy, str], *, subject: str = "") -> str:
    """A sentence and, where there is a remedy, what to do in the words of a host.

    Parameters
    ----------
    text, remedy
        Of a notice or an error.
    wording
        Of the host, for every remedy.
    subject
        See `OpenBacError`.
    """
    return text if remedy is None else f"{text} {wording[remedy].format(subject=subject)}"
