"""Damaged versions of sound files, always the same for the same seed.

Run as a program it reads many of them and prints a JSON summary of each kind, a line each: a decoder
that ends the process then ends only this one.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import tempfile
import traceback
import zlib
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import tifffile
from openjpeg.utils import encode_array

from shared_core.errors import OpenBacError
from shared_core.exporting.nifti import labels_nifti
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.reading.description import describe
from shared_core.reading.dicom.display_values import display_u8
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading import synthetic

RASTERS = (
    *("png", "png 16", "png rgb", "jpeg", "tiff", "tiff deflate", "tiff float", "tiff tiles"),
    *("jpeg 2000 file", "pgm", "pgm text", "nifti", "nifti packed", "dicom packed"),
)
KINDS = (*synthetic.SYNTAXES, "jpeg extended", "jpeg extended 12", "enhanced", *RASTERS)


def sound_file(kind: str, folder: Path) -> bytes:
    """A small sound file of this kind."""
    image8, image16 = synthetic.breast(8), synthetic.breast(12)
    if kind.startswith("png"):
        image = {"png": image8, "png 16": image16, "png rgb": np.dstack([image8] * 3)}[kind]
        return cv2.imencode(".png", image)[1].tobytes()
    if kind == "jpeg":
        return cv2.imencode(".jpg", image8)[1].tobytes()
    if kind.startswith("tiff"):
        options: dict[str, dict[str, object]] = {
            "tiff": {},
            "tiff deflate": {"compression": "zlib"},
            "tiff float": {},
            "tiff tiles": {"tile": (32, 32)},
        }
        image = image16.astype(np.float32) if "float" in kind else image16
        tifffile.imwrite(folder / "a.tif", image, **options[kind])
        return (folder / "a.tif").read_bytes()
    if kind.startswith("pgm"):
        head = b"P%d\n# a\n72 96\n4095\n" % (2 if "text" in kind else 5)
        text = b" ".join(b"%d" % value for value in image16.ravel())
        return head + (text if "text" in kind else image16.astype(">u2").tobytes())
    if kind == "jpeg 2000 file":
        return bytes(encode_array(image16, bits_stored=12, codec_format=1))
    if kind.startswith("nifti"):
        labels = labels_nifti(image16, PixelSpacing(0.07, 0.09, SpacingSource.USER), compress=False)
        return gzip.compress(labels) if "packed" in kind else labels
    if kind == "dicom packed":
        return gzip.compress(synthetic.write(folder / "a.dcm", synthetic.dataset()).read_bytes())
    if kind == "jpeg extended 12":
        return synthetic.write(folder / "a.dcm", synthetic.extended_12_bit()).read_bytes()
    if kind == "jpeg extended":  # an 8-bit Baseline stream is a legal Extended one
        frame = cv2.imencode(".jpg", image8)[1].tobytes()
        ds = synthetic.with_frame(synthetic.dataset(image8, bits=8), frame, "1.2.840.10008.1.2.4.51")
        return synthetic.write(folder / "a.dcm", ds).read_bytes()
    ds = synthetic.dataset(
        image16,
        WindowCenter=[1000, 900],
        WindowWidth=[800, 700],
        VOILUTSequence=[synthetic.lut_item(0, list(range(64)), 8, "N")],
        ViewCodeSequence=[synthetic.code("399162004", "cranio-caudal")],
        ImagerPixelSpacing=[0.07, 0.07],
        PixelPaddingValue=0,
        RescaleSlope=1,
        RescaleIntercept=0,
        ImageType=["DERIVED", "PRIMARY"],
    )
    if kind == "enhanced":
        ds.SharedFunctionalGroupsSequence = [synthetic.dataset(image16)]
        del ds.SharedFunctionalGroupsSequence[0].PixelData
        kind = "explicit"
    return synthetic.write_as(folder / "a.dcm", ds, kind).read_bytes()


def mutated(data: bytes, rng: random.Random) -> bytes:
    """One damaged version: bits, bytes, lengths, cuts, insertions, or blocks moved."""
    result = bytearray(data)
    if data.startswith(b"\x89PNG") and rng.random() < 0.7:
        return _png_with_right_checksums(mutated(b"\0" + data[1:], rng))
    # headers are short and pixels are long, so half of the damage is aimed at the headers
    last = len(data) if rng.random() < 0.5 else min(len(data), 1200)
    how = rng.randrange(7)
    if how == 0:
        for _ in range(rng.randint(1, 8)):
            result[rng.randrange(last)] ^= 1 << rng.randrange(8)
    elif how == 1:
        for _ in range(rng.randint(1, 4)):
            result[rng.randrange(last)] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
    elif how == 2:
        del result[rng.randrange(len(data)) :]
    elif how == 3:
        at = rng.randrange(last)
        result[at:at] = rng.randbytes(rng.randint(1, 40))
    elif how == 4:
        at = rng.randrange(last)
        del result[at : at + rng.randint(1, 40)]
    elif how == 5:
        at = rng.randrange(max(last - 4, 1))
        result[at : at + 4] = rng.choice(
            (b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xfe\xff\0\xe0")
        )
    else:
        at, to, length = rng.randrange(last), rng.randrange(last), rng.randint(2, 64)
        result[to : to + length] = data[at : at + length]
    return bytes(result)


def _png_with_right_checksums(data: bytes) -> bytes:
    """Mend the checksums, so that the damage reaches the decoder."""
    result, position = bytearray(b"\x89" + data[1:]), 8
    while position + 12 <= len(result):
        end = position + 8 + int.from_bytes(result[position : position + 4], "big")
        if end + 4 > len(result):
            break
        result[end : end + 4] = zlib.crc32(result[position + 4 : end]).to_bytes(4, "big")
        position = end + 4
    return bytes(result)


def main(kind: str, seed: int, count: int) -> None:
    """Read `count` mutants of one kind and print what came of them."""
    print(kind, file=sys.stderr, flush=True)
    rng = random.Random(f"{kind} {seed}")
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        data = sound_file(kind, Path(folder))
        file = Path(folder, "mutant_LCC.dcm")
        for number in range(count):
            file.write_bytes(mutated(data, rng))
            print(number, file=sys.stderr, flush=True)
            try:
                read_header(file)
                mammogram = read_mammogram(file)
                display_u8(mammogram.pixels, mammogram.display)
                describe(mammogram.header, mammogram)
                outcomes["read"] += 1
            except OpenBacError as error:
                outcomes[type(error).__name__] += 1
                if not str(error).startswith("mutant_LCC.dcm: ") or "\n" in str(error):
                    failures.append(f"mutant {number}: no clear sentence: {error}")
            except Exception:
                failures.append(f"mutant {number}: {traceback.format_exc(limit=-3)}")
    summary = {"outcomes": outcomes, "failures": failures}
    print(json.dumps({"kind": kind, **summary}), flush=True)


if __name__ == "__main__":
    for name in sys.argv[3:]:
        main(name, int(sys.argv[1]), int(sys.argv[2]))
