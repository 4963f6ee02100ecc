"""To whom and to which study an image belongs."""

from __future__ import annotations

import re

from shared_core.mammogram import Identity
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.projection_names import named_projection

_COLLECTION_PREFIX = re.compile(r"^(Mass|Calc)-(Training|Test)_(?=P_\d)")


def grouped_patient_id(patient_id: str) -> str:
    """Patient ID without the view and the collection that some put into it.

    Examples
    --------
    >>> grouped_patient_id("Mass-Test_P_00820_RIGHT_CC")
    'P_00820'
    >>> grouped_patient_id("12-CC-7")
    '12-CC-7'
    """
    named = named_projection(patient_id)
    if named.view is None or named.laterality is None or not named.rest:
        return patient_id
    return _COLLECTION_PREFIX.sub("", named.rest)


def identity(attributes: Attributes) -> Identity:
    """Read the identifiers; whatever is absent stays empty."""
    dates = (attributes.text(k) for k in ("StudyDate", "AcquisitionDate", "ContentDate"))
    return Identity(
        patient_id=grouped_patient_id(attributes.text("PatientID")),
        study_uid=attributes.text("StudyInstanceUID"),
        series_uid=attributes.text("SeriesInstanceUID"),
        sop_instance_uid=attributes.text("SOPInstanceUID"),
        sop_class_uid=attributes.text("SOPClassUID"),
        study_date=next((d.replace(".", "")[:8] for d in dates if re.match(r"\d{4}\.?\d\d\.?\d\d", d)), ""),
        acquisition_time=attributes.text("AcquisitionTime") or attributes.text("ContentTime"),
        instance_number=attributes.integer("InstanceNumber"),
    )
