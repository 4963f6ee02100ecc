"""Pictures for people as Secondary Capture (PS3.3 A.8.1): any viewer shows them as they are.

A strip at the top of each says that it is research, and who it is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from shared_core.dicom_objects.equipment import MODEL_NAME, Making, finished, new_object
from shared_core.dicom_objects.source_image import SourceImage, exam_home, put_lossy
from shared_core.errors import UnreadableImageError
from shared_core.pictures.lettering import BRIGHT, FINDING, Line, block_size, draw_block, fitting
from shared_core.wording import phrases

RESEARCH: Final = "RESEARCH"
_EDGE, _SMALLEST = 12, 18
_LARGEST = 32


def secondary_capture(
    picture: bytes, *, sources: Sequence[SourceImage], title: str, making: Making, number: int
) -> Dataset:
    """A picture, such as an overlay or the exam sheet, in colour.

    Parameters
    ----------
    picture
        PNG, without the strip, which is added here.
    sources
        The mammograms that are seen on it, of whose patient and study it is.

    Raises
    ------
    UnreadableImageError
        `picture` is no PNG that can be read.
    """
    home, colours = exam_home(sources), _decoded(picture, title)
    pixels = np.vstack([_strip(home, making, colours.shape[1]), colours])
    dataset = new_object(home, "sc", making, sop_class=str(SecondaryCaptureImageStorage), number=number)
    dataset.ConversionType = "WSD"
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.PatientOrientation = []
    dataset.Laterality = ""  # of the series, which holds both sides
    dataset.BurnedInAnnotation = "YES"
    dataset.DerivationDescription = f"{title}, made by {MODEL_NAME} {making.software_version}"[:1024]
    dataset.ImageComments = f"{RESEARCH}. {phrases.RESEARCH_USE}"
    dataset.SourceImageSequence = [source.reference() for source in sources]
    put_lossy(dataset, next((one for one in sources if one.lossy is not None), home))
    dataset.set_pixel_data(pixels, "RGB", 8, generate_instance_uid=False)
    return finished(dataset)


def _decoded(picture: bytes, title: str) -> NDArray[np.uint8]:
    """(rows, columns, 3) RGB."""
    found = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR) if picture else None
    if found is None:
        raise UnreadableImageError(f"{title}: the picture cannot be read; make the results again.")
    return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB), np.uint8)


def _strip(home: SourceImage, making: Making, columns: int) -> NDArray[np.uint8]:
    """What nobody must overlook, and whose picture it is, above the picture."""
    size = min(max(columns // 50, _SMALLEST), _LARGEST)
    room = columns - 2 * _EDGE
    patient = ", ".join(
        filter(None, (str(home.attributes.PatientID), phrases.date(str(home.attributes.StudyDate))))
    )
    warning = f"{RESEARCH} - not a diagnosis, not verified by anybody"
    whose = f"{patient or 'no patient ID'}   {MODEL_NAME} {making.software_version}"
    lines = [Line(fitting(warning, size, room), size, FINDING), Line(fitting(whose, size, room), size)]
    rows, _ = block_size(lines)
    strip = np.zeros((rows + 2 * _EDGE, columns, 3), np.uint8)
    draw_block(strip, _EDGE, _EDGE, lines=lines)
    strip[-1] = BRIGHT
    return strip
