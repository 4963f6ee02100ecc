"""Results as DICOM objects that archives and viewers take; see docs/dicom.md.

The modules need the extra ``dicom``: nothing here is imported before somebody asks for an object.
"""
