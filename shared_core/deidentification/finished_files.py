"""What a finished file says, in texts and in bytes, with what is packed in it unpacked."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import math
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset

from shared_core.deidentification.identifiers import Identifiers, says_who, texts_of_element
from shared_core.deidentification.search import found_in_bytes, found_in_identity, found_in_texts
from shared_core.dicom_objects.patient_module import WHO_WORDS
from shared_core.reading.dicom.dataset import quiet_pydicom
from shared_core.records.cells import separator_of

_NUMBERS: Final = frozenset({"DS", "IS", "US", "SS", "UL", "SL", "FL", "FD", "AT", "TM", "OF", "OD", "OL"})
"""Numbers and times, which no patient's number is looked for in but while the image is cleaned."""
_BYTES: Final = frozenset({"OB", "OW", "UN", "OV"})
_MOST_UNPACKED: Final = 1 << 30
_PDF_STREAM: Final = re.compile(rb"(<<(?:(?!<<|>>).)*>>)\s*stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_PDF_TEXT: Final = re.compile(rb"\(((?:\\.|[^()\\])*)\)", re.DOTALL)
_PDF_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)

_PDF_LETTER: Final = re.compile(rb"<([0-9A-Fa-f]{2})>\s*<([0-9A-Fa-f]{4})>")
_PDF_CREATED: Final = "D:20000101000000+00'00'"
"""When every report was made, so that the same results give the same bytes."""
_WHO: Final = frozenset({"exam", "key", "patient_id"})
"""Keys and columns of our records that say who a patient is, or which examination."""


@dataclass
class Said:
    """What stands in a file."""

    texts: list[str] = field(default_factory=list)
    """One for each value, as far as the file has values."""
    blobs: list[bytes] = field(default_factory=list)
    """Pixels and the like."""
    identity: list[str] = field(default_factory=list)
    """Those of the texts that say who a patient is, or which examination."""

    def found(self, identifiers: Identifiers) -> frozenset[str]:
        """The identifiers in it."""
        found = found_in_texts(self.texts, identifiers) | found_in_identity(self.identity, identifiers)
        return found.union(*(found_in_bytes(blob, identifiers) for blob in self.blobs))


def said_by_file(path: Path, *, without: Iterable[str] = ()) -> Said:
    """Of a file of results; `without` are texts to be passed over, such as the folder of all results."""
    content = path.read_bytes()
    try:
        said = _said_by_kind(content, path.suffix.lower())
    except Exception:  # what is damaged raises anything, and must not end the look at all other files
        said = _said_by_bytes(content)
    for text in without:
        said.texts = [one.replace(text, " ") for one in said.texts]
    return said


def _said_by_kind(content: bytes, suffix: str) -> Said:
    if suffix == ".dcm":
        with quiet_pydicom():
            return said_by_dataset(pydicom.dcmread(io.BytesIO(content), force=True))
    if suffix == ".json":
        return _said_by_json(json.loads(content))
    if suffix == ".csv":
        return _said_by_table(content.decode("utf-8-sig", "backslashreplace"))
    if suffix == ".pdf":
        return _said_by_pdf(content)
    if suffix == ".png":
        return _said_by_png(content)
    if suffix == ".gz":
        return Said(blobs=[gzip.GzipFile(fileobj=io.BytesIO(content)).read(_MOST_UNPACKED)])
    return _said_by_other(content)


def _said_by_other(content: bytes) -> Said:
    """Of another kind of file: of a text, like the mark of a finished exam, its words; else bytes as well."""
    with suppress(UnicodeDecodeError):
        text = content.decode("utf-8")
        with suppress(json.JSONDecodeError):
            return _said_by_json(json.loads(text))
        if "\0" not in text:
            return Said([text])
    return _said_by_bytes(content)


def _said_by_bytes(content: bytes) -> Said:
    return Said([content.decode("utf-8", "replace")], [content])


def said_by_dataset(dataset: Dataset) -> Said:
    """Every value of a data set and of the items in it, of its head too, and a document in it."""
    said = Said(blobs=[bytes(getattr(dataset, "preamble", None) or b"")])
    for part in (getattr(dataset, "file_meta", None), dataset):
        if part is not None:
            _add_elements(said, part)
    return said


def _add_elements(said: Said, dataset: Dataset) -> None:
    of_standard = (
        str(dataset.get("CodingSchemeDesignator")),
        str(dataset.get("CodeValue")),
        str(dataset.get("CodeMeaning")),
    ) in _codes_of_standard()
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value or ():
                _add_elements(said, item)
        elif element.keyword == "EncapsulatedDocument":
            inner = _said_by_pdf(bytes(element.value))
            said.texts += inner.texts
            said.blobs += inner.blobs
        elif element.VR in _BYTES or isinstance(element.value, bytes):
            said.blobs.append(bytes(element.value or b""))
        elif element.VR not in _NUMBERS and not (of_standard and element.keyword.startswith("Cod")):
            said.texts += texts_of_element(element)
        if says_who(element):
            said.identity += texts_of_element(element)


@cache
def _codes_of_standard() -> frozenset[tuple[str, str, str]]:
    """Scheme, value and meaning; a meaning is of the standard only together with its code."""
    from pydicom.sr import _concepts_dict

    concepts: dict[str, dict[str, dict[str, tuple[str, object]]]] = vars(_concepts_dict)["concepts"]
    return frozenset(
        (scheme, value, meaning)
        for scheme, names in concepts.items()
        for codes in names.values()
        for value, (meaning, _) in codes.items()
    )


def _said_by_json(document: Any) -> Said:
    texts = list(_json_texts(document))
    identity = [one for key, text in texts if key in _WHO for one in _with_begin(text)]
    return Said([text for _, text in texts], identity=identity)


def _json_texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the key that it has; a key has none."""
    if isinstance(value, dict):
        for inner, inside in value.items():
            yield "", str(inner)
            yield from _json_texts(inside, str(inner))
    elif isinstance(value, list):
        for inside in value:
            yield from _json_texts(inside, key)
    elif isinstance(value, str):
        yield key, value


def _said_by_table(text: str) -> Said:
    """Its cells but for measured numbers, which no patient's number is looked for in."""
    separator = separator_of(text.partition("\n")[0])
    said, header = Said(), list[str]()
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        header = header or row
        said.identity += [
            one
            for name, cell in zip(header, row, strict=False)
            if name in _WHO and cell != name
            for one in _with_begin(cell)
        ]
        said.texts += [
            one for one in row if not _is_number(one.replace(",", ".") if separator == ";" else one)
        ]
    return said


def _with_begin(text: str) -> tuple[str, str]:
    """A key, which begins with the patient's number and ends with a date, and that number."""
    return text, text.rpartition("_")[0]


def _is_number(cell: str) -> bool:
    """A measured one; eight digits may be a date, and ``Infinity`` is a name."""
    try:
        number = float(cell)
    except ValueError:
        return False
    return math.isfinite(number) and not (cell.isdecimal() and len(cell) >= 8)


def _said_by_pdf(document: bytes) -> Said:
    """Its strings, and those of its streams unpacked; the streams of pictures as bytes.

    A bare number is one that was measured, but where the words before it say that it is a patient's.
    """
    said = Said()
    fonts: list[dict[int, int]] = []
    who = dict(WHO_WORDS.values())
    before = ""

    def unpacked(stream: re.Match[bytes]) -> bytes:
        packed = stream[2].strip()
        with suppress(ValueError):
            if packed.endswith(b"~>"):
                packed = base64.a85decode(packed[:-2])
        with suppress(zlib.error):
            packed = zlib.decompressobj().decompress(packed, _MOST_UNPACKED)
        if b"/Image" in stream[1] or b"/FontFile" in stream[1] or b"/Length1" in stream[1]:
            said.blobs.append(packed)
            return stream[1]
        if b"begincmap" in packed:
            fonts.append({int(code, 16): int(letter, 16) for code, letter in _PDF_LETTER.findall(packed)})
        return stream[1] + packed

    whole = _PDF_STREAM.sub(unpacked, document)
    for text in _PDF_TEXT.findall(whole):
        plain = _PDF_ESCAPE.sub(_unescaped, text)
        utf16 = plain.startswith(b"\xfe\xff")
        text = plain.decode("utf-16" if utf16 else "latin-1", "replace")
        # Which font it is in is not looked for: with the letters of another one it names nobody.
        spelt = list(dict.fromkeys([text, *(text.translate(letters) for letters in fonts)]))
        if text != _PDF_CREATED and not _is_number(text):
            said.texts += spelt
        if before in who and text != who[before]:
            said.identity += spelt
        before = text
    return said


def _unescaped(escape: re.Match[bytes]) -> bytes:
    """A letter by its number in octal digits, or as it is."""
    return bytes([int(escape[1], 8) & 0xFF]) if escape[1] else escape[2]


def _said_by_png(content: bytes) -> Said:
    """The texts of its chunks, and its pixels unpacked."""
    said, packed, position = Said(), b"", 8
    while position + 8 <= len(content):
        end = position + 12 + int.from_bytes(content[position : position + 4], "big")
        kind, inside = content[position + 4 : position + 8], content[position + 8 : end - 4]
        if kind == b"IDAT":
            packed += inside
        elif kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf"):
            with suppress(zlib.error):
                inside = inside.partition(b"\0")[0] + zlib.decompress(inside.partition(b"\0")[2][1:])
            said.texts.append(inside.decode("utf-8", "replace"))
        position = end
        if kind == b"IEND":
            break
    said.blobs.append(content[position:])
    with suppress(zlib.error):
        said.blobs.append(zlib.decompressobj().decompress(packed, _MOST_UNPACKED))
    return said
