"""A stream that crashes its codec, or never ends, is one file's failure; the next one is decoded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import generate_frames

from shared_core.errors import UnreadableImageError
from shared_core.reading.codecs import process
from shared_core.reading.codecs.process import CodecError, decode
from tests.reading import synthetic

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = """
import os, sys
from shared_core.reading.codecs import child, functions
child.LONGEST_S = 0.2
opencv = functions.opencv
def hostile(data, *, flags):
    if b"crash" in data:
        os.abort()
    while b"hang" in data:
        pass
    if b"memory" in data:
        bytearray(child.MOST_BYTES)
    return opencv(data, flags=flags)
functions.FUNCTIONS["opencv"] = hostile
"""
"""What a weakness of a codec would do, in the process that decodes."""


@pytest.fixture
def own_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[process._Idle]:
    """Those of this test alone."""
    idle = process._Idle()
    monkeypatch.setattr(process, "_idle", idle)
    yield idle
    idle.end()


def picture() -> bytes:
    return cv2.imencode(".png", synthetic.breast(8))[1].tobytes()


def lossless_frame(folder: Path) -> bytes:
    file = synthetic.write_as(folder / "a.dcm", synthetic.dataset(), "jpeg lossless 70")
    return next(generate_frames(dcmread(file).PixelData, number_of_frames=1))


def test_pixels_come_back_as_the_codec_made_them(own_workers: process._Idle) -> None:
    for _ in range(2):
        found = decode("opencv", picture(), name="a.png", flags=cv2.IMREAD_UNCHANGED)
        assert np.array_equal(found, synthetic.breast(8))
    assert decode("opencv", b"no picture", name="a.png", flags=cv2.IMREAD_UNCHANGED) is None
    with pytest.raises(CodecError):
        decode("openjpeg_file", b"no picture", name="a.jp2")
    assert len(own_workers._workers) == 1, "the same process goes on"


def test_whatever_gdcm_does_to_its_process_the_next_stream_is_decoded(
    own_workers: process._Idle, tmp_path: Path
) -> None:
    """Where the precision that it is told is not that of the stream, GDCM may end its process."""
    frame = lossless_frame(tmp_path)
    sound = {
        "rows": synthetic.ROWS,
        "columns": synthetic.COLUMNS,
        "syntax": synthetic.SYNTAXES["jpeg lossless 70"],
    }
    with suppress(UnreadableImageError):
        decode("gdcm_frame", frame, name="a.dcm", **sound, precision=8)
    pixels = decode("gdcm_frame", frame, name="a.dcm", **sound, precision=12)
    assert pixels is not None
    assert pixels.nbytes == 2 * synthetic.ROWS * synthetic.COLUMNS


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system does not stop processes")
def test_decoder_that_stands_still_is_ended(
    own_workers: process._Idle, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode("opencv", picture(), name="a.png", flags=cv2.IMREAD_UNCHANGED)
    [worker] = own_workers._workers
    os.kill(worker._process.pid, signal.SIGSTOP)
    monkeypatch.setattr(process, "HANG_S", 0.2)
    with pytest.raises(UnreadableImageError, match="takes too long"):
        decode("opencv", picture(), name="a.png", flags=cv2.IMREAD_UNCHANGED)
    assert own_workers._workers == []


@pytest.mark.skipif(sys.platform != "linux", reason="limits of processor and memory are those of Linux")
def test_one_worker_survives_what_ends_a_codec(tmp_path: Path) -> None:
    """With one worker, from the command line: three files fail with a sentence, and one is analysed."""
    from tests.pacs.drawn_exam import drawn_files

    (tmp_path / "sitecustomize.py").write_text(HOSTILE)
    source = tmp_path / "source"
    (tmp_path / "drawn").mkdir()
    source.mkdir()
    [good, *_] = drawn_files(tmp_path / "drawn")
    (source / "good.dcm").write_bytes(good.read_bytes())
    for number, word in enumerate(("crash", "hang", "memory")):
        noise = np.full((96, 72), number, np.uint8)
        (source / f"{word}_LCC.png").write_bytes(cv2.imencode(".png", noise)[1].tobytes() + word.encode())
    answer = subprocess.run(
        [sys.executable, "-m", "shared_core", "analyze", str(source), "-o", str(tmp_path / "out")]
        + ["--workers", "0", "--no-pictures", "--device", "cpu"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1, answer.stderr
    assert "Traceback" not in answer.stderr
    failures = (tmp_path / "out" / "failures.csv").read_text(encoding="utf-8")
    assert "crash_LCC.png: decoding it crashed the decoder" in failures
    assert "hang_LCC.png: decoding it takes too long" in failures
    assert "memory_LCC.png: the PNG is damaged" in failures
    assert len(list((tmp_path / "out").rglob("*_mask.png"))) == 1
