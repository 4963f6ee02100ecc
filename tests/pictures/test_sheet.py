"""The exam sheet: hanging, scale, and any number of views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from shared_core.mammogram import Exam, ViewModifier
from shared_core.notices import Notice, Severity
from shared_core.pictures.reduced_view import reduce_view
from shared_core.pictures.sheet import exam_sheet
from shared_core.pictures.sheet_panel import SheetView, fitting_scale, panel_picture
from shared_core.pictures.text_table import Column, Row, table_picture
from shared_core.quantification.exam import measure_exam
from shared_core.reading.orientation import Turn

FOUR = ("LCC", "LMLO", "RCC", "RMLO")


def small(view) -> SheetView:
    return SheetView(reduce_view(view.prepared, view.mask, longest_px=1000), view.measurement)


def sheet_of(views: Sequence, provenance: dict, notices: tuple[Notice, ...] = ()) -> np.ndarray:
    measurement = measure_exam([(view.header, view.measurement) for view in views])
    exam = Exam("P1_20161004", "P1", "20161004", tuple(v.header for v in views), notices=notices)
    reduced = [(small(view).reduced, view.measurement) for view in views]
    return exam_sheet(exam, reduced, measurement, provenances=[provenance])


def four_views(make_view: Callable, **others) -> list:
    return [make_view(label, wall="left" if label[0] == "L" else "right", **others) for label in FOUR]


def test_chest_walls_meet_in_the_middle(make_view: Callable, provenance: dict) -> None:
    sheet = sheet_of(four_views(make_view), provenance)
    middle = sheet.shape[1] // 2
    top_row = sheet[60:900].max(axis=2)
    at_the_walls = [(top_row[:, column] > 90).sum() for column in (middle - 6, middle + 6)]
    away = [(top_row[:, column] > 90).sum() for column in (middle - 300, middle + 300)]
    assert min(at_the_walls) > max(away)


@pytest.mark.parametrize(
    ("label", "wall", "mirrored"),
    [
        ("LCC", "left", False),
        ("LCC", "right", True),
        ("RMLO", "right", False),
        ("RMLO", "left", True),
        ("??", "right", False),
    ],
)
def test_images_stored_the_other_way_are_mirrored(
    make_view: Callable, label: str, wall: str, mirrored: bool
) -> None:
    view = make_view(label, wall=wall)
    assert small(view).mirrored is mirrored


def test_a_mirrored_panel_is_the_mirror_image(make_view: Callable) -> None:
    as_is, other = (make_view("LCC", wall=wall, shape=(1000, 700)) for wall in ("left", "right"))
    panels = [panel_picture(small(v), 0.7) for v in (as_is, other)]
    assert panels[0].shape == panels[1].shape
    # Resampling and lines of mirror images may differ by a fraction of a pixel.
    assert np.abs(panels[0].astype(int) - panels[1]).mean() < 3


def test_views_of_one_exam_have_one_scale_in_mm(make_view: Callable) -> None:
    fine = make_view("LCC", shape=(1200, 800), spacing=(0.05, 0.05))
    coarse = make_view("RCC", shape=(600, 400), spacing=(0.1, 0.1), wall="right")
    views = [small(v) for v in (fine, coarse)]
    scale = fitting_scale(views, rows=900, columns=800, in_mm=True)
    shapes = [panel_picture(view, scale * view.unit_per_px(True)).shape for view in views]
    np.testing.assert_allclose(shapes[0], shapes[1], atol=3)
    assert max(shape[0] for shape in shapes) in range(898, 902)


def test_views_of_unknown_spacing_have_one_scale_in_pixels(make_view: Callable) -> None:
    large, tiny = make_view("LCC", shape=(1200, 800)), make_view("RCC", shape=(600, 400), wall="right")
    views = [small(v) for v in (large, tiny)]
    scale = fitting_scale(views, rows=900, columns=800, in_mm=False)
    heights = [panel_picture(view, scale * view.unit_per_px(False)).shape[0] for view in views]
    assert heights[0] == pytest.approx(2 * heights[1], abs=4)


@pytest.mark.parametrize(
    "labels", [(), ("LCC",), ("??",), ("??", "??", "??"), ("LML", "RML"), ("RCC", "LMLO", "LML"), FOUR]
)
def test_any_set_of_views_makes_a_sheet(
    make_view: Callable, provenance: dict, labels: tuple[str, ...]
) -> None:
    views = [make_view(label, name=f"{number}.png", shape=(300, 200)) for number, label in enumerate(labels)]
    sheet = sheet_of(
        views, provenance, notices=(Notice("long", Severity.INFO, "A sentence about this exam. " * 20),) * 10
    )
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] >= 1500


def test_repeats_and_magnified_views_are_in_the_table_only(make_view: Callable, provenance: dict) -> None:
    views = four_views(make_view, shape=(300, 200))
    more = make_view("LCC", name="mag.dcm", shape=(300, 200), modifiers=(ViewModifier.MAGNIFICATION,))
    plain, longer = sheet_of(views, provenance), sheet_of([*views, more], provenance)
    added = longer.shape[0] - plain.shape[0]
    assert 0 < added < 100
    np.testing.assert_array_equal(longer[:900], plain[:900])


def test_a_sheet_is_the_same_bytes_each_time(make_view: Callable, provenance: dict) -> None:
    first, second = (sheet_of(four_views(make_view), provenance) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_table_keeps_to_its_width() -> None:
    columns = [Column("Name", number=False), Column("Number")]
    rows = [Row(("a long name " * 30, "1,234,567"))]
    table = table_picture(columns, rows, width_px=400, text_px=20)
    assert table.shape[1] == 400
    # The number stands whole at the right.
    assert table[40:, 300:].max() > 200


@pytest.mark.parametrize(
    ("orientation", "turned"), [(("A", "L"), True), (("L", "A"), True), (("R", "A"), False)]
)
def test_images_stored_upside_down_or_on_their_side_hang_upright(
    make_view: Callable, orientation: tuple[str, str], turned: bool
) -> None:
    view = make_view("LCC", wall="left", shape=(1000, 700))
    upright = panel_picture(small(view), 0.7)
    flip = Turn(transposed=orientation[0] in "RL", upside_down=turned)
    stored = replace(
        view.prepared,
        header=replace(view.prepared.header, patient_orientation=orientation),
        display_u8=as_stored(view.prepared.display_u8, flip),
        breast_mask=as_stored(view.prepared.breast_mask, flip),
        valid_mask=as_stored(view.prepared.valid_mask, flip),
    )
    reduced = reduce_view(stored, as_stored(view.mask, flip), longest_px=1000)
    panel = SheetView(reduced, view.measurement)
    assert panel.turn == flip
    assert panel_picture(panel, 0.7).shape == upright.shape
    assert np.abs(panel_picture(panel, 0.7).astype(int) - upright).mean() < 3


def as_stored(pixels: np.ndarray, turn: Turn) -> np.ndarray:
    """The picture that a turn makes hang upright."""
    turned = pixels[::-1] if turn.upside_down else pixels
    return np.ascontiguousarray(turned.T if turn.transposed else turned)
