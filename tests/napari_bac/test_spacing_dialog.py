"""A pixel spacing that nobody typed is not known."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtCore import Qt

from napari_bac.docks.spacing_dialog import SpacingDialog

pytestmark = pytest.mark.pyside6


@pytest.fixture
def dialog(qtbot: Any) -> SpacingDialog:
    made = SpacingDialog("scan")
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def given(dialog: SpacingDialog) -> list[float | None]:
    values: list[float | None] = []
    dialog.chosen.connect(values.append)
    return values


def test_enter_states_no_spacing_that_was_not_typed(
    dialog: SpacingDialog, given: list[float | None], qtbot: Any
) -> None:
    for widget in (dialog.spacing_mm, dialog):
        qtbot.keyClick(widget, Qt.Key.Key_Return)
    assert given == []
    assert dialog.isVisible()


@pytest.mark.parametrize("typed", ["0.07", " 0.07 ", "0,07"])
def test_enter_takes_what_was_typed(
    dialog: SpacingDialog, given: list[float | None], qtbot: Any, typed: str
) -> None:
    qtbot.keyClicks(dialog.spacing_mm, typed)
    qtbot.keyClick(dialog.spacing_mm, Qt.Key.Key_Return)
    assert given == [0.07]
    assert not dialog.isVisible()


@pytest.mark.parametrize("typed", ["70", "0", "-0.07", "nan", "a"])
def test_what_is_no_spacing_is_told_and_may_be_typed_again(
    dialog: SpacingDialog, given: list[float | None], qtbot: Any, typed: str
) -> None:
    qtbot.keyClicks(dialog.spacing_mm, typed)
    qtbot.keyClick(dialog.spacing_mm, Qt.Key.Key_Return)
    assert given == []
    assert dialog.isVisible()
    assert dialog.problem.text().endswith(".")
    qtbot.keyClicks(dialog.spacing_mm, "1")
    assert dialog.problem.text() == ""


def test_pixels_are_chosen_by_their_button_alone(
    dialog: SpacingDialog, given: list[float | None], qtbot: Any
) -> None:
    qtbot.mouseClick(dialog.unknown_button, Qt.MouseButton.LeftButton)
    assert given == [None]
