"""What only the images hold, where they are still there: the machine, and names if they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared_core.cohort_page.exams import CohortExam
from shared_core.errors import OpenBacError
from shared_core.reading.content import is_there
from shared_core.reading.reader import read_header


@dataclass(frozen=True)
class ImageFacts:
    """Of the first image of an exam that can be read; None where it does not say, or there is none."""

    machine: str | None = None
    name: str | None = None


def facts_from_images(exam: CohortExam, *, names: bool) -> ImageFacts:
    """Read one image of an exam.

    Parameters
    ----------
    names
        Whether the name of the patient is wanted.
    """
    for view in exam.views:
        path = Path(view.record.file)
        if not is_there(path):
            continue
        try:
            header = read_header(path)
        except OpenBacError:
            continue
        made = header.acquisition
        machine = " ".join(filter(None, (made.manufacturer, made.model_name)))
        said = header.person.names[:1] if names and _is_of(exam, header.identity.patient_id) else ()
        return ImageFacts(
            machine or None, " ".join(part for name in said for part in name.split("^") if part) or None
        )
    return ImageFacts()


def _is_of(exam: CohortExam, patient_id: str) -> bool:
    """Whether nothing says that another image lies where the one was that was measured."""
    known = exam.record.patient_id if exam.record is not None else None
    return not known or not patient_id or known == patient_id or known.startswith(f"{patient_id} [")
