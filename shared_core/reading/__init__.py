"""Reading: DICOM, PNG, TIFF and JPEG mammograms, and grouping them into exams."""
