"""DICOM files that are nearly right: attributes, lengths, nesting, fragments and streams changed."""

from __future__ import annotations

import io
import random
import struct
import warnings
from collections.abc import Iterator
from typing import Final, NamedTuple

import pydicom
from pydicom.dataset import Dataset
from pydicom.filewriter import write_file_meta_info

from tests.fuzz.images import nasty
from tests.fuzz.images.streams import mutated_stream
from tests.reading.synthetic import SYNTAXES

_US: Final = (
    *("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel"),
    *("PlanarConfiguration", "PixelPaddingValue", "SmallestImagePixelValue", "LargestImagePixelValue"),
)
_TEXTS: Final = (
    *("NumberOfFrames", "PixelSpacing", "ImagerPixelSpacing", "WindowCenter", "WindowWidth", "RescaleSlope"),
    *("RescaleIntercept", "PhotometricInterpretation", "ImageType", "ViewPosition", "ImageLaterality"),
    *("PatientOrientation", "StudyDate", "PatientID", "PatientName", "SpecificCharacterSet", "Modality"),
    *(
        "EstimatedRadiographicMagnificationFactor",
        "BodyPartThickness",
        "KVP",
        "VOILUTFunction",
        "SOPClassUID",
    ),
    *("SOPInstanceUID", "FieldOfViewHorizontalFlip", "DetectorElementSpacing", "AcquisitionTime"),
)
_LONG: Final = (b"OB", b"OW", b"OF", b"OD", b"OL", b"SQ", b"UN", b"UT", b"UC", b"UR", b"OV", b"SV", b"UV")
_VRS: Final = (b"US", b"SS", b"DS", b"IS", b"LO", b"CS", b"AT", b"FD", b"PN", b"DA", b"ZZ", b"\0\0", *_LONG)


class Place(NamedTuple):
    """Of an element of an explicit little-endian file."""

    begin: int
    length_at: int
    length_bytes: int
    value: int
    end: int


def mutated_dicom(content: bytes, chance: random.Random) -> bytes:
    """Another file; most are DICOM still."""
    how = chance.random()
    if how < 0.45:
        return _with_other_attributes(content, chance)
    if how < 0.75:
        return _with_other_elements(content, chance)
    return _with_other_pixels(content, chance)


def _with_other_attributes(content: bytes, chance: random.Random) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(io.BytesIO(content))
            for _ in range(chance.randint(1, 3)):
                _change(dataset, chance)
            return _written(dataset)
        except Exception:  # what pydicom does not write is changed in its bytes
            return _with_other_elements(content, chance)


def _change(dataset: Dataset, chance: random.Random) -> None:
    how = chance.randrange(8)
    if how < 3:
        dataset.add_new(chance.choice(_US), "US", nasty.number(chance) & 0xFFFF)
    elif how < 6:
        dataset.add_new(chance.choice(_TEXTS), "LO", nasty.text(chance))
    elif how == 6:
        del dataset[chance.choice(list(dataset.keys()))]
    else:
        dataset.file_meta.TransferSyntaxUID = chance.choice(
            [*SYNTAXES.values(), "1.2.840.10008.1.2.4.50", "1.2"]
        )


def _nested(chance: random.Random) -> bytes:
    """Sequences in sequences, of lengths that are known, unknown or wrong."""
    inside = struct.pack("<HH2sHHH", 0x0028, 0x3002, b"US", 6, *(nasty.number(chance) & 0xFFFF for _ in "ab"))
    known = chance.random() < 0.5
    for _ in range(chance.choice((1, 3, 50, 3000))):
        length = len(inside) if known and chance.random() < 0.99 else 0xFFFFFFFF
        item = struct.pack("<HHI", 0xFFFE, 0xE000, length) + inside
        item += b"" if known else b"\xfe\xff\x0d\xe0\0\0\0\0"
        length = len(item) if known else 0xFFFFFFFF
        inside = struct.pack("<HH2sHI", 0x0028, 0x3010, b"SQ", 0, length) + item
        inside += b"" if known else b"\xfe\xff\xdd\xe0\0\0\0\0"
    return inside * chance.choice((1, 2, 30))


def _written(dataset: Dataset) -> bytes:
    """Also where the transfer syntax is another than that of the pixels."""
    buffer = io.BytesIO()
    try:
        dataset.save_as(buffer, enforce_file_format=False)
    except Exception:
        meta = dataset.file_meta
        buffer = io.BytesIO()
        plain = io.BytesIO()
        dataset.save_as(plain, implicit_vr=False, little_endian=True, enforce_file_format=False)
        begin = data_set_begin(plain.getvalue())
        buffer.write(b"\0" * 128 + b"DICM")
        write_file_meta_info(buffer, meta, enforce_standard=False)
        buffer.write(plain.getvalue()[begin:])
    return buffer.getvalue()


def data_set_begin(content: bytes) -> int:
    """Where the file meta information ends, as its group length says."""
    return 132 + 12 + struct.unpack_from("<I", content, 140)[0]


def places(content: bytes) -> Iterator[Place]:
    """Elements of the first level, as long as they can be followed as explicit little endian."""
    at = 132 if content[128:132] == b"DICM" else 0
    while at + 8 <= len(content):
        if content[at + 4 : at + 6] in _LONG and at + 12 <= len(content):
            length_at, size, value = at + 8, 4, at + 12
            length = struct.unpack_from("<I", content, length_at)[0]
        else:
            length_at, size, value = at + 6, 2, at + 8
            length = struct.unpack_from("<H", content, length_at)[0]
        end = len(content) if length == 0xFFFFFFFF else min(value + length, len(content))
        yield Place(at, length_at, size, value, end)
        at = end


def _with_other_elements(content: bytes, chance: random.Random) -> bytes:
    found = list(places(content))
    for _ in range(chance.randint(1, 2)):
        one = chance.choice(found)
        if one.end > len(content):
            continue
        value = content[one.value : one.end]
        length = content[one.length_at : one.value]
        how = chance.randrange(8)
        if how == 0:
            small = nasty.number(chance) & (0xFFFFFFFF if one.length_bytes == 4 else 0xFFFF)
            length = struct.pack("<I" if one.length_bytes == 4 else "<H", small)
        elif how == 1:
            head = content[one.begin : one.begin + 4] + chance.choice(_VRS)
            content = content[: one.begin] + head + content[one.begin + 6 :]
        elif how == 2:
            value = value[: chance.randrange(len(value) + 1)]
        elif how == 3:
            value = chance.randbytes(len(value))
        elif how == 4:
            value = nasty.text(chance).encode("latin-1").ljust(len(value))[: len(value)]
        elif how == 5:
            value += content[one.begin : one.end]
        elif how == 6:
            value += _nested(chance)
        else:
            tag = struct.pack("<HH", nasty.number(chance) & 0xFFFF, nasty.number(chance) & 0xFFFF)
            content = content[: one.begin] + tag + content[one.begin + 4 :]
        content = content[: one.length_at] + length + value + content[one.end :]
    return content


def _with_other_pixels(content: bytes, chance: random.Random) -> bytes:
    at = content.rfind(struct.pack("<HH", 0x7FE0, 0x0010))
    if at < 0:  # deflated or big endian
        return _deflated(content, chance)
    value = at + 12
    if content[value : value + 4] != b"\xfe\xff\x00\xe0":
        pixels = content[value:]
        return content[:value] + chance.choice(
            (
                pixels[: chance.randrange(len(pixels))],
                pixels * 3,
                b"",
                chance.randbytes(1000),
                pixels + b"\xff" * 999,
            )
        )
    return content[:value] + _fragments(content[value:], chance)


def _fragments(data: bytes, chance: random.Random) -> bytes:
    table_bytes = struct.unpack_from("<I", data, 4)[0]
    table, rest = data[8 : 8 + table_bytes], data[8 + table_bytes :]
    frames = []
    while rest[:4] == b"\xfe\xff\x00\xe0":
        length = struct.unpack_from("<I", rest, 4)[0]
        frames.append(rest[8 : 8 + length])
        rest = rest[8 + length :]
    frame = b"".join(frames)
    how = chance.randrange(8)
    if how == 0:
        table = struct.pack("<I", nasty.number(chance)) * chance.choice((1, 2, 1000))
    elif how == 1:
        cut = sorted(chance.randrange(len(frame) + 1) for _ in range(chance.randint(1, 30)))
        frames = [frame[a:b] for a, b in zip([0, *cut], [*cut, len(frame)], strict=True)]
    elif how == 2:
        frames = [b""] * chance.choice((1, 1000)) + frames
    elif how == 3:
        frames = frames * 3
    else:
        frames = [mutated_stream(frame, chance)]
    pieces = [_item(table, chance), *(_item(one, chance) for one in frames)]
    end = chance.choice((rest, rest, b"", b"\xfe\xff\xdd\xe0" + b"\xff" * 4))
    return b"".join(pieces) + end


def _item(content: bytes, chance: random.Random) -> bytes:
    length = nasty.number(chance) if chance.random() < 0.05 else len(content)
    return b"\xfe\xff\x00\xe0" + struct.pack("<I", length) + content


def _deflated(content: bytes, chance: random.Random) -> bytes:
    begin = data_set_begin(content)
    if chance.random() < 0.5:
        spoiled = bytearray(content)
        spoiled[chance.randrange(begin, len(content))] ^= 1 << chance.randrange(8)
        return bytes(spoiled)
    head = struct.pack("<HH2sHI", 0x7FE1, 0x0010, b"OB", 0, chance.choice((600 << 20, 0xFFFFFFFE, 8)))
    return content[:begin] + nasty.deflate_bomb(chance.choice((1, 40, 600)), head)
