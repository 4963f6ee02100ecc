"""Remedies in the words of the command line: its options and commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared_core.errors import OpenBacError
from shared_core.notices import Notice, Remedy
from shared_core.notices.remedy import SAME_EVERYWHERE, with_remedy
from shared_core.plain_text import one_line

WORDING: Final[Mapping[Remedy, str]] = {
    **SAME_EVERYWHERE,
    Remedy.GIVE_SPACING: "Give it with --spacing-mm if you know it.",
    Remedy.STATE_FACTS: "State what you know with --facts; bac facts writes the table to complete.",
    Remedy.CHECK_MASK_FILE: "Check that it is the right file, and the right --segment.",
    Remedy.CHOOSE_SEGMENT: "Choose one with --segment.",
    Remedy.NAME_RESULTS: "Name the folder that bac analyze -o wrote, or the document of bac analyze --json.",
    Remedy.NAME_RESULTS_FOLDER: "Name the folder that bac analyze -o or an export wrote.",
    Remedy.NAME_IMAGES: "Name the folder of the images that were measured with --images.",
    Remedy.NAME_DATE: "Give it as in 2021-03-31={subject}.",
    Remedy.NAME_KEY: "Name another key with --deidentify-key.",
    Remedy.NAME_CERTIFICATE: "Name it with --tls-certificate.",
    Remedy.NAME_TRAINING_DATA: "Name it with --data, such as --data simulated:patients=40,seed=1.",
    Remedy.STATE_PATIENTS: "State whose they are in --data: patient=folder:1, patient=name:PATTERN or "
    "patient=TABLE.csv.",
    Remedy.NAME_START_MODEL: "Name it with --from MODEL.",
    Remedy.NAME_INITIAL_WEIGHTS: "Name your file of them with --initial, such as vgg16-397923af.pth.",
    Remedy.CHOOSE_DEVICE: "Use --device auto or --device cpu.",
    Remedy.CHOOSE_PORT: "Choose another one with --port.",
    Remedy.CHOOSE_OTHER_OUTPUT: (
        "Or choose another output folder, or leave out --resume to run the analysis again."
    ),
    Remedy.KEEP_OTHER_EXAMS: "Add --add to keep them beside the new ones, or choose another output folder.",
    Remedy.CHOOSE_MODEL_OR_OUTPUT: (
        "Name its card with --model, choose another output folder, or leave out --resume to run the "
        "analysis again."
    ),
    Remedy.RESUME_OR_OTHER_OUTPUT: "Add --resume to go on with it, or choose another folder.",
    Remedy.USE_FEWER_WORKERS: "Run it again with fewer --workers; it goes on where it stopped.",
}


def notice_words(notice: Notice) -> str:
    """A notice and what to do about it."""
    return one_line(with_remedy(notice.text, notice.remedy, WORDING))


def error_words(error: OpenBacError) -> str:
    """An error and what to do about it."""
    return one_line(with_remedy(str(error), error.remedy, WORDING, subject=error.subject))
