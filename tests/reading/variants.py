"""One drawn mammogram in hundreds of files as people have them, each with what must be read from it.

Properties are chosen by a seed, and all pairs of them occur together. What is true of a variant follows from
its properties and from the drawing alone, never from what is tested.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID

from shared_core.mammogram import Laterality, SpacingSource, View
from shared_core.reading.picture_orientation import TAG, upright
from tests.reading import synthetic
from tests.reading.synthetic import COMPRESSED, SYNTAXES, code, dataset, lut_item, write_as

SHAPE = (160, 120)
STRIP = 8
"""Columns beside the picture that may be padding."""
WINDOWS = ("none", "full", "inner", "sigmoid", "table", "of 8 bits", "of 12 bits", "of 16 bits")
PADDINGS = ("none", "zero", "bright strip")
SPACINGS = {
    "none": {},
    "imager": {"ImagerPixelSpacing": [0.07, 0.08]},
    "magnified": {"ImagerPixelSpacing": [0.07, 0.08], "EstimatedRadiographicMagnificationFactor": 1.07},
    "distances": {
        "ImagerPixelSpacing": [0.1, 0.1],
        "DistanceSourceToDetector": 660,
        "DistanceSourceToPatient": 600,
    },
    "calibrated": {
        "ImagerPixelSpacing": [0.07, 0.08],
        "PixelSpacing": [0.065, 0.075],
        "PixelSpacingCalibrationType": "GEOMETRY",
    },
    "plain": {"PixelSpacing": [0.09, 0.1]},
    "film": {"NominalScannedPixelSpacing": [0.05, 0.05]},
    "measures": {},
}
MM = {
    "imager": (0.07, 0.08, SpacingSource.IMAGER),
    "magnified": (0.07 / 1.07, 0.08 / 1.07, SpacingSource.IMAGER_OVER_MAGNIFICATION),
    "distances": (0.1 * 600 / 660, 0.1 * 600 / 660, SpacingSource.IMAGER_OVER_DISTANCES),
    "calibrated": (0.065, 0.075, SpacingSource.PIXEL_SPACING_CALIBRATED),
    "film": (0.05, 0.05, SpacingSource.NOMINAL_SCANNED),
    "measures": (0.085, 0.09, SpacingSource.PIXEL_MEASURES),
}
IDENTITIES = ("codes", "position", "description", "body part", "patient id", "stripped")
FACTORS: dict[str, tuple[Any, ...]] = {
    "depth": (8, 10, 12, 14, 16),
    "bits": ("of depth", "16"),
    "window": WINDOWS,
    "polarity": ("MONOCHROME1", "MONOCHROME2"),
    "padding": PADDINGS,
    "spacing": tuple(SPACINGS),
    "identity": IDENTITIES,
    "syntax": tuple(SYNTAXES),
    "projection": ("LCC", "RCC", "LMLO", "RMLO"),
}
RASTERS = ("png", "tif", "lzw.tif", "white is zero.tif", "jpg")


def drawing(projection: str = "LCC") -> NDArray[np.float64]:
    """Density from 0 to 0.98: a breast at the side that radiologists have it, an artery, and background."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    breast = np.clip(1.15 - np.hypot((rows - 80) / 70, columns / 95), 0, 0.85)
    breast += 0.02 * (breast > 0) * np.sin(rows / 3.1) * np.cos(columns / 2.3)
    breast[70:73, 10:70] += 0.15
    breast[71, 30:40] = 0.98
    breast[:, -STRIP:] = 0
    picture = np.clip(breast, 0, 0.98)
    return picture[:, ::-1].copy() if projection.startswith("R") else picture


@dataclass(frozen=True)
class Variant:
    """A DICOM file; see `FACTORS`."""

    number: int
    depth: int
    bits: str
    window: str
    polarity: str
    padding: str
    spacing: str
    identity: str
    syntax: str
    projection: str

    @property
    def name(self) -> str:
        """For people."""
        values = (getattr(self, factor) for factor in FACTORS)
        return f"{self.number}: {', '.join(map(str, values))}"

    @property
    def top(self) -> int:
        """Largest value of the depth."""
        return (1 << self.depth) - 1

    @property
    def bits_stored(self) -> int:
        """As the header says."""
        return self.depth if self.bits == "of depth" else 16

    @property
    def inverted(self) -> bool:
        """Whether large values are dark."""
        return self.polarity == "MONOCHROME1"

    @property
    def strip(self) -> NDArray[np.bool_]:
        """The columns beside the picture."""
        found = np.zeros(SHAPE, bool)
        found[:, slice(0, STRIP) if self.projection.startswith("R") else slice(-STRIP, None)] = True
        return found

    @property
    def stored(self) -> NDArray[Any]:
        """Pixels as they lie in the file."""
        values = np.rint(drawing(self.projection) * self.top).astype(np.int64)
        values = self.top - values if self.inverted else values
        if self.padding == "bright strip":
            values[self.strip] = 0 if self.inverted else self.top
        return values.astype(np.uint8 if self.bits_stored == 8 else np.uint16)

    @property
    def is_padding(self) -> NDArray[np.bool_]:
        """Where the file marks pixels as padding."""
        if self.padding == "none":
            return np.zeros(SHAPE, bool)
        dark = self.top if self.inverted else 0
        return self.stored == (dark if self.padding == "zero" else self.top - dark)

    @property
    def misfit(self) -> bool:
        """Whether the window is one of another depth."""
        return self.window.startswith("of ") and self.window != f"of {self.depth} bits"

    @property
    def window_tags(self) -> dict[str, Any]:
        """Attributes of the VOI LUT Module."""
        if self.window == "none":
            return {}
        if self.window == "table":
            return {"VOILUTSequence": [self._table()]}
        if self.window.startswith("of "):
            bits = int(self.window.split()[1])
            return {"WindowCenter": 1 << (bits - 1), "WindowWidth": 1 << bits}
        if self.window == "full":
            return {"WindowCenter": (self.top + 1) / 2, "WindowWidth": self.top + 1}
        function = {"VOILUTFunction": "SIGMOID"} if self.window == "sigmoid" else {}
        return {"WindowCenter": round(0.5 * self.top), "WindowWidth": round(0.7 * self.top), **function}

    @property
    def shown(self) -> NDArray[np.float64]:
        """Grey levels of 0 to 255 by the formulas of PS3.3 C.11.2; a window that does not fit is not used."""
        x = self.stored.astype(float)
        if self.window == "table":
            grey = _gamma(self.depth)[self.stored] / 65535
        elif self.window in ("inner", "sigmoid"):
            center, width = round(0.5 * self.top), round(0.7 * self.top)
            grey = (x - center + 0.5) / (width - 1) + 0.5
            if self.window == "sigmoid":
                grey = 1 / (1 + np.exp(-4 * (x - center) / width))
        else:
            grey = x / self.top
        grey = np.clip(grey, 0, 1)
        grey = 1 - grey if self.inverted else grey
        return np.where(self.is_padding, 0.0, 255 * grey)

    @property
    def mm(self) -> tuple[float, float, SpacingSource] | None:
        """(row, column, source) of the spacing in the breast; None where nothing says it."""
        return MM.get(self.spacing)

    @property
    def view(self) -> View:
        """As the file says."""
        return View(self.projection[1:])

    @property
    def side(self) -> Laterality:
        """As the file says."""
        return Laterality(self.projection[0])

    @property
    def told(self) -> set[str]:
        """Notices that there must be, of those in `SETTLED`."""
        codes = {"display-unfit"} if self.misfit else set()
        if self.mm is None:
            codes.add("spacing-unknown")
        if self.spacing == "measures":
            codes.add("synthetic-2d")
        if self.identity == "stripped" and self.spacing != "film":
            codes.add("class-of-file-meta")
        return codes

    @property
    def sop_class(self) -> str:
        """Films are Secondary Captures; of tomosynthesis there is one frame."""
        return {"film": synthetic.SC, "measures": synthetic.TOMO}.get(self.spacing, synthetic.MG)

    def write(self, folder: Path) -> Path:
        """Write the file."""
        ds = dataset(
            self.stored,
            bits=self.bits_stored,
            sop_class=self.sop_class,
            PhotometricInterpretation=self.polarity,
            ImageLaterality=None,
            ViewPosition=None,
            **self.window_tags,
            **SPACINGS[self.spacing],
        )
        if self.spacing == "measures":
            _measure(ds)
        if self.padding != "none":
            ds.PixelPaddingValue = int(self.stored[self.is_padding][0])
        path = folder / self._identify(ds)
        syntax = UID(SYNTAXES[self.syntax])
        ds.file_meta.TransferSyntaxUID = syntax
        if syntax == SYNTAXES["big endian"] and self.bits_stored > 8:
            ds.PixelData = self.stored.astype(">u2").tobytes()
        elif self.syntax in COMPRESSED:
            # of a plain file: the writer of GDCM, which has the encoders, ends the process on stripped ones
            plain = dataset(self.stored, bits=self.bits_stored)
            ds.PixelData = dcmread(write_as(folder / "plain.dcm", plain, self.syntax)).PixelData
            ds["PixelData"].is_undefined_length = True
        ds["PixelData"].VR = "OB" if self.syntax in COMPRESSED or self.bits_stored == 8 else "OW"
        ds.save_as(path, enforce_file_format=True)
        return path

    def _table(self) -> Dataset:
        """All values of the depth, as words, which are long enough for 16 bits."""
        item = lut_item(0, [0])
        item.LUTDescriptor = [(self.top + 1) % 65536, 0, 16]
        order = ">" if self.syntax == "big endian" else "<"
        item.add_new(0x00283006, "OW", _gamma(self.depth).astype(f"{order}u2").tobytes())
        return item

    def _identify(self, ds: Dataset) -> str:
        """Say the projection in the manner of the variant, with the name of the file."""
        side, view = self.projection[0], self.projection[1:]
        word = {"L": "LEFT", "R": "RIGHT"}[side]
        if self.identity == "codes":
            numbers = {"CC": ("399162004", "cranio-caudal"), "MLO": ("R-10226", "medio-lateral oblique")}
            ds.ViewCodeSequence, ds.ImageLaterality = [code(*numbers[view])], side
        elif self.identity == "position":
            ds.ViewPosition, ds.Laterality = view, side
        elif self.identity == "description":
            ds.SeriesDescription = f"{side} {view}"
        elif self.identity == "body part":
            ds.BodyPartExamined, ds.ViewPosition = f"{word} BREAST", view
        elif self.identity == "patient id":
            ds.PatientID = f"Calc-Test_P_0{self.number}_{word}_{view}"
        else:
            del ds.SOPClassUID
            if self.spacing != "film":
                del ds.Modality
            return f"img_{self.projection}.dcm"
        return "a.dcm"


SETTLED = {"display-unfit", "bits-stored-wrong", "spacing-unknown", "synthetic-2d", "class-of-file-meta"} | {
    "view-not-in-file",
    "view-contradicted",
}
"""Notices of which `Variant.told` says whether they must be there."""


def dicom_variants(count: int = 300) -> list[Variant]:
    """Properties by chance, and then more until every two values have met."""
    chance = random.Random(16)
    chosen = [{factor: chance.choice(values) for factor, values in FACTORS.items()} for _ in range(count)]
    for one, other in itertools.combinations(FACTORS, 2):
        met = {(values[one], values[other]) for values in chosen}
        for first, second in itertools.product(FACTORS[one], FACTORS[other]):
            if (first, second) not in met:
                more = {factor: chance.choice(values) for factor, values in FACTORS.items()}
                chosen.append({**more, one: first, other: second})
    return [Variant(number, **values) for number, values in enumerate(chosen)]


@dataclass(frozen=True)
class RasterVariant:
    """A picture file."""

    kind: str
    depth: int
    orientation: int
    projection: str

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.kind}, {self.depth} bits, orientation {self.orientation}, {self.projection}"

    @property
    def values(self) -> NDArray[Any]:
        """Pixels as viewers show them, large meaning bright."""
        dtype = np.uint8 if self.depth == 8 else np.uint16
        return np.rint(drawing(self.projection) * ((1 << self.depth) - 1)).astype(dtype)

    def write(self, folder: Path) -> Path:
        """Write the file."""
        # a quarter turn is undone by the other one, all other turns by themselves
        grid = upright(self.values, {6: 8, 8: 6}.get(self.orientation, self.orientation))
        path = folder / f"exam_{self.projection}.{self.kind}"
        if self.kind == "lzw.tif":
            Image.fromarray(grid).save(path, compression="tiff_lzw", tiffinfo={TAG: self.orientation})
        elif path.suffix == ".tif":
            white = "white" in self.kind
            tifffile.imwrite(
                path,
                np.iinfo(grid.dtype).max - grid if white else grid,
                photometric="miniswhite" if white else "minisblack",
                extratags=[(TAG, 3, 1, self.orientation, True)],
                metadata=None,
            )
        else:
            exif = Image.Exif()
            exif[TAG] = self.orientation
            Image.fromarray(grid).save(path, exif=exif, quality=98)
        return path


def raster_variants() -> list[RasterVariant]:
    """All kinds in all orientations, in turn with all depths and projections."""
    found = []
    for number, (kind, orientation) in enumerate((k, o) for k in RASTERS for o in range(1, 9)):
        depth = 8 if kind == "jpg" or number % 2 else FACTORS["depth"][number // 2 % 5]
        found.append(RasterVariant(kind, depth, orientation, FACTORS["projection"][number % 4]))
    return found


def _gamma(depth: int) -> NDArray[np.int64]:
    top = (1 << depth) - 1
    return np.rint(65535 * (np.arange(top + 1) / top) ** 0.7).astype(np.int64)


def _measure(ds: Dataset) -> None:
    """Functional groups of one frame of tomosynthesis."""
    measured, oriented, placed, shared, frame = (Dataset() for _ in range(5))
    measured.PixelSpacing = [0.085, 0.09]
    oriented.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    placed.ImagePositionPatient = [0, 0, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measured], [oriented]
    frame.PlanePositionSequence = [placed]
    ds.SharedFunctionalGroupsSequence, ds.PerFrameFunctionalGroupsSequence = [shared], [frame]
    ds.NumberOfFrames = 1
