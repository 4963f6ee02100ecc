"""Segmentations, presentation states and pictures as DICOM objects."""
