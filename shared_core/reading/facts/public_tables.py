"""The tables that come with public sets, as they are: which column says what, and which image a row is of.

One entry a set; how to get each set and its table stands in docs/public-datasets.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Fact = Literal[
    "file",
    "patient",
    "exam",
    "study_date",
    "side",
    "view",
    "spacing_mm",
    "row_spacing_mm",
    "column_spacing_mm",
    "manufacturer",
    "intent",
    "source",
]
_NAME: Final = r"([^/]+?)(?:\.[^./]*)?$"
"""The last part of a path without its ending."""
_TWO_NAMES: Final = r"([^/]+/[^/]+?)(?:\.[^./]*)?$"


@dataclass(frozen=True)
class PublicTable:
    """How a public set's table is read."""

    columns: Mapping[Fact, tuple[str, ...]]
    """Fact to the columns that say it, in any case; several columns of one fact are joined by a slash."""
    of_file: str = _NAME
    """Cuts from the path of an image what the table calls it, as its first group."""
    of_row: str = r"(.+)"
    """The same of what stands in the table."""
    positions: tuple[str, ...] = ()
    """Names of the columns of a table that has no line with names."""
    rows: str = ""
    """What the first cell of a row is like, where other lines stand in the table as well."""
    words: bool = False
    """Whether blanks part the columns."""
    constants: Mapping[Fact, str] = field(default_factory=dict)
    """What the documentation of the set says of all its images."""


PUBLIC_TABLES: Final[Mapping[str, PublicTable]] = {
    "vindr": PublicTable(
        {
            "file": ("study_id", "image_id"),
            "patient": ("study_id",),
            "exam": ("study_id",),
            "side": ("laterality",),
            "view": ("view_position",),
        },
        of_file=_TWO_NAMES,
    ),
    "rsna": PublicTable(
        {
            "file": ("patient_id", "image_id"),
            "patient": ("patient_id",),
            "side": ("laterality",),
            "view": ("view",),
        },
        of_file=_TWO_NAMES,
    ),
    "cbis-ddsm": PublicTable(
        {
            "file": ("image file path",),
            "patient": ("patient_id",),
            "side": ("left or right breast",),
            "view": ("image view",),
        },
        of_file=r"((?:Mass|Calc)-(?:Training|Test)_P_\d+_(?:LEFT|RIGHT)_(?:CC|MLO))(?![A-Za-z0-9]|_\d)",
        of_row=r"^([^/]+)",
    ),
    "inbreast": PublicTable(
        {"file": ("file name",), "side": ("laterality",), "view": ("view",), "exam": ("acquisition date",)},
        of_file=r"(?:^|/)(\d+)(?:_[^/]*)?(?:\.[^./]*)?$",
    ),
    "csaw-cc": PublicTable(
        {
            "file": ("anon_filename",),
            "patient": ("anon_patientid",),
            "exam": ("exam_year",),
            "side": ("imagelaterality",),
            "view": ("viewposition",),
        },
        of_row=_NAME,
    ),
    "embed": PublicTable(
        {
            "file": ("anon_dicom_path",),
            "patient": ("empi_anon",),
            "exam": ("acc_anon",),
            "study_date": ("study_date_anon",),
            "side": ("imagelateralityfinal",),
            "view": ("viewposition",),
            "manufacturer": ("manufacturer",),
        },
        of_row=_NAME,
    ),
    "dmid": PublicTable(
        {"file": ("image",), "view": ("view",)},
        positions=("image", "view"),
        rows=r"IMG\d+",
    ),
    "mini-mias": PublicTable(
        {"file": ("image",)},
        positions=("image",),
        rows=r"mdb\d+",
        words=True,
        constants={"spacing_mm": "0.2", "view": "MLO"},
    ),
    "mias": PublicTable(
        {"file": ("image",)},
        positions=("image",),
        rows=r"mdb\d+[a-z]*",
        of_file=r"(mdb\d+)[^/]*$",
        of_row=r"^(mdb\d+)",
        words=True,
        constants={"view": "MLO"},
    ),
    "cdd-cesm": PublicTable(
        {"file": ("image_name",), "patient": ("patient_id",), "side": ("side",), "view": ("view",)},
        of_row=_NAME,
    ),
}


def cut(pattern: str, text: str) -> str | None:
    """The first group of a pattern in a text, in small letters; None where it does not fit."""
    match = re.search(pattern, text.replace("\\", "/").strip())
    # CDD-CESM has blanks before the ending
    return match[1].strip().casefold() if match else None
