"""Remedies in the words of the plugin: its docks, buttons and boxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from shared_core import hosting as bac

WORDING: Final[Mapping[bac.Remedy, str]] = {
    **bac.SAME_EVERYWHERE,
    bac.Remedy.GIVE_SPACING: "If you know it, state it with Facts… in the BAC panel.",
    bac.Remedy.STATE_FACTS: "State what you know with Facts… in the BAC panel.",
    bac.Remedy.CHECK_MASK_FILE: "Check that it is the mask of this mammogram.",
    bac.Remedy.CHOOSE_SEGMENT: "Save the segment of the calcifications in a file of its own, and open that.",
    bac.Remedy.NAME_RESULTS: "Choose the folder of the results of a batch or of an export.",
    bac.Remedy.NAME_RESULTS_FOLDER: "Choose the folder of the results of a batch or of an export.",
    bac.Remedy.NAME_IMAGES: "Put the images back in their place, and open the folder again.",
    bac.Remedy.NAME_DATE: "Open images that know their date, or measure {subject} on the command line.",
    bac.Remedy.NAME_KEY: "Name another key with --deidentify-key on the command line.",
    bac.Remedy.NAME_CERTIFICATE: "Name it with --tls-certificate on the command line.",
    bac.Remedy.NAME_TRAINING_DATA: "Name it with --data on the command line.",
    bac.Remedy.STATE_PATIENTS: "State whose they are in --data on the command line.",
    bac.Remedy.NAME_START_MODEL: "Name it with --from on the command line.",
    bac.Remedy.NAME_INITIAL_WEIGHTS: "Name your file of them with --initial on the command line.",
    bac.Remedy.CHOOSE_DEVICE: "Choose another one under Device.",
    bac.Remedy.CHOOSE_PORT: "Choose another one with --port on the command line.",
    bac.Remedy.CHOOSE_OTHER_OUTPUT: (
        "Or choose another folder for the results in the tab Batch, or clear Keep exams already done to run "
        "the analysis again."
    ),
    bac.Remedy.KEEP_OTHER_EXAMS: (
        "Choose another folder for the results, or Keep exams already done, which keeps them beside the new "
        "ones."
    ),
    bac.Remedy.CHOOSE_MODEL_OR_OUTPUT: (
        "Choose its card under Model, choose another folder for the results, or clear Keep exams "
        "already done to run the analysis again."
    ),
    bac.Remedy.RESUME_OR_OTHER_OUTPUT: "Choose another folder, or go on with it on the command line.",
    bac.Remedy.USE_FEWER_WORKERS: "Run it again with fewer processes; it goes on where it stopped.",
}


def notice_words(notice: bac.Notice) -> str:
    """A notice and what to do about it."""
    return bac.with_remedy(notice.text, notice.remedy, WORDING)


def all_notice_words(notices: Iterable[bac.Notice]) -> list[str]:
    """The same of several."""
    return [notice_words(notice) for notice in notices]


def error_words(error: bac.OpenBacError) -> str:
    """An error and what to do about it."""
    return bac.with_remedy(str(error), error.remedy, WORDING, subject=error.subject)
