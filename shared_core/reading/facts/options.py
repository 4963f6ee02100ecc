"""What a person states of one view: named as the columns of a table of facts, see `stated_facts`."""

from __future__ import annotations

from typing import Final

from shared_core.mammogram import Laterality, View
from shared_core.options import Option

FACT_OPTIONS: Final = (
    Option(
        "side",
        "Side",
        "which breast",
        "choice",
        choices=(Laterality.LEFT.value, Laterality.RIGHT.value),
    ),
    Option(
        "view",
        "View",
        "how the breast lay, such as MLO",
        "choice",
        choices=tuple(view.value for view in View if view is not View.UNKNOWN),
    ),
    Option(
        "row_spacing_mm",
        "Pixel spacing, rows",
        "distance of neighbouring rows in the plane of the breast, in mm, such as 0.07",
    ),
    Option(
        "column_spacing_mm",
        "Pixel spacing, columns",
        "distance of neighbouring columns in mm; empty for the same as of rows",
    ),
    Option("patient", "Patient", "patient ID: images with the same ID and date are one exam"),
    Option("study_date", "Study date", "such as 2024-01-31"),
)
"""All may be left open: what nobody states is not stated."""
