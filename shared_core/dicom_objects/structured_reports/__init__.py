"""Structured reports: Mammography CAD SR and TID 1500."""
