r"""Patient Orientation: side and view of ``P\L``, and how a stored picture is turned to hang upright."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.mammogram import Laterality, MammogramHeader, View
from shared_core.reading.orientation import Turn, hanging_turn, orientation_of, stored_turn
from shared_core.reading.reader import read_header
from tests.reading.synthetic import dataset, write
from tests.shared_cases import CASES, needs_cases
from tests.told import codes

UNKNOWN = {"ImageLaterality": None, "ViewPosition": None}


def header(tmp_path: Path, orientation: str, **attributes: str | None) -> MammogramHeader:
    ds = dataset(PatientOrientation=orientation.split("\\"), **attributes)
    return read_header(write(tmp_path / "image.dcm", ds))


@needs_cases
def test_an_image_with_nothing_but_its_orientation_is_a_right_cc() -> None:
    found = read_header(CASES / "v_orient_only.dcm")
    assert found.view_label == "RCC"
    assert ("view", "CC from PatientOrientation P\\L") in found.evidence
    assert "view-not-in-file" not in codes(found.notices)


@pytest.mark.parametrize(
    ("orientation", "label"),
    [
        ("A\\R", "LCC"),
        ("P\\L", "RCC"),
        ("a\\r ", "LCC"),
        ("A\\FR", "LMLO"),
        ("P\\FL", "RMLO"),
        ("A\\RF", "LMLO"),
        ("P\\FR", "LMLO"),  # mirrored
        ("A\\HR", "RMLO"),  # upside down: from the fold to the axilla
        ("FL\\P", "RMLO"),  # lying
        ("A\\L", "?CC"),  # a left one upside down, or a right one mirrored
        ("P\\R", "?CC"),
        ("R\\A", "?CC"),
        ("A\\F", "L?"),  # ML or MLO
        ("P\\F", "R?"),
        ("A\\P", "??"),
        ("A", "??"),
        ("A\\RL", "??"),
        ("A\\A", "??"),
        ("X\\L", "??"),
        ("F\\R", "??"),
    ],
)
def test_side_and_view_by_the_axes(tmp_path: Path, orientation: str, label: str) -> None:
    assert header(tmp_path, orientation, **UNKNOWN).view_label == label


def test_what_the_file_says_outright_is_believed_first(tmp_path: Path) -> None:
    found = header(tmp_path, "P\\L")
    assert found.view_label == "LCC"
    assert codes(found.notices).count("view-contradicted") == 0


@pytest.mark.parametrize(
    ("side", "view", "orientation", "turn", "how"),
    [
        ("L", "CC", "A\\R", Turn(), ""),
        ("R", "CC", "P\\L", Turn(), ""),
        ("L", "MLO", "A\\FR", Turn(), ""),
        ("L", "MLO", "A\\R", Turn(), ""),
        ("R", "ML", "P\\F", Turn(), ""),
        ("L", "CC", "A\\L", Turn(upside_down=True), "stands upside down"),
        ("L", "CC", "P\\R", Turn(mirrored=True), "is mirrored"),
        ("R", "CC", "A\\R", Turn(upside_down=True, mirrored=True), "is turned by half a circle"),
        ("L", "MLO", "A\\H", Turn(upside_down=True), "stands upside down"),
        ("R", "MLO", "P\\HR", Turn(upside_down=True), "stands upside down"),
        ("L", "CC", "R\\A", Turn(transposed=True), "lies on its side"),
        ("L", "CC", "L\\P", Turn(transposed=True, upside_down=True, mirrored=True), "lies on its side"),
        ("R", "MLO", "FL\\P", Turn(transposed=True), "lies on its side"),
    ],
)
def test_the_turn_that_makes_it_hang_as_usual(
    tmp_path: Path, side: str, view: str, orientation: str, turn: Turn, how: str
) -> None:
    found = header(tmp_path, orientation, ImageLaterality=side, ViewPosition=view)
    assert stored_turn(found) == turn
    told = [notice.text for notice in found.notices if notice.code == "orientation-unusual"]
    assert bool(told) == bool(how)
    assert all(how in text for text in told)


def _breast(first: bool) -> np.ndarray:
    mask = np.zeros((6, 8), bool)
    mask[1:5, slice(0, 4) if first else slice(4, 8)] = True
    return mask


@pytest.mark.parametrize(("wall_is_left", "believed"), [(True, True), (False, False)])
def test_pixels_that_contradict_the_orientation_are_believed(
    tmp_path: Path, wall_is_left: bool, believed: bool
) -> None:
    found = header(tmp_path, "A\\L")
    turn, notices = hanging_turn(found, _breast(wall_is_left))
    assert turn.upside_down == believed
    assert codes(notices) == ([] if believed else ["orientation-contradicted"])


DIRECTIONS = st.text("APRLHFX", max_size=4)


@given(st.lists(DIRECTIONS, max_size=3), st.sampled_from(Laterality), st.sampled_from(View))
def test_any_value_gives_an_answer(values: list[str], side: Laterality, view: View) -> None:
    known = MammogramHeader(None, "memory", 2, 2, 8, view=view, laterality=side)
    found = orientation_of(values)
    turn = stored_turn(known if found is None else _with(known, found.words))
    pixels = np.arange(6).reshape(2, 3)
    assert sorted(turn.of(pixels).ravel()) == sorted(pixels.ravel())


def _with(known: MammogramHeader, words: str) -> MammogramHeader:
    from dataclasses import replace

    rows, columns = words.split("\\")
    return replace(known, patient_orientation=(rows, columns))
