"""Results as DICOM objects that archives and viewers accept; see docs/dicom.md.

The modules need the extra ``dicom``: nothing here is imported before somebody asks for an object.
"""
