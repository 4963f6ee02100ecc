"""Physically simulated mammograms with exact truth."""
