"""A matrix of synthetic files: pixels against SimpleITK (GDCM), display against the DICOM formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from shared_core.reading.dicom.display_values import display_u8, display_values
from shared_core.reading.reader import read_mammogram
from tests.reading import synthetic
from tests.reading.synthetic import breast, dataset, lut_item, write_as
from tests.told import codes

sitk = pytest.importorskip("SimpleITK", reason="SimpleITK is the independent reader")


@dataclass(frozen=True)
class Case:
    """One file of the matrix, and its modality values as the DICOM standard defines them."""

    name: str
    stored: NDArray[Any]
    bits: int = 12
    syntax: str = "explicit"
    sop_class: str = synthetic.MG
    attributes: dict[str, Any] = field(default_factory=dict)
    modality: Callable[[NDArray[Any]], NDArray[Any]] = lambda stored: stored
    shown: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    like_gdcm: bool = True


def linear(c: float, w: float) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """PS3.3 C.11.2.1.2.1, written as the standard writes it."""

    def formula(x: NDArray[Any]) -> NDArray[Any]:
        y = ((x - (c - 0.5)) / (w - 1) + 0.5) if w > 1 else np.zeros_like(x)
        y = np.where(x <= c - 0.5 - (w - 1) / 2, 0, y)
        return np.where(x > c - 0.5 + (w - 1) / 2, 1, y)

    return formula


def exact(c: float, w: float) -> Callable[[NDArray[Any]], NDArray[Any]]:
    return lambda x: np.where(x <= c - w / 2, 0, np.where(x > c + w / 2, 1, (x - c) / w + 0.5))


def sigmoid(c: float, w: float) -> Callable[[NDArray[Any]], NDArray[Any]]:
    return lambda x: 1 / (1 + np.exp(-4 * (x - c) / w))


def full(low: float, high: float) -> Callable[[NDArray[Any]], NDArray[Any]]:
    return lambda x: np.clip((x - low) / (high - low), 0, 1)


def rescaled(slope: float, intercept: float) -> Callable[[NDArray[Any]], NDArray[Any]]:
    return lambda stored: stored * slope + intercept


GAMMA = [round(65535 * (i / 4095) ** 0.5) for i in range(4096)]
SHORT = [0, 100, 200, 255]


def window(c: Any, w: Any, function: str | None = None, **more: Any) -> dict[str, Any]:
    named = {"VOILUTFunction": function} if function else {}
    return {"WindowCenter": c, "WindowWidth": w, **named, **more}


def stored_cases() -> list[Case]:
    """How pixels may be written."""
    found = [
        Case(f"{syntax}, {bits} bits", breast(bits), bits, syntax)
        for syntax in synthetic.SYNTAXES
        for bits in (8, 10, 12, 14, 16)
        if not (syntax == "deflated" and bits in (10, 14))
    ]
    found += [
        Case(f"{syntax}, signed 16 bits", breast(16, signed=True), 16, syntax)
        for syntax in ("implicit", "explicit", "rle", "jpeg lossless 70", "jpeg 2000")
    ]
    return found


def voi_cases() -> list[Case]:
    """Windows and VOI tables."""
    b12, s12 = breast(12), breast(12, signed=True)
    return [
        Case("signed 12 bits", s12),
        Case("linear window", b12, attributes=window(1000, 800), shown=linear(1000, 800)),
        Case("linear window of width 1", b12, attributes=window(1000, 1), shown=linear(1000, 1)),
        Case("exact window", b12, attributes=window(1000.5, 0.8, "LINEAR_EXACT"), shown=exact(1000.5, 0.8)),
        Case("sigmoid window", b12, attributes=window(1800, 900, "SIGMOID"), shown=sigmoid(1800, 900)),
        Case(
            "several windows, the first is used",
            b12,
            attributes=window([1200, 900], [500, 400], WindowCenterWidthExplanation=["NORMAL", "HARDER"]),
            shown=linear(1200, 500),
        ),
        Case("window of width 0", b12, attributes=window(1000, 0), shown=full(0, 4095)),
        Case("negative exact width", b12, attributes=window(1000, -5, "LINEAR_EXACT"), shown=full(0, 4095)),
        Case("unknown function", b12, attributes=window(1000, 800, "CUBIC"), shown=linear(1000, 800)),
        Case(
            "VOI table wins over window",
            b12,
            attributes=window(10, 10, VOILUTSequence=[lut_item(0, GAMMA)]),
            shown=lambda x: np.array(GAMMA)[x.astype(int)] / 65535,
        ),
        Case(
            "short VOI table clips outside",
            b12,
            attributes={"VOILUTSequence": [lut_item(1000, SHORT, 8)]},
            shown=lambda x: np.array(SHORT)[np.clip(x - 1000, 0, 3).astype(int)] / 255,
        ),
        Case(
            "VOI table for negative values",
            s12,
            attributes={"VOILUTSequence": [lut_item(-2048, GAMMA)]},
            shown=lambda x: np.array(GAMMA)[(x + 2048).astype(int)] / 65535,
        ),
    ]


def rescale_cases() -> list[Case]:
    """Bits that are used, and what is done to them before the window."""
    b12 = breast(12)
    found = [
        Case("12 bits in a 16-bit file", b12, 16, shown=full(0, 4095)),
        Case("8 bits in a 16-bit file", breast(8).astype(np.uint16), 16, shown=full(0, 255)),
        Case("9 bits in a 13-bit file", breast(9), 13, shown=full(0, 1023)),
        Case("13 bits stored", breast(13), 13, shown=full(0, 8191)),
        Case(
            "integer rescale",
            b12,
            attributes={"RescaleSlope": 2, "RescaleIntercept": -10},
            modality=rescaled(2, -10),
        ),
        Case("offset", b12, attributes={"RescaleSlope": 1, "RescaleIntercept": 5}, modality=rescaled(1, 5)),
        Case(
            "fractional slope",
            b12,
            attributes={"RescaleSlope": 0.5, "RescaleIntercept": 1},
            modality=rescaled(0.5, 1),
        ),
        Case(
            "offset of 16 bits",
            breast(16),
            16,
            attributes={"RescaleSlope": 1, "RescaleIntercept": -1024},
            modality=rescaled(1, -1024),
        ),
        Case("slope zero", b12, attributes={"RescaleSlope": 0, "RescaleIntercept": 0}),
    ]
    for sop_class, title in (
        (synthetic.SC, "SC"),
        (synthetic.CR, "CR"),
        (synthetic.DX, "DX"),
        (synthetic.MG_RAW, "raw MG"),
    ):
        found.append(
            Case(
                f"{title} with rescale",
                b12,
                sop_class=sop_class,
                attributes={"RescaleSlope": 2, "RescaleIntercept": -10},
                modality=rescaled(2, -10),
            )
        )
    return found


def polarity_cases() -> list[Case]:
    """Which end is white, alone and with the other steps; overlays and Modality LUT."""
    b12 = breast(12)
    mono1 = {"PhotometricInterpretation": "MONOCHROME1"}
    return [
        Case("MONOCHROME1, 12 bits", b12, attributes=mono1),
        Case("MONOCHROME1, 8 bits", breast(8), 8, attributes=mono1),
        Case("MONOCHROME1, 16 bits", breast(16), 16, attributes=mono1),
        Case("MONOCHROME1, signed 16 bits", breast(16, signed=True), 16, attributes=mono1),
        Case("MONOCHROME1, JPEG lossless", b12, syntax="jpeg lossless 70", attributes=mono1),
        Case(
            "MONOCHROME1 and window",
            b12,
            attributes={**mono1, **window(1200, 900)},
            shown=linear(1200, 900),
        ),
        Case(
            "MONOCHROME1, INVERSE and sigmoid",
            b12,
            attributes={**mono1, **window(1200, 900, "SIGMOID"), "PresentationLUTShape": "INVERSE"},
            shown=sigmoid(1200, 900),
        ),
        Case(
            "MONOCHROME1 and rescale",
            b12,
            attributes={**mono1, **window(3000, 2000), "RescaleSlope": 2, "RescaleIntercept": -10},
            modality=rescaled(2, -10),
            shown=linear(3000, 2000),
        ),
        Case(
            "MONOCHROME1 and VOI table",
            b12,
            attributes={**mono1, "VOILUTSequence": [lut_item(0, GAMMA)]},
            shown=lambda x: np.array(GAMMA)[x.astype(int)] / 65535,
        ),
        Case("overlay in the unused bits", b12 | 0xF000, modality=lambda stored: stored & 0x0FFF),
        Case(
            "MONOCHROME2 with INVERSE",
            b12,
            attributes={**window(1200, 900), "PresentationLUTShape": "INVERSE"},
            shown=linear(1200, 900),
            like_gdcm=False,
        ),
        Case(
            "Modality LUT",
            b12,
            attributes={"ModalityLUTSequence": [lut_item(0, GAMMA)]},
            modality=lambda stored: np.array(GAMMA)[stored],
            shown=full(0, 65535),
            like_gdcm=False,
        ),
    ]


CASES = [*stored_cases(), *voi_cases(), *rescale_cases(), *polarity_cases()]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def file(case: Case, tmp_path: Path) -> Path:
    ds = dataset(case.stored, sop_class=case.sop_class, bits=case.bits, **case.attributes)
    if "overlay" in case.name:
        ds.PixelData = case.stored.tobytes()
    return write_as(tmp_path / "a.dcm", ds, case.syntax)


def gdcm_pixels(path: Path) -> NDArray[Any]:
    """What ITK and 3D Slicer read."""
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path), imageIO="GDCMImageIO")).squeeze()


def test_the_matrix_is_large_and_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 80


def test_pixels_equal_gdcm_or_a_notice_says_so(case: Case, file: Path) -> None:
    mammogram = read_mammogram(file)
    theirs = gdcm_pixels(file)
    assert mammogram.shape == mammogram.pixels.shape == case.stored.shape
    if case.like_gdcm:
        np.testing.assert_allclose(mammogram.pixels, theirs, rtol=1e-6)
    else:
        assert not np.array_equal(mammogram.pixels, theirs)
        assert {"modality-lut-applied", "inverted-by-lut-shape"} & set(codes(mammogram.header.notices))


def test_modality_values_are_those_of_the_standard(case: Case, file: Path) -> None:
    mammogram = read_mammogram(file)
    mirror = mammogram.display.mirror
    modality = mammogram.pixels if mirror is None else mirror - mammogram.pixels.astype(np.float64)
    np.testing.assert_allclose(modality, case.modality(case.stored.astype(np.int64)), rtol=1e-6)


def test_display_equals_the_formula_to_one_grey_level(case: Case, file: Path) -> None:
    mammogram = read_mammogram(file)
    values = case.modality(case.stored.astype(np.int64)).astype(np.float64)
    if case.shown is not None:
        shown = case.shown(values)
    elif values.min() < 0 or values.max() % 1 or case.attributes.get("RescaleSlope") == 0.5:
        shown = full(values.min(), values.max())(values)
    else:
        top = next(k for k in (8, 10, 12, 14, 16) if values.max() < 1 << k)
        shown = full(0, (1 << top) - 1)(values)
    inverted = "MONOCHROME1" in case.attributes.values() or "INVERSE" in case.attributes.values()
    shown = 1 - shown if inverted else shown
    np.testing.assert_allclose(display_values(mammogram.pixels, mammogram.display), shown, atol=1e-6)
    grey = display_u8(mammogram.pixels, mammogram.display)
    assert grey.dtype == np.uint8
    assert np.abs(grey.astype(float) - 255 * shown).max() <= 0.5 + 1e-4


def test_pixels_are_small_and_cannot_be_written(case: Case, file: Path) -> None:
    pixels = read_mammogram(file).pixels
    assert pixels.dtype in (np.uint8, np.uint16, np.int16, np.int32, np.float32)
    assert not pixels.flags.writeable
    if case.attributes.get("RescaleIntercept") == -10:
        assert pixels.dtype == np.int16
