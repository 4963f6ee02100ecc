"""No image that was damaged with intent makes a reader fail other than with one sentence, or takes it along.

`FUZZ_IMAGES=10000` reads so many; the suite reads a few, the same ones each time.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest

from tests.fuzz.images.reading import KINDS, image, said_of, sound_files

ROOT = Path(__file__).resolve().parents[2]
IMAGES = int(os.environ.get("FUZZ_IMAGES", str(8 * len(KINDS))))
SEED = os.environ.get("FUZZ_SEED", "20")
HANG_S = 900.0
"""Of the clock, for what waits and needs no processor; what computes is ended by the program's own limit."""
pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peaks need /proc")


@dataclass
class Found:
    """What came of all images."""

    read: int = 0
    refused: int = 0
    peak_mb: int = 0
    wrong: list[str] = field(default_factory=list)


def read_images(count: int) -> Found:
    """In a program of its own; after one that dies or hangs, in a new one from the next image on."""
    found, next_one = Found(), 0
    while next_one < count:
        next_one = _read_some(next_one, count, found)
    return found


def _read_some(first: int, last: int, found: Found) -> int:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.images.reading", SEED, str(first), str(last)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,  # a line that is held back here would not be seen
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    number, kind = first - 1, "none"
    try:
        while True:
            begun = _line(process.stdout)
            if begun is None:
                break
            number, kind = begun["number"], begun["kind"]
            done = _line(process.stdout)
            if done is None:
                process.kill()
                how = process.wait()
                why = "it took too long" if how == -signal.SIGPROF else f"the program ended with {how}"
                found.wrong.append(f"{number} ({kind}): {why}")
                return number + 1
            found.read += 1
            found.refused += done["refused"]
            found.peak_mb = max(found.peak_mb, done["mb"])
            if done["wrong"]:
                found.wrong.append(f"{number} ({kind}): {done['wrong']}")
    finally:
        process.kill()
        process.wait()
    if number + 1 < last:
        found.wrong.append(f"{number + 1}: the program ended between two images")
    return number + 1 if number >= first else last


def _line(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next line; None where the program is gone or says nothing in time."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        if not selector.select(HANG_S):
            return None
    line = stream.readline()
    return json.loads(line) if line else None


def test_damaged_image_gives_one_sentence_within_limits() -> None:
    found = read_images(IMAGES)
    print(f"{found.read} images read, {found.refused} refused, peak {found.peak_mb} MB")
    assert found.wrong == []
    assert found.read == IMAGES
    assert found.refused > IMAGES / 4, "the damage must reach the reader"


def test_the_page_says_how_many_kinds_are_damaged() -> None:
    assert f"of {len(KINDS)} kinds of files, listed and read" in (ROOT / "docs" / "security.md").read_text(
        "utf-8"
    )


def test_sound_images_are_read_and_changed_ones_are_the_same_each_time(tmp_path: Path) -> None:
    sound = sound_files(tmp_path)
    for kind, (ending, _) in KINDS.items():
        if kind != "zip":
            path = tmp_path / f"sound_LCC{ending}"
            path.write_bytes(sound[kind])
            assert said_of(path) == []
    for number in range(2 * len(KINDS)):
        assert image(number, SEED, sound) == image(number, SEED, sound)
