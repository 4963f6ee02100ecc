"""Reads damaged images one after the other, and says what came of each: a program, with limits of its own.

Image number N is the same in every run with one seed, wherever the run begins.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from shared_core.errors import OpenBacError
from shared_core.reading.codecs import process
from shared_core.reading.description import describe
from shared_core.reading.dicom.display_values import display_u8
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.reader import read_mammogram
from tests.fuzz.images.dicom import mutated_dicom
from tests.fuzz.images.pictures import (
    mutated_gzip,
    mutated_jp2,
    mutated_nifti,
    mutated_pgm,
    mutated_png,
    mutated_tiff,
    mutated_zip,
)
from tests.fuzz.images.streams import mutated_stream
from tests.reading.mutants import sound_file
from tests.reading.synthetic import SYNTAXES

MOST_MB: Final = 2048
LONGEST_S: Final = 20.0
"""Of a processor, not of the clock: other programs have no say. Then the system ends this program."""
_ADDRESSES_BYTES: Final = 8 << 30
Mutation = Callable[[bytes, random.Random], bytes]
KINDS: Final[dict[str, tuple[str, Mutation]]] = {
    **dict.fromkeys((*SYNTAXES, "jpeg extended", "jpeg extended 12", "enhanced"), (".dcm", mutated_dicom)),
    **dict.fromkeys(("png", "png 16", "png rgb"), (".png", mutated_png)),
    **dict.fromkeys(("tiff", "tiff deflate", "tiff float", "tiff tiles"), (".tif", mutated_tiff)),
    "jpeg": (".jpg", mutated_stream),
    "jpeg 2000 file": (".jp2", mutated_jp2),
    **dict.fromkeys(("nifti", "nifti packed"), (".nii", mutated_nifti)),
    **dict.fromkeys(("pgm", "pgm text"), (".pgm", mutated_pgm)),
    "dicom packed": (".dcm.gz", mutated_gzip),
    "zip": (".zip", mutated_zip),
}
_WITHIN: Final[dict[str, str]] = {"zip": "explicit"}


def sound_files(folder: Path) -> dict[str, bytes]:
    """One of each kind; of an archive, what lies in it."""
    return {kind: sound_file(_WITHIN.get(kind, kind), folder) for kind in KINDS}


def image(number: int, seed: str, sound: dict[str, bytes]) -> tuple[str, bytes]:
    """Kind and content of image `number`."""
    kind = list(KINDS)[number % len(KINDS)]
    return kind, KINDS[kind][1](sound[kind], random.Random(f"{seed}/{number}"))


def said_of(path: Path) -> list[str]:
    """Sentences on a file, from the list of exams and from reading it; empty where it is a mammogram."""
    listing = find_exams([path])
    said = [file.text for file in listing.unused]
    for header in (header for exam in listing.exams for header in exam.headers):
        assert header.path is not None
        try:
            mammogram = read_mammogram(header.path)
            display_u8(mammogram.pixels, mammogram.display)
            describe(mammogram.header, mammogram)
        except OpenBacError as error:
            said.append(str(error))
    if not listing.exams:
        with suppress(OpenBacError):
            read_mammogram(path)
    return said


def _processes() -> list[Path]:
    """This one, and those that decode for it."""
    return [Path("/proc/self"), *(Path(f"/proc/{one._process.pid}") for one in process._idle._workers)]


def _peak_mb() -> int:
    """Of the largest of them."""
    found = (re.search(r"VmHWM:\s+(\d+) kB", _text(place / "status")) for place in _processes())
    return max(int(one[1]) >> 10 for one in found if one is not None)


def _decoding_s() -> float:
    """What those that decode have taken so far."""
    fields = (_text(place / "stat").rpartition(")")[2].split() for place in _processes()[1:])
    ticks = sum(int(one[11]) + int(one[12]) for one in fields if one)
    return ticks / os.sysconf("SC_CLK_TCK")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _forget_peak() -> None:
    for place in _processes():
        with suppress(OSError):
            (place / "clear_refs").write_text("5", encoding="ascii")


def main(seed: str, first: int, last: int) -> None:
    """Say of each image its number before it is read, and what came of it, a line each."""
    import resource  # not on Windows

    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES_BYTES, _ADDRESSES_BYTES))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound = sound_files(folder)
        for number in range(first, last):
            kind, content = image(number, seed, sound)
            path = folder / f"mutant_LCC{KINDS[kind][0]}"
            path.write_bytes(content)
            print(json.dumps({"number": number, "kind": kind}), flush=True)
            wrong = ""
            _forget_peak()
            decoded_s = _decoding_s()
            signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
            try:
                said = said_of(path)
                if any(not one or "\n" in one or "Traceback" in one for one in said):
                    wrong = f"no clear sentence: {said}"
            except Exception:
                said, wrong = [], traceback.format_exc(limit=-4)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if (peak := _peak_mb()) > MOST_MB:
                wrong = f"{wrong} {peak} MB"
            if (took_s := _decoding_s() - decoded_s) > LONGEST_S:
                wrong = f"{wrong} {took_s:.0f} s of decoding"
            print(json.dumps({"refused": bool(said), "wrong": wrong, "mb": peak}), flush=True)
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
