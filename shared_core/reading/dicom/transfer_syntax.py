"""The Transfer Syntax of a data set."""

from __future__ import annotations

from pydicom import uid
from pydicom.dataset import Dataset

from shared_core.reading.dicom.attributes import Attributes


def transfer_syntax(dataset: Dataset) -> uid.UID:
    """Transfer Syntax UID (0002,0010), or the native one the data set was parsed with."""
    meta = getattr(dataset, "file_meta", None)
    declared = Attributes(meta).text("TransferSyntaxUID") if meta is not None else ""
    if declared:
        return uid.UID(declared)
    implicit, little = dataset.original_encoding
    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little or little is None else uid.ExplicitVRBigEndian
