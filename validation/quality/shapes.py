"""Nipples, implants and copies: what is told of each picture as it is, and changed on purpose.

The change is made in the arrays of the prepared picture, so that each is read once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import load_model
from shared_core.mammogram import Mask
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.quality.framing import framing_of
from shared_core.quality.implant import implant_share
from shared_core.quality.likeness import MOST_DIFFERING, differing_bits, likeness_of
from shared_core.quality.nipple import LEAST_HEIGHT, nipple_height
from shared_core.reading.reader import read_mammogram
from validation.markdown import table
from validation.quality.faults import FAULTS, Grey, Sound
from validation.quality.study import PictureSet, kept_file

HEADING: Final = "## Nipples, implants and copies"
WITH_IMPLANTS: Final = "simulated, with implants"
NONE_SEEN: Final = frozenset(
    {
        *("monai-density-A2.jpg", "monai-density-C3.jpg", "monai-density-D4.jpg", "1-133.dcm"),
        *("IM0103.png", "IM0108.png", "IM0154.png"),
    }
)
"""Pictures in which a layman saw no nipple in profile."""
FLAT: Final = frozenset(
    {
        *("cbis-ddsm-P_00646-LCC.png", "monai-density-A1.jpg", "1-131.dcm", "1-280.dcm"),
        *(
            f"IM01{n}.png"
            for n in ("05", "07", "12", "22", "23", "24", "31", "44", "47", "50", "55", "56", "59")
        ),
    }
)
"""Those in which it hardly rises over the skin line."""


def _jpeg(grey: Grey) -> Grey:
    coded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def _half(grey: NDArray[np.uint8]) -> Grey:
    return np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def _another_window(grey: Grey) -> Grey:
    return np.asarray(np.rint(255 * (grey / 255.0) ** 0.8), np.uint8)


COPIES: Final[Mapping[str, Callable[[Grey], Grey]]] = {
    "JPEG of quality 75": _jpeg,
    "half as large": _half,
    "another window (gamma 0.8)": _another_window,
}


@dataclass(frozen=True)
class Seen:
    """Of one picture."""

    set_name: str
    file: str
    nipple: float | None
    """Height; None where the side of the chest wall is open."""
    nipple_away: float | None
    """The same of the picture with a smooth skin line."""
    implant: bool
    painted: Mapping[str, bool]
    """Whether an implant is told, by what was painted."""
    likeness: str
    copies: Mapping[str, str]
    """Their likeness."""


def run_shapes(sets: Sequence[PictureSet], folder: Path) -> list[Seen]:
    """Look at all; a picture that is done is not looked at again."""
    preset = load_model(None).card.preprocessing
    found = []
    for one in sets:
        for path in one.files:
            kept = kept_file(folder, one, path)
            if not kept.exists():
                seen = _seen(one, path, preset)
                kept.parent.mkdir(parents=True, exist_ok=True)
                write_bytes(kept, json.dumps(asdict(seen) if seen is not None else None).encode())
            document = json.loads(kept.read_bytes())
            if document is not None:
                found.append(Seen(**document))
    return found


def _seen(one: PictureSet, path: Path, preset: PreprocessingPreset) -> Seen | None:
    try:
        prepared = prepare(read_mammogram(path, spacing_mm=one.spacing_mm), preset)
    except OpenBacError:
        return None
    image, breast = prepared.display_u8, prepared.breast_mask
    wall = framing_of(breast).wall
    sound, random = Sound(image, breast, None, wall), np.random.default_rng(0)
    made = {name: FAULTS[name].make(sound, random) for name in FAULTS if name.startswith("implant-seen")}
    away = FAULTS["no-nipple, skin line smoothed"].make(sound, random)
    smaller = np.asarray(_half(breast.view(np.uint8) * np.uint8(255)) > 127)
    return Seen(
        one.name,
        path.name,
        nipple_height(image, breast, wall) if wall is not None else None,
        nipple_height(away, _left_of(breast, away == image), wall)
        if away is not None and wall is not None
        else None,
        implant_share(image, breast) > 0,
        {name: implant_share(grey, breast) > 0 for name, grey in made.items() if grey is not None},
        likeness_of(image, breast),
        {
            name: likeness_of(change(image), smaller if name == "half as large" else breast)
            for name, change in COPIES.items()
        },
    )


def _left_of(breast: Mask, unchanged: NDArray[np.bool_]) -> Mask:
    """Without what was taken away: its black pixels did not change, and are single ones."""
    left = (breast & unchanged).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(left, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)) > 0)


def section(seen: Sequence[Seen]) -> list[str]:
    """Lines of the page, from its heading on."""
    real = [one for one in seen if one.set_name != WITH_IMPLANTS]
    return [
        HEADING,
        "",
        "Written by `python -m validation.quality --parts shapes`. The limits were chosen on these real",
        "pictures.",
        "",
        "### Nipples",
        "",
        "A layman looked at the real pictures and said whether a nipple stands out from the skin line.",
        f"Where the side of the chest wall is open nothing is judged: {_open(real)} of {len(real)} pictures.",
        "",
        *table(["nipple, by eye", "pictures", "`no-nipple` told"], list(_nipple_rows(real)), texts=1),
        "",
        "### Implants",
        "",
        "None of the real pictures shows one. A shape half as deep as the breast was painted; the simulated",
        "ones are of silicone, by physics. Of real implants nobody has measured anything.",
        "",
        *table(["picture", "pictures", "`implant-seen` told"], list(_implant_rows(seen, real)), texts=1),
        "",
        "### Copies under another patient",
        "",
        f"Two pictures are the same where at most {MOST_DIFFERING} of 256 bits differ. {_pairs(real)}",
        "",
        *table(["copy", "pictures", "`filed-twice` told"], list(_copy_rows(real)), texts=1),
    ]


def _open(real: Sequence[Seen]) -> int:
    return sum(one.nipple is None for one in real)


def _nipple_rows(real: Sequence[Seen]) -> Iterator[list[str]]:
    clear = [one for one in real if one.file not in NONE_SEEN | FLAT]
    groups = (
        ("stands out", [one.nipple for one in clear]),
        ("flat", [one.nipple for one in real if one.file in FLAT]),
        ("none", [one.nipple for one in real if one.file in NONE_SEEN]),
        ("stood out, skin line smoothed", [one.nipple_away for one in clear]),
    )
    for name, heights in groups:
        known = [height for height in heights if height is not None]
        yield [name, str(len(known)), str(sum(height < LEAST_HEIGHT for height in known))]


def _implant_rows(seen: Sequence[Seen], real: Sequence[Seen]) -> Iterator[list[str]]:
    yield ["as it is, without one", str(len(real)), str(sum(one.implant for one in real))]
    for name in sorted({name for one in real for name in one.painted}):
        own = [one.painted[name] for one in real if name in one.painted]
        yield [f"painted, {name.split(', ', 1)[1]}", str(len(own)), str(sum(own))]
    simulated = [one.implant for one in seen if one.set_name == WITH_IMPLANTS]
    if simulated:
        yield [WITH_IMPLANTS, str(len(simulated)), str(sum(simulated))]


def _pairs(real: Sequence[Seen]) -> str:
    apart = [differing_bits(one.likeness, other.likeness) for one, other in combinations(real, 2)]
    wrong = sum(bits <= MOST_DIFFERING for bits in apart)
    pairs = f"{len(apart):,} pairs of different real pictures"
    return f"Of the {pairs} {wrong} are; the nearest differ in {min(apart)}."


def _copy_rows(real: Sequence[Seen]) -> Iterator[list[str]]:
    for name in COPIES:
        bits = [differing_bits(one.likeness, one.copies[name]) for one in real]
        yield [name, str(len(bits)), str(sum(one <= MOST_DIFFERING for one in bits))]
