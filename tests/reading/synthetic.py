"""Small synthetic DICOM mammograms in every form that files come in, for tests."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian

ROWS, COLUMNS = 96, 72
MG = "1.2.840.10008.5.1.4.1.1.1.2"
MG_RAW = "1.2.840.10008.5.1.4.1.1.1.2.1"
CR = "1.2.840.10008.5.1.4.1.1.1"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
SC = "1.2.840.10008.5.1.4.1.1.7"
CT = "1.2.840.10008.5.1.4.1.1.2"
TOMO = "1.2.840.10008.5.1.4.1.1.13.1.3"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"

SYNTAXES = {
    "implicit": "1.2.840.10008.1.2",
    "explicit": "1.2.840.10008.1.2.1",
    "deflated": "1.2.840.10008.1.2.1.99",
    "big endian": "1.2.840.10008.1.2.2",
    "rle": "1.2.840.10008.1.2.5",
    "jpeg lossless 57": "1.2.840.10008.1.2.4.57",
    "jpeg lossless 70": "1.2.840.10008.1.2.4.70",
    "jpeg-ls": "1.2.840.10008.1.2.4.80",
    "jpeg 2000": "1.2.840.10008.1.2.4.90",
}
COMPRESSED = {name: uid for name, uid in SYNTAXES.items() if ".4." in uid or uid.endswith("2.5")}


def breast(bits: int = 12, *, signed: bool = False, seed: int = 1) -> NDArray[Any]:
    """A bright half disc on a dark field with noise; the whole bit range is used."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    disc = np.clip(1.2 - np.hypot((rows - 48) / 40, columns / 55), 0, 1)
    top = (1 << bits) - 1
    values = np.clip(disc * top + rng.integers(0, max(top // 64, 2), (ROWS, COLUMNS)), 0, top).astype(
        np.int64
    )
    values[0, 0], values[0, 1] = 0, top
    if signed:
        values -= 1 << (bits - 1)
        return values.astype(np.int16 if bits > 8 else np.int8)
    return values.astype(np.uint16 if bits > 8 else np.uint8)


_numbers = itertools.count(10**12)


def new_uid() -> UID:
    """Another one each time, and of one length: damage falls upon the same bytes in every run."""
    return UID(f"1.2.826.0.1.3680043.8.498.{next(_numbers)}")


def dataset(
    pixels: NDArray[Any] | None = None,
    *,
    sop_class: str = MG,
    bits: int = 12,
    syntax: str = ExplicitVRLittleEndian,
    **attributes: Any,
) -> Dataset:
    """A complete little mammogram; `attributes` are set on top, None removes one."""
    pixels = breast(bits) if pixels is None else pixels
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(sop_class), new_uid()
    meta.TransferSyntaxUID = UID(syntax)
    ds = Dataset()
    ds.file_meta = meta
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = new_uid(), new_uid()
    ds.PatientID, ds.StudyDate, ds.Modality = "P1", "20200102", "MG"
    ds.ImageLaterality, ds.ViewPosition = "L", "CC"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = pixels.dtype.itemsize * 8, bits, bits - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    # unused high bits are zero, also of negative numbers
    stored = pixels.view(f"u{pixels.dtype.itemsize}") & np.array((1 << bits) - 1, f"u{pixels.dtype.itemsize}")
    ds.PixelData = stored.tobytes()
    ds["PixelData"].VR = "OW"
    for keyword, value in attributes.items():
        if value is None:
            del ds[keyword]
        else:
            setattr(ds, keyword, value)
    return ds


def write(path: Path, ds: Dataset) -> Path:
    """Write uncompressed."""
    ds.save_as(path, enforce_file_format=True)
    return path


def write_as(path: Path, ds: Dataset, syntax: str) -> Path:
    """Write in another transfer syntax, encoded by GDCM or OpenJPEG and not by what is tested."""
    uid = UID(SYNTAXES.get(syntax, syntax))
    if uid == ds.file_meta.TransferSyntaxUID:
        return write(path, ds)
    if uid == SYNTAXES["jpeg 2000"]:
        ds.compress(uid, encoding_plugin="pylibjpeg", generate_instance_uid=False)
        return write(path, ds)
    if uid == SYNTAXES["rle"]:
        ds.compress(uid, encoding_plugin="pydicom", generate_instance_uid=False)
        return write(path, ds)
    plain = write(path.with_suffix(".plain"), ds)
    gdcm_transcode(plain, path, uid)
    plain.unlink()
    return path


def gdcm_transcode(source: Path, target: Path, syntax: str) -> None:
    """Change the transfer syntax with GDCM."""
    import gdcm

    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str(syntax))))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(target))
    assert writer.Write()


def with_frame(ds: Dataset, frame: bytes, syntax: str) -> Dataset:
    """Put an encoded frame into a data set."""
    ds.file_meta.TransferSyntaxUID = UID(SYNTAXES.get(syntax, syntax))
    ds.PixelData = encapsulate([frame + b"\0" * (len(frame) % 2)])
    ds["PixelData"].is_undefined_length = True
    return ds


def extended_12_bit() -> Dataset:
    """A mammogram with the 12-bit lossy JPEG of pydicom's test files: no encoder here makes one."""
    from pydicom import dcmread
    from pydicom.data import get_testdata_file
    from pydicom.encaps import generate_frames

    source = dcmread(get_testdata_file("JPEG-lossy.dcm"))
    frame = next(generate_frames(source.PixelData, number_of_frames=1))
    ds = dataset(np.zeros((source.Rows, source.Columns), np.uint16))
    return with_frame(ds, frame, "1.2.840.10008.1.2.4.51")


def lut_item(first: int, entries: list[int], bits: int = 16, explanation: str = "") -> Dataset:
    """One item of a Modality or VOI LUT Sequence."""
    item = Dataset()
    item.add_new(0x00283002, "SS" if first < 0 else "US", [len(entries) % 65536, first, bits])
    if explanation:
        item.LUTExplanation = explanation
    item.add_new(0x00283006, "US", entries)
    return item


def code(value: str, meaning: str, scheme: str = "SCT") -> Dataset:
    """One coded concept."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item
