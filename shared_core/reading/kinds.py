"""What kind of file this is: one that is read, or in words one that is not."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, Literal

FileFormat = Literal["DICOM", "PNG", "TIFF", "JPEG", "JPEG 2000", "PGM", "NIfTI"]
READ_FORMATS: Final = "DICOM, PNG, TIFF, JPEG, JPEG 2000, PGM or NIfTI"
IMAGE_SUFFIXES: Final = frozenset(
    (
        *(".dcm", ".dicom", ".dic", ".ima", ".png", ".tif", ".tiff", ".jpg", ".jpeg"),
        *(".jp2", ".j2k", ".pgm", ".nii"),
    )
)
START_BYTES: Final = 352
"""As much of a file as tells its kind."""

_MAGIC: Final[tuple[tuple[int, bytes, FileFormat], ...]] = (
    (128, b"DICM", "DICOM"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "TIFF"),
    (0, b"MM\0+", "TIFF"),
    (0, b"\x00\x00\x00\x0cjP", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (344, b"n+1\0", "NIfTI"),
    (4, b"n+2\0\r\n\x1a\n", "NIfTI"),
)
_OTHER_MAGIC: Final = (
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"%PDF", "a PDF document"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"\xd0\xcf\x11\xe0", "an Office document"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"BM", "a BMP picture"),
    (8, b"WEBP", "a WebP picture"),
    (8, b"AVI ", "a video"),
    (0, b"RIFF", "a RIFF file"),
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a video"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"\0\0\x01\xba", "a video"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"8BPS", "a Photoshop picture"),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (344, b"ni1\0", "the header of a NIfTI pair (.hdr and .img)"),
    (4, b"ni2\0\r\n\x1a\n", "the header of a NIfTI pair (.hdr and .img)"),
    (0, b"NRRD", "an NRRD volume"),
    (0, b"ObjectType =", "a MetaImage"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (0, b"MATLAB 5.0", "a MATLAB file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"SQLite format 3\0", "a database"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
)
_OTHER_NETPBM: Final = {
    b"P1": "a bitmap (PBM)",
    b"P4": "a bitmap (PBM)",
    b"P3": "a colour picture (PPM)",
    b"P6": "a colour picture (PPM)",
    b"P7": "a PAM picture",
    b"Pf": "a PFM picture",
}
_BY_SUFFIX: Final = {
    ".docx": "a Word document",
    ".xlsx": "an Excel workbook",
    ".pptx": "a presentation",
    ".odt": "a text document",
    ".ods": "a spreadsheet",
    ".mrb": "a scene of a viewer (MRB)",
    ".npz": "NumPy arrays",
    ".jar": "a program",
    ".pt": "weights of a network",
    ".pth": "weights of a network",
    ".csv": "a CSV table",
    ".tsv": "a table",
    ".json": "a JSON document",
    ".xml": "an XML document",
    ".htm": "an HTML page",
    ".html": "an HTML page",
    ".mhd": "the header of a MetaImage",
    ".raw": "raw values without a header",
    ".img": "raw values without a header",
    ".ljpeg": "an image of DDSM without a header",
    ".ics": "the header of a DDSM exam",
    ".overlay": "an outline of DDSM",
}
"""Where the first bytes say no more than ZIP, text or nothing."""
OWN_ENDINGS: Final = (
    *(
        "_mask.png",
        "_overlay.png",
        "_probability.png",
        "_spread.png",
        "_sheet.png",
        "_labels.png",
        "_other.png",
    ),
    *("_mask.nii", "_mask.nii.gz", "_labels.nii", "_labels.nii.gz", "_mask.tif", "_labels.tif"),
    *("_overlay.jpg", "_overlay_small.jpg"),  # page of a cohort
    *("_band.png", "_breast.png", "_calcium.png"),  # truth of simulated cohorts
)
"""Of pictures that this software writes."""
_TEXT: Final = "a text file, not an image"
_NOTHING: Final = "not an image"


def guessed_format(start: bytes) -> FileFormat | None:
    """Format by the first `START_BYTES` of a file, or None."""
    for at, magic, file_format in _MAGIC:
        if start[at : at + len(magic)] == magic:
            return file_format
    if start[:2] in (b"P2", b"P5") and start[2:3] and start[2:3] in b" \t\r\n#":
        return "PGM"
    # data sets without preamble begin with a low element of group 0002 or 0008
    if start[:2] in (b"\x02\0", b"\x08\0") and start[3:4] == b"\0":
        return "DICOM"
    # the same in big-endian byte order, which always names the value representation
    if start[:3] == b"\0\x08\0" and start[4:6].isalpha() and start[4:6].isupper():
        return "DICOM"
    return None


def is_named_as_image(name: str) -> bool:
    """Whether a name promises an image, packed or not."""
    return PurePath(_unpacked_name(name)).suffix.lower() in IMAGE_SUFFIXES


def image_stem(path: PurePath) -> str:
    """The name of a file without the endings of its kind: ``L_CC`` of ``L_CC.nii.gz``."""
    return PurePath(_unpacked_name(path.name)).stem


def kind_words(name: str, start: bytes) -> str:
    """What a file is that is not read, by its first bytes, then by its name: ``a ZIP archive``."""
    if not start:
        return "an empty file"
    suffix = PurePath(_unpacked_name(name)).suffix.lower()
    # Two letters may begin any text.
    shortest = 3 if _is_text(start) else 1
    found = next(
        (
            words
            for at, magic, words in _OTHER_MAGIC
            if len(magic) >= shortest and start[at : at + len(magic)] == magic
        ),
        "",
    )
    if found and found != "a ZIP archive":
        return found
    if start[2:3] and start[2:3] in b" \t\r\n#" and start[:2] in _OTHER_NETPBM:
        return _OTHER_NETPBM[start[:2]]
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<?xml"):
        found = "an XML document"
    elif text[:9].lower().startswith((b"<!doctype", b"<html")):
        found = "an HTML page"
    elif text.startswith(b"<"):
        found = "an XML document"
    return _BY_SUFFIX.get(suffix) or found or (_TEXT if _is_text(start) else _NOTHING)


def is_archive_of_files(name: str) -> bool:
    """Whether a ZIP archive is one that a person packed, not the file format of some program."""
    return PurePath(name).suffix.lower() not in _BY_SUFFIX


def _unpacked_name(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name


def _is_text(start: bytes) -> bool:
    return bool(start) and not any(byte < 9 or 13 < byte < 32 for byte in start)
