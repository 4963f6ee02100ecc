"""Remedies in the words of the module: its panel, buttons and boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

WORDING: Final[Mapping[bac.Remedy, str]] = {
    **bac.SAME_EVERYWHERE,
    bac.Remedy.GIVE_SPACING: _("If you know it, state it under Facts in this panel."),
    bac.Remedy.STATE_FACTS: _("State what you know under Facts in this panel."),
    bac.Remedy.CHECK_MASK_FILE: _("Check that it is the mask of this mammogram."),
    bac.Remedy.CHOOSE_SEGMENT: _("Choose the segment of the calcifications in the panel Correction."),
    bac.Remedy.NAME_RESULTS: _("Choose a folder that Save results… or bac analyze wrote."),
    bac.Remedy.NAME_RESULTS_FOLDER: _("Choose a folder that Save results… or bac analyze wrote."),
    bac.Remedy.NAME_IMAGES: _("Put the images back in their place, and load the folder again."),
    bac.Remedy.NAME_DATE: _("Load images that know their date, or measure {subject} on the command line."),
    bac.Remedy.NAME_KEY: _("Name another key with --deidentify-key on the command line."),
    bac.Remedy.NAME_CERTIFICATE: _("Name it with --tls-certificate on the command line."),
    bac.Remedy.NAME_TRAINING_DATA: _("Name it with --data on the command line."),
    bac.Remedy.STATE_PATIENTS: _("State whose they are in --data on the command line."),
    bac.Remedy.NAME_START_MODEL: _("Name it with --from on the command line."),
    bac.Remedy.NAME_INITIAL_WEIGHTS: _("Name your file of them with --initial on the command line."),
    bac.Remedy.CHOOSE_DEVICE: _("Choose another one under Device."),
    bac.Remedy.CHOOSE_PORT: _("Choose another one with --port on the command line."),
    bac.Remedy.CHOOSE_OTHER_OUTPUT: _("Or choose another folder for the results."),
    bac.Remedy.KEEP_OTHER_EXAMS: (
        _(
            "Choose another folder for the results, or keep them beside the new ones with --add on the "
            "command line."
        )
    ),
    bac.Remedy.CHOOSE_MODEL_OR_OUTPUT: _("Choose its card under Model, or another folder for the results."),
    bac.Remedy.RESUME_OR_OTHER_OUTPUT: _("Choose another folder, or go on with it on the command line."),
    bac.Remedy.USE_FEWER_WORKERS: _("Run it again with fewer processes; it goes on where it stopped."),
}


def notice_words(notice: bac.Notice) -> str:
    """A notice and what to do about it."""
    return bac.with_remedy(notice.text, notice.remedy, WORDING)


def error_words(error: bac.OpenBacError) -> str:
    """An error and what to do about it."""
    return bac.with_remedy(str(error), error.remedy, WORDING, subject=error.subject)


def event_words(event: Mapping[str, object]) -> str:
    """The error of an engine in a process of its own, as its event ``error`` says."""
    code = event.get("remedy")
    remedy = bac.Remedy(code) if code is not None else None
    return bac.with_remedy(str(event["text"]), remedy, WORDING, subject=str(event.get("subject") or ""))
