"""The PDF report as a DICOM object (Encapsulated PDF, PS3.3 A.45.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import EncapsulatedPDFStorage

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.equipment import Making, finished, new_object
from shared_core.dicom_objects.source_image import SourceImage

TITLE: Final = "OpenBAC report (RESEARCH, not a diagnosis)"


def encapsulated_pdf(
    home: SourceImage, pdf: bytes, *, sources: Sequence[SourceImage], making: Making
) -> Dataset:
    """The object that carries the PDF of `report_pdf`, which tells of the mammograms `sources`."""
    dataset = new_object(home, "pdf", making, sop_class=str(EncapsulatedPDFStorage), number=1)
    dataset.ConversionType = "WSD"
    dataset.AcquisitionDateTime = ""
    dataset.BurnedInAnnotation = "YES"
    dataset.DocumentTitle = TITLE
    dataset.ConceptNameCodeSequence = [codes.item(codes.IMAGING_MEASUREMENT_REPORT)]
    dataset.SourceInstanceSequence = [source.reference() for source in sources]
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocumentLength = len(pdf)
    dataset.add_new("EncapsulatedDocument", "OB", pdf + b"\0" * (len(pdf) % 2))
    return finished(dataset)
