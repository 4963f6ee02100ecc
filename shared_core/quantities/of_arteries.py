"""Quantities of parts and of followed arteries, and the grade by the rule of CSBI."""

from __future__ import annotations

from typing import Final

from shared_core.quantities.codes import CSBI_GRADES, MAXIMUM, MEAN, own
from shared_core.quantities.number_formats import decimals
from shared_core.quantities.quantity import MM, PIXELS, Quantity, Reading, Serial

_CSBI: Final = "CSBI position statement 2023"
_GUO: Final = "Guo 2021, II.A"


def _kind(name: str, code: str, words: str, meaning: str) -> Quantity:
    """Arteries of one look of their calcium."""

    def counted(measurement: object) -> int | None:
        kinds = getattr(measurement, "vessel_kinds")  # noqa: B009 - of views and exams alike
        found: int | None = getattr(kinds, name) if kinds is not None else None
        return found

    return Quantity(
        key=f"vessels_{name}",
        label=f"Vessels, {words}",
        kind="count",
        concept=own(code, f"Number of calcified arteries, {words}"),
        source=_CSBI,
        view=Reading(meaning, value=counted),
        exam=Reading(f"of both breasts: {meaning}", value=counted),
        place=None,
    )


ARTERIES: Final = (
    Quantity(
        key="parts_count",
        label="Parts",
        kind="count",
        concept=own("PARTS", "Number of connected parts of the mask"),
        view=Reading("connected parts of the mask (8 neighbours)"),
        place=None,
    ),
    Quantity(
        key="largest_part_px",
        label="Largest part",
        kind="count",
        unit=PIXELS,
        concept=own("LARGEST", "Area of the largest part, in pixels"),
        view=Reading("size of the largest part"),
        place=None,
    ),
    Quantity(
        key="vessels_count",
        label="Vessels",
        kind="count",
        concept=own("VESSELS", "Number of calcified arteries"),
        source=_CSBI,
        view=Reading(
            "calcified arteries, each with its branches, without those that `arteries-unsure` tells of; "
            "`null` for masks that are not vessel bands. How they are followed: "
            "[methods.md](methods.md#vessels)"
        ),
        breast=Reading("arteries in the view that shows most", derivation=MAXIMUM),
        exam=Reading("calcified arteries of both breasts; of each breast the view that shows most"),
        place=5,
    ),
    _kind("punctate", "PUNCTATE", "punctate", "those with dots only"),
    _kind("coarse", "COARSE", "coarse", "those with coarse calcium"),
    _kind("tram_track", "TRAMTRACK", "tram track", "those where both walls are seen"),
    _kind("unknown", "UNKNOWNKIND", "look unknown", "those where nothing stands out from the tissue"),
    Quantity(
        key="segments_count",
        label="Segments",
        kind="count",
        concept=own("SEGMENTS", "Number of calcified segments"),
        source=_GUO,
        view=Reading("calcified segments; a gap of 1 cm without calcium ends one"),
        place=6,
    ),
    Quantity(
        key="calcified_length_px",
        label="Calcified length, pixels",
        unit=PIXELS,
        number_format=decimals(0),
        concept=own("LENGTHPX", "Calcified length in pixels"),
        source=_GUO,
        view=Reading("length of the segments along their centre lines"),
        place=None,
    ),
    Quantity(
        key="calcified_length_mm",
        label="Calcified length",
        unit=MM,
        number_format=decimals(1),
        concept=own("LENGTH", "Calcified length of the arteries"),
        source=_GUO,
        view=Reading("the same in mm"),
        breast=Reading("mean over its views", key="mean_calcified_length_mm", derivation=MEAN),
        exam=Reading("mean over the views of each breast, both breasts added up"),
        serial=Serial(
            "calcified_length_mm",
            "Calcified length",
            "sum of breasts",
            "of each breast the mean of its views, both breasts added up, as in `exams.csv`",
        ),
        place=4,
    ),
    Quantity(
        key="mean_calibre_mm",
        label="Mean width",
        unit=MM,
        number_format=decimals(2),
        concept=own("CALIBRE", "Mean width of the bands of BAC"),
        view=Reading("mean width of the bands, which is more than that of the arteries"),
        place=7,
    ),
    Quantity(
        key="csbi_grade",
        label="CSBI grade",
        kind="grade",
        concept=own("CSBI", "BAC grade by the rule of CSBI, automated, unverified"),
        grades=CSBI_GRADES,
        source=_CSBI,
        view=Reading("grade by the rule of CSBI, estimated on this view alone; **automated, unverified**"),
        exam=Reading("grade by the rule of CSBI of these arteries; **automated, unverified**"),
        place=8,
    ),
    Quantity(
        key="csbi_reason",
        label="Why there is no CSBI grade",
        kind="text",
        view=Reading("why there is no grade"),
        exam=Reading("why there is no grade"),
        place=None,
    ),
)
