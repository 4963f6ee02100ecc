"""Reading: DICOM, PNG, TIFF and JPEG mammograms, and grouping them into exams."""

from shared_core.reading.describe import Row, describe
from shared_core.reading.display import display_u8, display_values
from shared_core.reading.exam import ExamListing, RejectedFile, find_exams
from shared_core.reading.reader import mammogram_from_array, read_header, read_mammogram

__all__ = [
    "ExamListing",
    "RejectedFile",
    "Row",
    "describe",
    "display_u8",
    "display_values",
    "find_exams",
    "mammogram_from_array",
    "read_header",
    "read_mammogram",
]
