"""Reading: DICOM, pictures and NIfTI, also in archives, and grouping them into exams."""
