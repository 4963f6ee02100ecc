"""What people give by mistake: one clear sentence each, of the right kind."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile

from shared_core.errors import OpenBacError, UnreadableImageError, UnsupportedImageError, UsageError
from shared_core.reading.limits import LARGEST_PIXELS
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading import synthetic
from tests.reading.synthetic import breast, dataset, with_frame, write, write_as

Builder = Callable[[Path], Any]


def raw(data: bytes) -> Builder:
    return lambda path: path.write_bytes(data)


def dicom(**options: Any) -> Builder:
    return lambda path: write(path, dataset(**options))


def picture(suffix: str, image: np.ndarray) -> Builder:
    return lambda path: path.write_bytes(cv2.imencode(suffix, image)[1].tobytes())


def tiff(image: np.ndarray, **options: Any) -> Builder:
    return lambda path: tifffile.imwrite(path, image, **options)


def cut(builder: Builder, share: float) -> Builder:
    def build(path: Path) -> None:
        builder(path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])

    return build


def frame(stream: bytes, syntax: str) -> Builder:
    return lambda path: write(path, with_frame(dataset(breast(8), bits=8), stream, syntax))


def compressed(syntax: str, **options: Any) -> Builder:
    return lambda path: write_as(path, dataset(**options), syntax)


def renamed(new: str, builder: Builder) -> Builder:
    """Swap the transfer syntax in the finished file."""

    def build(path: Path) -> None:
        builder(path)
        data = path.read_bytes()
        at = data.index(b"\x02\0\x10\0UI") + 8
        held = int.from_bytes(data[at - 2 : at], "little")
        value = new.encode() + b"\0" * (len(new) % 2)
        meta = data[: at - 2] + len(value).to_bytes(2, "little") + value + data[at + held :]
        group = meta.index(b"\x02\0\0\0UL\x04\0") + 8
        size = int.from_bytes(meta[group : group + 4], "little") + len(value) - held
        path.write_bytes(meta[:group] + size.to_bytes(4, "little") + meta[group + 4 :])

    return build


def j2k() -> bytes:
    from openjpeg.utils import encode_array

    return bytes(encode_array(breast(8)))


def jp2() -> bytes:
    """A JP2 file: the boxes signature, file type and codestream."""
    boxes = ((b"jP  ", b"\x0d\x0a\x87\x0a"), (b"ftyp", b"jp2 \0\0\0\0jp2 "), (b"jp2c", j2k()))
    return b"".join(struct.pack(">I4s", 8 + len(content), kind) + content for kind, content in boxes)


NAN = np.where(breast(12) == 0, np.nan, breast(12)).astype(np.float32)
COLOUR = np.random.default_rng(0).integers(0, 255, (96, 72, 3), dtype=np.uint8)
JPEG = cv2.imencode(".jpg", breast(8))[1].tobytes()

BAD: dict[str, tuple[Builder, type[OpenBacError], str]] = {
    "empty": (raw(b""), UnreadableImageError, "empty"),
    "text": (raw(b"not an image at all"), UnreadableImageError, "not an image"),
    "a zip": (raw(b"PK\x03\x04" + b"\0" * 200), UnreadableImageError, "ZIP"),
    "a gif": (raw(b"GIF89a" + b"\0" * 200), UnreadableImageError, "GIF"),
    "a pdf": (raw(b"%PDF-1.7" + b"\0" * 200), UnreadableImageError, "PDF"),
    "only a preamble": (raw(b"\0" * 128 + b"DICM"), UnreadableImageError, "DICOM"),
    "DICOM header cut": (cut(dicom(), 0.03), UnreadableImageError, "cut off"),
    "DICOM pixels cut": (cut(dicom(), 0.7), UnreadableImageError, "truncated|cut off"),
    "RLE cut": (cut(compressed("rle"), 0.7), UnreadableImageError, "damaged"),
    "JPEG lossless cut": (cut(compressed("jpeg lossless 70"), 0.7), UnreadableImageError, "damaged"),
    "JPEG-LS cut": (cut(compressed("jpeg-ls"), 0.7), UnreadableImageError, "damaged"),
    "JPEG 2000 cut": (cut(compressed("jpeg 2000"), 0.7), UnreadableImageError, "damaged"),
    "deflated cut": (cut(compressed("deflated"), 0.7), UnreadableImageError, "damaged|truncated"),
    "no pixels": (dicom(PixelData=None), UnreadableImageError, "no Pixel Data"),
    "no rows": (dicom(Rows=None), UnreadableImageError, "Rows, Columns"),
    "too many rows for the pixels": (dicom(Rows=97), UnreadableImageError, "truncated"),
    "too few rows for the pixels": (dicom(Rows=70), UnreadableImageError, "header is wrong"),
    "bits contradict": (dicom(HighBit=3), UnreadableImageError, "contradict"),
    "1 bit": (dicom(BitsAllocated=1, BitsStored=1, HighBit=0), UnsupportedImageError, "bits"),
    "32 bits": (dicom(BitsAllocated=32, BitsStored=32, HighBit=31), UnsupportedImageError, "bits"),
    "RGB": (dicom(SamplesPerPixel=3, PhotometricInterpretation="RGB"), UnsupportedImageError, "colour"),
    "palette": (dicom(PhotometricInterpretation="PALETTE COLOR"), UnsupportedImageError, "colour"),
    "tomosynthesis": (
        dicom(sop_class=synthetic.TOMO, NumberOfFrames=55),
        UnsupportedImageError,
        r"tomosynthesis volume of 55 slices.*synthetic 2-D.*\(28\)",
    ),
    "frames": (dicom(NumberOfFrames=2), UnsupportedImageError, "stack of 2 slices"),
    "CT": (
        dicom(sop_class=synthetic.CT, Modality="CT"),
        UnsupportedImageError,
        "modality CT.*not a mammogram",
    ),
    "SEG": (dicom(sop_class=synthetic.SEG, Modality="SEG"), UnsupportedImageError, "segmentation"),
    "SR": (dicom(sop_class="1.2.840.10008.5.1.4.1.1.88.33"), UnsupportedImageError, "structured report"),
    "GSPS": (dicom(sop_class="1.2.840.10008.5.1.4.1.1.11.1"), UnsupportedImageError, "presentation state"),
    "chest film": (
        dicom(sop_class=synthetic.CR, Modality="CR", BodyPartExamined="CHEST", ViewPosition="PA"),
        UnsupportedImageError,
        "nothing says it shows a breast",
    ),
    "CBIS mask": (dicom(SeriesDescription="ROI mask images"), UnsupportedImageError, "mask or crop"),
    "1 x 1": (dicom(pixels=np.ones((1, 1), np.uint16)), UnsupportedImageError, "64 or more"),
    "tiny": (dicom(pixels=breast()[:63]), UnsupportedImageError, "64 or more"),
    "constant": (dicom(pixels=np.full((96, 72), 7, np.uint16)), UnsupportedImageError, "every pixel is 7"),
    "only padding": (
        dicom(pixels=np.full((96, 72), 7, np.uint16), PixelPaddingValue=7),
        UnreadableImageError,
        "padding",
    ),
    "claims to be huge": (dicom(Rows=65000, Columns=65000), UnsupportedImageError, "megapixels"),
    "unknown syntax": (
        renamed("1.2.840.10008.1.2.4.99", compressed("jpeg-ls")),
        UnsupportedImageError,
        "transfer syntax",
    ),
    "compressed but declared raw": (
        renamed("1.2.840.10008.1.2.1", compressed("jpeg-ls")),
        UnreadableImageError,
        "transfer syntax",
    ),
    "raw but declared compressed": (
        renamed(synthetic.SYNTAXES["jpeg-ls"], dicom()),
        UnreadableImageError,
        "not compressed",
    ),
    "JP2 declared as JPEG Lossless": (
        frame(jp2(), "jpeg lossless 70"),
        UnreadableImageError,
        "declared JPEG Lossless but holds a JP2 file",
    ),
    "JPEG 2000 declared as JPEG-LS": (frame(j2k(), "jpeg-ls"), UnreadableImageError, "JPEG 2000 stream"),
    "Baseline declared as lossless": (frame(JPEG, "jpeg lossless 70"), UnreadableImageError, "JPEG Baseline"),
    "garbage declared as JPEG 2000": (
        frame(b"garbage!" * 9, "jpeg 2000"),
        UnreadableImageError,
        "no codec knows",
    ),
    "JPEG of another size": (
        frame(cv2.imencode(".jpg", breast(8)[:80])[1].tobytes(), "1.2.840.10008.1.2.4.50"),
        UnreadableImageError,
        "one of them is wrong",
    ),
    "12-bit JPEG of an odd precision": (
        frame(JPEG.replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc1\x00\x0b\x10"), "1.2.840.10008.1.2.4.51"),
        UnsupportedImageError,
        "JPEG Extended stream has 16 bits, which no codec reads",
    ),
    "colour photograph, PNG": (picture(".png", COLOUR), UnsupportedImageError, "colour"),
    "colour photograph, JPEG": (picture(".jpg", COLOUR), UnsupportedImageError, "colour"),
    "colour photograph, TIFF": (tiff(COLOUR, photometric="rgb"), UnsupportedImageError, "colour"),
    "planar colour TIFF": (
        tiff(np.moveaxis(COLOUR, -1, 0), photometric="rgb", planarconfig="separate"),
        UnsupportedImageError,
        "colour",
    ),
    "3-D TIFF": (
        tiff(np.stack([breast()] * 5)),
        UnsupportedImageError,
        r"stack of 5 pages.*middle one \(3\)",
    ),
    "ImageJ stack": (tiff(np.stack([breast()] * 5), imagej=True), UnsupportedImageError, "stack of 5"),
    "NaN in TIFF": (tiff(NAN), UnreadableImageError, "not numbers"),
    "infinity in TIFF": (tiff(np.where(breast() == 0, np.inf, 1.0)), UnreadableImageError, "not numbers"),
    "complex TIFF": (tiff(breast().astype(np.complex64)), UnsupportedImageError, "kind"),
    "1-bit TIFF": (tiff(breast() > 100), UnsupportedImageError, r"bit\(s\)"),
    "constant PNG": (
        picture(".png", np.zeros((96, 72), np.uint8)),
        UnsupportedImageError,
        "every pixel is 0",
    ),
    "tiny PNG": (picture(".png", breast(8)[:9, :9]), UnsupportedImageError, "9 x 9"),
    "PNG cut": (cut(picture(".png", breast(8)), 0.7), UnreadableImageError, "truncated"),
    "JPEG cut": (cut(picture(".jpg", breast(8)), 0.7), UnreadableImageError, "end marker"),
    "TIFF cut": (cut(tiff(breast()), 0.7), UnreadableImageError, "truncated"),
    "TIFF without a page": (raw(b"II*\0" + b"\0" * 40), UnreadableImageError, "TIFF"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    build, kind, words = BAD[name]
    path = tmp_path / "bad_file"
    build(path)
    with pytest.raises(kind, match=words) as refused:
        read_mammogram(path)
    sentence = str(refused.value)
    assert type(refused.value).__mro__[1] is not Exception
    assert sentence.startswith("bad_file: ")
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 300


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match=r"nowhere\.dcm.*no such file"):
        read_mammogram(tmp_path / "nowhere.dcm")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match="folder"):
        read_header(tmp_path)


def test_a_hundred_megapixels_are_read_and_more_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    image = np.zeros((10_000, 10_000), np.uint8)
    image[5000:6000, 100:5000] = 200
    path = tmp_path / "large.png"
    path.write_bytes(cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes())
    assert read_mammogram(path).shape == (10_000, 10_000)
    side = int(LARGEST_PIXELS**0.5) + 1
    ds = dataset(Rows=side, Columns=side)
    with pytest.raises(UnsupportedImageError, match="megapixels"):
        read_header(write(tmp_path / "b.dcm", ds))


@pytest.mark.skipif(sys.platform == "win32", reason="rights work differently")
def test_a_forbidden_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", dataset())
    path.chmod(0)
    try:
        path.open("rb").close()
    except PermissionError:
        with pytest.raises(UnreadableImageError, match="cannot be opened"):
            read_mammogram(path)
    else:
        pytest.skip("this user may read everything")


def test_impossible_spacing_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_mammogram(write(tmp_path / "a.dcm", dataset()), spacing_mm=0)


@pytest.mark.parametrize(
    ("attributes", "evidence"),
    [
        ({"sop_class": synthetic.SC, "Modality": "MG"}, "Modality MG"),
        ({"sop_class": synthetic.CR, "Modality": "CR", "BodyPartExamined": "BREAST"}, "BREAST"),
        (
            {
                "sop_class": synthetic.CR,
                "Modality": "CR",
                "BodyPartExamined": "LEFT BREAST",
                "ViewPosition": None,
            },
            "Body Part Examined LEFT BREAST",
        ),
        ({"sop_class": synthetic.DX, "Modality": "DX", "ViewPosition": "MLO"}, "mammographic view"),
        (
            {"sop_class": synthetic.SC, "Modality": "OT", "ViewPosition": None, "PatientOrientation": "CC"},
            "view",
        ),
    ],
)
def test_look_alikes_are_read_with_a_notice(
    tmp_path: Path, attributes: dict[str, Any], evidence: str
) -> None:
    notices = read_header(write(tmp_path / "a.dcm", dataset(**attributes))).notices
    (look_alike,) = (notice for notice in notices if notice.code == "not-stored-as-mammography")
    assert evidence in look_alike.text


def test_a_single_frame_stored_as_tomosynthesis_is_a_synthetic_view(tmp_path: Path) -> None:
    header = read_header(write(tmp_path / "a.dcm", dataset(sop_class=synthetic.TOMO, NumberOfFrames=1)))
    assert header.acquisition.synthetic_2d
