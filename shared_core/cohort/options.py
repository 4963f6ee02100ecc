"""What a person chooses for a batch in a form: named as in `BatchSettings`, but for going on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

from shared_core.documents import from_content
from shared_core.options import Option, OptionValue
from shared_core.quality.policy import QualityPolicy
from shared_core.records.cells import CsvStyle

RESUME: Final = Option(
    "resume",
    "Keep exams already done",
    "exams that are already in the folder of results are not analysed again",
    "switch",
    default=True,
)
PICTURES: Final = Option(
    "pictures", "Pictures of each view and exam", "overlays and exam sheets", "switch", default=True
)
PROBABILITY: Final = Option(
    "probability",
    "Probability maps",
    "also write probability maps (16-bit PNG, p x 65535), and of an ensemble the spread of its members",
    "switch",
    default=False,
)
QUALITY: Final = Option(
    "quality",
    "Doubtful pictures",
    "a picture that is cut off, blurred, noisy, clipped or processed twice is told (warn), is not analysed "
    "(exclude), or nobody looks (off)",
    "choice",
    default="warn",
    choices=get_args(QualityPolicy),
)
CSV: Final = Option(
    "csv",
    "Tables",
    "how tables are written: for Excel with a byte order mark, where numbers have decimal commas with "
    "semicolons and those; all of them are read (plain: UTF-8, comma, decimal point)",
    "choice",
    default="plain",
    choices=get_args(CsvStyle),
)
BATCH_OPTIONS: Final = (RESUME, PICTURES, PROBABILITY, QUALITY, CSV)


@dataclass(frozen=True)
class BatchChoices:
    """What was chosen of `BATCH_OPTIONS`."""

    resume: bool = True
    pictures: bool = True
    probability: bool = False
    quality: QualityPolicy = "warn"
    csv: CsvStyle = "plain"


def batch_choices(values: Mapping[str, OptionValue]) -> BatchChoices:
    """The choices, from values by the names of the fields; what is not there is as usual."""
    return from_content(dict(values), BatchChoices)
