"""DICOM mammograms: from a file to a header and pixels."""
