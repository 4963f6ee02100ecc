"""Quantities of what a model judged: calcifications not along an artery, and how sure it is of BAC."""

from __future__ import annotations

from typing import Final

from shared_core.quantities.codes import MAXIMUM, own
from shared_core.quantities.number_formats import decimals
from shared_core.quantities.quantity import MM2, PIXELS, Quantity, Reading

PARTS: Final = (
    Quantity(
        key="bac_probability",
        label="Probability of BAC",
        number_format=decimals(2),
        concept=own("BACPROBABILITY", "Probability that an artery with calcium is shown"),
        source="validation_real_bac.md",
        view=Reading(
            "probability that the view shows an artery with calcium: calibrated, from its likeliest part, or "
            "as a classifier of whole views gives it; `null` with other models, and after an edit by hand",
        ),
        exam=Reading("the largest of its views", derivation=MAXIMUM),
        place=9,
    ),
    Quantity(
        key="undecided",
        label="May be an artery",
        kind="text",
        view=Reading("where nothing is marked and nobody can tell: the place, in pixels"),
        exam=Reading("the same of all views, where none has a mark"),
        place=None,
    ),
    Quantity(
        key="other_count",
        label="Other calcifications",
        kind="count",
        concept=own("OTHERCOUNT", "Number of calcifications that are not along an artery"),
        view=Reading(
            "calcifications that are not along an artery, connected parts that are in no number of BAC; "
            "`null` where nothing tells them",
        ),
        exam=Reading("the same of both breasts; of each breast the view that shows most"),
        place=10,
    ),
    Quantity(
        key="other_area_px",
        label="Area of other calcifications, pixels",
        kind="count",
        unit=PIXELS,
        concept=own("OTHERPX", "Area of calcifications that are not along an artery, in pixels"),
        view=Reading("their area, with the band that is painted around them"),
        place=None,
    ),
    Quantity(
        key="other_area_mm2",
        label="Area of other calcifications",
        unit=MM2,
        number_format=decimals(1),
        concept=own("OTHERMM2", "Area of calcifications that are not along an artery"),
        view=Reading("the same in mm²"),
        place=11,
    ),
)
