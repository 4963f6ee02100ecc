"""What a file says of the woman who was examined; compared and never shown."""

from __future__ import annotations

from shared_core.mammogram import Person
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.persons import is_same_text, said_of


def person_of(attributes: Attributes) -> Person:
    """Name, birth date, sex and visit."""
    names = attributes.text("PatientName").split("=")[:3]
    if is_same_text(names[0], attributes.text("PatientID")):
        names = []  # the ID once more, of each image its own in some collections
    return said_of(
        names,
        birth_date=attributes.text("PatientBirthDate"),
        sex=attributes.text("PatientSex"),
        visit=[attributes.text(keyword) for keyword in ("AccessionNumber", "StudyID", "StudyTime")],
    )
