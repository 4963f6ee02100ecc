from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

from shared_core.preprocessing.breast import breast_mask
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.valid_area import valid_area
from tests.preprocessing import phantoms

SHAPE = (900, 700)
VESSEL = [(450, 0), (440, 70), (470, 130), (490, 200), (530, 270), (545, 330)]
Pixels = np.ndarray[Any, Any]


@pytest.fixture
def breast() -> Pixels:
    return phantoms.half_ellipse(SHAPE)


def _near(mask: Pixels, radius: int) -> Pixels:
    return cv2.dilate(mask.view(np.uint8), np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)).view(bool)


@settings(max_examples=20)
@given(
    depth=st.integers(1, 25),
    grey=st.integers(205, 255),
    seed=st.integers(0, 1000),
    ramp=st.booleans(),
)
def test_film_edge_at_the_chest_wall_is_out_with_a_guard(
    depth: int, grey: int, seed: int, ramp: bool
) -> None:
    image = phantoms.paint(phantoms.half_ellipse(SHAPE), seed=seed)
    # not of one grey, as on scanned film
    strip = grey - 8 * np.random.default_rng(seed).random((SHAPE[0], depth))
    image[:, :depth] = strip
    if ramp:
        image[:, depth] = (image[:, depth].astype(int) + grey) // 2
    assert not valid_area(image).mask[:, : depth + 2].any()


# Bright pieces of the walls lay in rows as letters do, and were taken out as text.
@example(seed=98, width=17, rise=71)
@example(seed=851, width=8, rise=59)
@example(seed=639, width=17, rise=97)
@settings(max_examples=15)
@given(seed=st.integers(0, 1000), width=st.integers(8, 18), rise=st.integers(40, 110))
def test_calcified_artery_stays_whole_up_to_the_chest_wall(seed: int, width: int, rise: int) -> None:
    image = phantoms.paint(phantoms.half_ellipse(SHAPE), seed=seed)
    vessel = phantoms.tram_track(image, VESSEL, width=width, rise=rise)
    assert (valid_area(image).mask[vessel]).all()


@settings(max_examples=20)
@given(
    row=st.integers(300, 600),
    column=st.integers(60, 260),
    radius=st.integers(4, 10),
    seed=st.integers(0, 1000),
)
def test_bead_is_out_with_a_margin(row: int, column: int, radius: int, seed: int) -> None:
    image = phantoms.paint(phantoms.half_ellipse(SHAPE), seed=seed)
    bead = np.zeros(SHAPE, np.uint8)
    cv2.circle(bead, (column, row), radius, (1,), -1)
    cv2.circle(image, (column, row), radius, (244,), -1, cv2.LINE_AA)
    area = valid_area(median(image))
    assert not (area.mask & _near(bead.view(bool), 1)).any()
    assert dict(area.exclusions_px)["marker"] < 9 * np.pi * (radius + 3) ** 2


def test_scar_wire_is_out(breast: Pixels) -> None:
    image = phantoms.paint(breast)
    wire = np.zeros(SHAPE, np.uint8)
    cv2.polylines(wire, [np.array([[120, 350], [180, 420], [210, 520]], np.int32)], False, (1,), 3)
    image[wire > 0] = 250
    assert not valid_area(image).mask[wire > 0].any()


def test_small_calcifications_stay(breast: Pixels) -> None:
    image = phantoms.paint(breast)
    rng = np.random.default_rng(3)
    specks = np.zeros(SHAPE, np.uint8)
    for row, column in rng.integers((300, 60), (600, 260), (25, 2)):
        cv2.circle(specks, (int(column), int(row)), 1, (1,), -1)
    image[specks > 0] = 240
    area = valid_area(median(image))
    assert area.mask[specks > 0].all()


def test_skin_is_out_and_the_chest_wall_is_in(breast: Pixels) -> None:
    area = valid_area(phantoms.paint(breast, skin_px=1, contrast=8))
    outline = breast & ~cv2.erode(breast.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    assert area.mask[outline].mean() < 0.03
    assert area.mask[300:600, 0].all()
    assert area.mask.sum() > 0.95 * breast.sum()


def test_label_reaching_into_the_breast_is_out(breast: Pixels) -> None:
    image = phantoms.paint(breast)
    label = phantoms.write_label(image, (185, 110), "L C C", 250)
    assert (label & breast).any()
    assert not valid_area(image).mask[label].any()


def test_letters_burned_into_the_breast_are_out(breast: Pixels) -> None:
    image = phantoms.paint(breast)
    label = phantoms.write_label(image, (480, 60), "L C C", 250)
    area = valid_area(median(image))
    assert not area.mask[label].any()
    assert area.mask.sum() > 0.9 * breast.sum()


def test_sticker_at_the_side_is_out(breast: Pixels) -> None:
    image = phantoms.paint(breast)
    image[200:500, 650:] = 245
    assert not valid_area(image).mask[200:500, 650:].any()


@pytest.mark.parametrize("outside", [0, 255])
def test_collimated_field_loses_its_edges(outside: int) -> None:
    image = phantoms.paint(np.ones(SHAPE, bool), contrast=18)
    field = np.zeros(SHAPE, bool)
    field[150:700, 120:560] = True
    image[~field] = outside
    area = valid_area(image)
    assert not area.mask[~field].any()
    inner = cv2.erode(field.view(np.uint8), np.ones((5, 5), np.uint8)).view(bool)
    assert not area.mask[field & ~inner].any()
    assert area.mask.sum() > 0.95 * field.sum()


def test_round_collimator_loses_its_edge() -> None:
    image = phantoms.paint(np.ones(SHAPE, bool), contrast=18)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    distance = np.hypot(rows - 450, columns - 350)
    image[distance > 300] = 0
    area = valid_area(image)
    assert not area.mask[distance > 300].any()
    assert area.mask[distance < 285].all()


def test_straight_paddle_edge_is_out(breast: Pixels) -> None:
    image = phantoms.paint(breast, contrast=8).astype(int)
    image[500:800] -= 22 * breast[500:800]
    area = valid_area(np.clip(image, 0, 255).astype(np.uint8))
    assert not area.mask[498:503, 40:300].any()
    assert area.mask.sum() > 0.9 * breast.sum()


@pytest.mark.parametrize("axis", [0, 1])
def test_flipping_the_image_flips_the_valid_area(breast: Pixels, axis: int) -> None:
    image = phantoms.paint(breast, skin_px=2)
    image[:, :6] = 225
    image[3:9, :6] = 219
    flipped = valid_area(np.ascontiguousarray(np.flip(image, axis))).mask
    assert phantoms.dice(np.flip(flipped, axis), valid_area(image).mask) > 0.998


def test_causes_add_up_to_what_is_missing_of_the_breast(breast: Pixels) -> None:
    image = phantoms.paint(breast)
    cv2.circle(image, (200, 400), 7, (244,), -1, cv2.LINE_AA)
    area = valid_area(image)
    missing = int(breast_mask(image).sum() - area.mask.sum())
    assert sum(pixels for _, pixels in area.exclusions_px) == pytest.approx(missing, rel=0.05)


def test_real_film_keeps_its_artery_and_loses_its_bead(bac_film: Pixels, shared_dir: Path) -> None:
    found = np.load(shared_dir / "golden" / "cbis-ddsm-P_00646-LCC.probability.npz")["p"] > 0.5 * 65535
    area = valid_area(median(bac_film))
    assert np.count_nonzero(found & ~area.mask) <= 0.001 * np.count_nonzero(found)
    rows, columns = np.mgrid[: bac_film.shape[0], : bac_film.shape[1]]
    bead = np.hypot(rows - 1308, columns - 567) <= 11
    assert not area.mask[bead].any()
    label = np.zeros(bac_film.shape, bool)
    label[:80, :120] = True
    assert not area.mask[label].any()


@pytest.mark.parametrize(("name", "side"), [("1-133", "right"), ("1-280", "left"), ("1-283", "right")])
def test_edges_of_real_films_are_out(cbis_dicoms: Path, name: str, side: str) -> None:
    pydicom = pytest.importorskip("pydicom")
    path = next(cbis_dicoms.rglob(f"{name}.dcm"))
    image = np.rint(pydicom.dcmread(path).pixel_array / 257).astype(np.uint8)
    area = valid_area(median(image))
    strip = area.mask[:, -15:] if side == "right" else area.mask[:, :15]
    assert np.count_nonzero(strip) == 0
    assert area.mask.mean() > 0.2


@pytest.mark.parametrize("name", ["A1", "A2", "A4", "B1", "C3", "D2", "D4"])
def test_digital_mammograms_stay_nearly_whole(
    real_mammograms: Path, read_grey: Callable[[Path], Pixels], name: str
) -> None:
    image = median(read_grey(real_mammograms / f"monai-density-{name}.jpg"))
    breast, valid = breast_mask(image), valid_area(image).mask
    # In these files everything above 0 is breast or label.
    assert phantoms.dice(breast, image > 0) > 0.98
    assert 0.95 < valid.sum() / breast.sum() < 0.995
