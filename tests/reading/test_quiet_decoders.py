"""Decoders write to standard error by themselves; a person who reads files sees none of it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.errors import OpenBacError
from shared_core.reading.mask import read_mask_file
from shared_core.reading.quiet_decoders import quiet_decoders
from shared_core.reading.reader import read_mammogram
from tests.reading.synthetic import breast, dataset, write, write_as

SOUND_BUT_NOISY = cv2.imencode(".jpg", breast(8))[1].tobytes()


def noisy_files(folder: Path) -> list[Path]:
    """Files about which libjpeg, libpng, libtiff, OpenJPEG and GDCM have something to say."""
    jpeg = SOUND_BUT_NOISY
    (folder / "extra.jpg").write_bytes(jpeg[:-2] + b"\x12\x34\x56" + jpeg[-2:])
    (folder / "cut.jpg").write_bytes(jpeg[: len(jpeg) * 2 // 3] + b"\xff\xd9")
    png = bytearray(cv2.imencode(".png", breast(8))[1].tobytes())
    png[60] ^= 0xFF
    (folder / "m.png").write_bytes(bytes(png))
    cv2.imwrite(str(folder / "a.tif"), breast(12), [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    tiff = bytearray((folder / "a.tif").read_bytes())
    tiff[40:400] = b"\xaa" * 360
    (folder / "b.tif").write_bytes(bytes(tiff))
    found = [folder / name for name in ("extra.jpg", "cut.jpg", "m.png", "a.tif", "b.tif")]
    for syntax in ("jpeg 2000", "jpeg lossless 70", "jpeg-ls"):
        sound = write_as(folder / f"{syntax}.dcm", dataset(), syntax)
        data = bytearray(sound.read_bytes())
        middle = data.rindex(b"\xfe\xff\x00\xe0") + 8 + (len(data) - data.rindex(b"\xfe\xff\x00\xe0")) // 2
        data[middle : middle + 20] = b"\x55" * 20
        (folder / f"damaged {syntax}.dcm").write_bytes(bytes(data))
        found += [sound, folder / f"damaged {syntax}.dcm"]
    return found


def test_reading_leaves_standard_error_free(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    read = 0
    for file in noisy_files(tmp_path):
        capfd.readouterr()
        for reader in (read_mammogram, read_mask_file):
            try:
                reader(file)
                read += 1
            except OpenBacError:
                pass
        out, err = capfd.readouterr()
        assert (out, err) == ("", ""), file.name
    assert read >= 4, "the sound ones are read"


def test_libjpeg_is_noisy_without_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Else the test above could not fail."""
    files = noisy_files(tmp_path)
    capfd.readouterr()
    for file in files:
        cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    assert "JPEG" in capfd.readouterr().err


def test_what_others_write_meanwhile_comes_out_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_decoders():
        os.write(2, b"12 of 30 views\nCorrupt JPEG data: 3 extraneous bytes before marker 0xd9\n")
        with quiet_decoders():
            os.write(2, b"a line of another thread\n")
        assert capfd.readouterr().err == ""
    assert capfd.readouterr().err == "12 of 30 views\na line of another thread\n"


def test_an_error_gives_standard_error_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="damaged"), quiet_decoders():
        raise ValueError("damaged")
    os.write(2, b"here")
    assert capfd.readouterr().err == "here"


def test_threads_share_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jpg").write_bytes(SOUND_BUT_NOISY[:-2] + b"\x12\x34\x56" + SOUND_BUT_NOISY[-2:])

    def read() -> None:
        for _ in range(10):
            read_mammogram(tmp_path / "a.jpg")

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(2, b"done")
    assert capfd.readouterr().err == "done"


@pytest.mark.parametrize("slope", ["1e38", "-1e38", "1e300"])
def test_values_beyond_float32_are_refused_as_such(slope: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(RescaleSlope=slope, RescaleIntercept="0"))
    with pytest.raises(OpenBacError, match=r"Rescale Slope .* lead to values beyond float32"):
        read_mammogram(file)


def test_large_values_within_float32_are_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(RescaleSlope="1e30", RescaleIntercept="0"))
    assert np.isfinite(read_mammogram(file).pixels).all()
