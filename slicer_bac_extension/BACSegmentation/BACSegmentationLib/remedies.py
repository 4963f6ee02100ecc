"""Remedies in the words of the module: its panel, buttons and boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared_core.hosting import SAME_EVERYWHERE, Notice, OpenBacError, Remedy, with_remedy

WORDING: Final[Mapping[Remedy, str]] = {
    **SAME_EVERYWHERE,
    Remedy.GIVE_SPACING: (
        'If you know it, set it in the Volumes module under "Volume information" before segmenting.'
    ),
    Remedy.CHECK_MASK_FILE: "Check that it is the mask of this mammogram.",
    Remedy.CHOOSE_SEGMENT: "Choose the segment of the calcifications in the panel Correction.",
    Remedy.NAME_RESULTS: "Choose a folder that Save results… or bac analyze wrote.",
    Remedy.NAME_RESULTS_FOLDER: "Choose a folder that Save results… or bac analyze wrote.",
    Remedy.NAME_IMAGES: "Put the images back in their place, and load the folder again.",
    Remedy.NAME_DATE: "Load images that know their date, or measure {subject} on the command line.",
    Remedy.NAME_KEY: "Name another key with --deidentify-key on the command line.",
    Remedy.NAME_CERTIFICATE: "Name it with --tls-certificate on the command line.",
    Remedy.NAME_TRAINING_DATA: "Name it with --data on the command line.",
    Remedy.NAME_START_MODEL: "Name it with --from on the command line.",
    Remedy.CHOOSE_DEVICE: "Choose another one under Device.",
    Remedy.CHOOSE_PORT: "Choose another one with --port on the command line.",
    Remedy.CHOOSE_OTHER_OUTPUT: "Or choose another folder for the results.",
    Remedy.CHOOSE_MODEL_OR_OUTPUT: "Choose its card under Model, or another folder for the results.",
    Remedy.RESUME_OR_OTHER_OUTPUT: "Choose another folder, or go on with it on the command line.",
    Remedy.USE_FEWER_WORKERS: "Run it again with fewer processes; it goes on where it stopped.",
}


def notice_words(notice: Notice) -> str:
    """A notice and what to do about it."""
    return with_remedy(notice.text, notice.remedy, WORDING)


def error_words(error: OpenBacError) -> str:
    """An error and what to do about it."""
    return with_remedy(str(error), error.remedy, WORDING, subject=error.subject)


def event_words(event: Mapping[str, object]) -> str:
    """The error of an engine in a process of its own, as its event ``error`` says."""
    code = event.get("remedy")
    remedy = Remedy(code) if code is not None else None
    return with_remedy(str(event["text"]), remedy, WORDING, subject=str(event.get("subject") or ""))
