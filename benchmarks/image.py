"""The mammogram that the benchmark is run on: made from a seed, so that no patient's image is needed.

A breast on half of the image, tissue like a power law, quantum noise, and calcified arteries drawn as
tram tracks. It is for timing: nothing is learned about accuracy from it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import (
    DigitalMammographyXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    generate_uid,
)

SHAPE = 4096, 3328
"""(rows, columns) of a large Hologic view."""
SPACING_MM = 0.07
GREATEST = 4095

NOISE_SD = 14.0
"""Of the quantum noise, in 12-bit steps; with it JPEG 2000 takes about as long as on a real view."""
TISSUE_SD = 260.0
VESSEL_HALF_WIDTH_PX = 6.0
ARTERIES = 4

Pixels = NDArray[np.uint16]
Image = NDArray[np.float32]


def make_mammogram(shape: tuple[int, int] = SHAPE, seed: int = 1) -> Pixels:
    """A left CC view, bright meaning dense.

    Parameters
    ----------
    shape
        (rows, columns).
    seed
        The same seed gives the same image.

    Returns
    -------
    (rows, columns) uint16 in [0, 4095], 0 outside the breast.
    """
    rng = np.random.default_rng(seed)
    depth = _depth(shape)
    inside = depth > 0
    image = _tissue(shape, rng)
    image *= TISSUE_SD
    image += 1500.0
    image += _arteries(shape, rng)
    # The skin line: the breast gets thin within a centimetre or so of it.
    image *= np.sqrt(np.clip(6.0 * depth, 0.0, 1.0))
    image += NOISE_SD * rng.standard_normal(shape, np.float32)
    pixels = np.clip(np.rint(image), 0, GREATEST).astype(np.uint16)
    pixels[~inside] = 0
    return pixels


def to_u8(pixels: Pixels) -> NDArray[np.uint8]:
    """The 8-bit image of the file's window, which shows 0 as black and 4095 as white."""
    levels = np.rint(np.arange(GREATEST + 1) * (255.0 / GREATEST)).astype(np.uint8)
    return np.asarray(levels[pixels])


def write_dicom(path: Path, pixels: Pixels) -> None:
    """Write a Digital Mammography X-Ray Image for presentation, JPEG 2000 lossless."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["openbac benchmark image"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID = meta.MediaStorageSOPClassUID
    image.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID = generate_uid(entropy_srcs=["openbac benchmark study"])
    image.SeriesInstanceUID = generate_uid(entropy_srcs=["openbac benchmark series"])
    image.PatientID, image.PatientName, image.StudyDate = "BENCHMARK", "Benchmark^Image", "20200101"
    image.Modality, image.PresentationIntentType = "MG", "FOR PRESENTATION"
    image.ImageType = ["DERIVED", "PRIMARY"]
    image.ImageLaterality, image.ViewPosition, image.PatientOrientation = "L", "CC", ["A", "R"]
    image.ImagerPixelSpacing = [SPACING_MM, SPACING_MM]
    image.Rows, image.Columns = pixels.shape
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.PresentationLUTShape = "IDENTITY"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
    image.WindowCenter, image.WindowWidth = (GREATEST + 1) / 2, GREATEST + 1
    image.BurnedInAnnotation = "NO"
    image.PixelData = pixels.astype("<u2").tobytes()
    image.compress(JPEG2000Lossless, encoding_plugin="pylibjpeg", generate_instance_uid=False)
    image.save_as(path, enforce_file_format=True)


def write_image_files(folder: Path, shape: tuple[int, int] = SHAPE, seed: int = 1) -> tuple[Path, Path]:
    """Write the DICOM file and the 8-bit PNG of the same pixels; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pixels = make_mammogram(shape, seed)
    dicom, png = folder / "benchmark.dcm", folder / "benchmark.png"
    write_dicom(dicom, pixels)
    if not cv2.imwrite(str(png), to_u8(pixels)):
        raise OSError(f"{png} cannot be written.")
    return dicom, png


def _depth(shape: tuple[int, int]) -> Image:
    """1 in the middle of the chest wall, 0 on the skin line: half an ellipse on half of the image."""
    rows, columns = shape
    y = (np.arange(rows, dtype=np.float32)[:, None] - 0.5 * rows) / (0.46 * rows)
    x = np.arange(columns, dtype=np.float32)[None, :] / (0.692 * columns)
    return np.asarray(1.0 - (x * x + y * y), np.float32)


def _tissue(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Noise at scales from 4 px to an eighth of the image, louder at the larger ones; SD about 1."""
    rows, columns = shape
    image = np.zeros(shape, np.float32)
    step, power = 4, 0.0
    while step <= max(max(shape) // 8, 8):
        loudness = step**0.7
        coarse = rng.standard_normal((rows // step + 3, columns // step + 3), np.float32)
        fine = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
        image += np.float32(loudness) * np.asarray(fine, np.float32)
        # Interpolation takes more than half of the variance.
        power += 0.45 * loudness**2
        step *= 2
    image /= np.float32(np.sqrt(power))
    return image


def _arteries(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Arteries from the chest wall towards the nipple, each with two broken bright walls."""
    rows, columns = shape
    canvas = np.zeros(shape, np.uint8)
    soft = np.zeros(shape, np.uint8)
    along = np.linspace(0.0, 1.0, 4 * max(shape) // 8)
    for number in range(ARTERIES):
        start = rows * (0.2 + 0.6 * (number + 0.5) / ARTERIES)
        bend, wave, phase = rng.uniform(-0.05, 0.05), rng.uniform(0.004, 0.012), rng.uniform(0, 6.3)
        row = start + (0.5 * rows - start) * 0.7 * along**2
        row += rows * (bend * np.sin(np.pi * along) + wave * np.sin(9 * along + phase))
        column = columns * (0.02 + 0.5 * along)
        slope = np.hypot(np.gradient(row), np.gradient(column))
        normal = np.stack([-np.gradient(row) / slope, np.gradient(column) / slope], axis=1)
        path = np.stack([column, row], axis=1)
        _draw(soft, path, 70, round(2 * VESSEL_HALF_WIDTH_PX))
        for side in (-1, 1):
            wall = path + side * VESSEL_HALF_WIDTH_PX * normal
            calcified = _patches(len(along), rng)
            for piece in _runs(calcified):
                _draw(canvas, wall[piece], int(rng.integers(120, 256)), 2)
    walls = cv2.GaussianBlur(canvas.astype(np.float32), (0, 0), 1.2)
    bands = cv2.GaussianBlur(soft.astype(np.float32), (0, 0), 2.5)
    return np.asarray(6.0 * walls + 2.0 * bands, np.float32)


def _draw(canvas: NDArray[np.uint8], path: NDArray[np.float64], level: int, thickness: int) -> None:
    points = np.rint(path).astype(np.int32)[:, None, :]
    cv2.polylines(canvas, [points], False, (level,), max(1, thickness), cv2.LINE_AA)


def _patches(length: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Pieces and gaps of uneven length, about two thirds of the whole set."""
    coarse = rng.standard_normal((1, max(length // 30, 2)), np.float32)
    smooth = cv2.resize(coarse, (length, 1), interpolation=cv2.INTER_CUBIC)[0]
    return np.asarray(smooth > -0.35)


def _runs(flags: NDArray[np.bool_]) -> list[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.view(np.int8), [0]])))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


def main() -> None:
    """Write the files and say where they are, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shape", type=int, nargs=2, default=SHAPE, metavar=("ROWS", "COLUMNS"))
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    dicom, png = write_image_files(args.folder, tuple(args.shape), args.seed)
    print(json.dumps({"dicom": str(dicom), "png": str(png)}))


if __name__ == "__main__":
    main()
