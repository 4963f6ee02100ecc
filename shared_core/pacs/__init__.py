"""Results to an archive, and exams from one: DICOM C-STORE and C-ECHO (PS3.4 annexes A and B)."""
