"""Each picture as it is and with each fault: what the checks tell."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from shared_core.errors import OpenBacError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.inference.model import load_model
from shared_core.mammogram import Laterality, StatedFacts, View
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.prepared import PreparedView
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.quality.checks import quality_notices
from shared_core.quality.framing import framing_of
from shared_core.reading.reader import read_mammogram
from validation.quality.faults import FAULTS, Fault, Grey, Sound

AS_IT_IS = "as it is"


@dataclass(frozen=True)
class PictureSet:
    """Pictures of one origin."""

    name: str
    files: tuple[Path, ...]
    spacing_mm: float | None
    """About that; None where the files say it or nobody knows."""


@dataclass(frozen=True)
class Row:
    """What was told of one picture."""

    set_name: str
    file: str
    fault: str
    codes: tuple[str, ...]


def run(sets: Sequence[PictureSet], rows_dir: Path) -> list[Row]:
    """Check all; a picture that is done is not checked again.

    Raises
    ------
    UsageError
        If none of the pictures can be prepared.
    """
    preset = load_model(None).card.preprocessing
    found: list[Row] = []
    for one in sets:
        for path in one.files:
            kept = kept_file(rows_dir, one, path)
            if not kept.exists():
                rows = list(_rows(one, path, preset))
                kept.parent.mkdir(parents=True, exist_ok=True)
                write_bytes(kept, json.dumps([asdict(row) for row in rows]).encode())
            found += [Row(**{**row, "codes": tuple(row["codes"])}) for row in json.loads(kept.read_bytes())]
    if not found:
        raise UsageError("None of the pictures shows a breast; name other folders.")
    return found


def kept_file(folder: Path, one: PictureSet, path: Path) -> Path:
    """Where what was found of a picture is kept; pictures of other patients may have the same name."""
    return folder / one.name / f"{zlib.crc32(str(path).encode()):08x}-{path.stem}.json"


def _rows(one: PictureSet, path: Path, preset: PreprocessingPreset) -> Iterator[Row]:
    try:
        prepared = prepare(read_mammogram(path, spacing_mm=one.spacing_mm), preset)
    except OpenBacError:
        return
    yield Row(one.name, path.name, AS_IT_IS, _codes(prepared))
    spacing = prepared.spacing
    sound = Sound(
        prepared.display_u8,
        prepared.breast_mask,
        spacing.row_mm if spacing is not None else None,
        framing_of(prepared.breast_mask).wall,
    )
    with TemporaryDirectory() as folder:
        for name, fault in FAULTS.items():
            if fault.renamed == "CC" and prepared.header.view is not View.MLO:
                continue
            random = np.random.default_rng(zlib.crc32(f"{path.name} {name}".encode()))
            picture = fault.make(sound, random)
            if picture is not None:
                codes = _told_of(picture, fault, sound, Path(folder), preset)
                if codes is not None:
                    yield Row(one.name, path.name, name, codes)


def _told_of(
    picture: Grey, fault: Fault, sound: Sound, folder: Path, preset: PreprocessingPreset
) -> tuple[str, ...] | None:
    path = folder / "picture.png"
    cv2.imwrite(str(path), picture)
    facts = StatedFacts(
        view=View.CC if fault.renamed == "CC" else None,
        laterality={"left": Laterality.LEFT, "right": Laterality.RIGHT}[sound.wall]
        if fault.renamed == "side" and sound.wall is not None
        else None,
    )
    try:
        mammogram = read_mammogram(path, spacing_mm=sound.pitch_mm, facts=facts if fault.renamed else None)
        return _codes(prepare(mammogram, preset))
    except OpenBacError:  # no breast is found in it, so that nothing is measured
        return None


def _codes(prepared: PreparedView) -> tuple[str, ...]:
    return tuple(sorted(notice.code for notice in quality_notices(prepared)))
