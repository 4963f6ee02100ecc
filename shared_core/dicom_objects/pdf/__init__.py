"""The report as a PDF, and as an encapsulated PDF object."""
