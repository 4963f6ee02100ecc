"""BAC over time: what is drawn and said, and the way back to a date."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from qtpy.QtCore import QPointF, Qt

from napari_bac.docks.over_time_dock import OverTimeDock
from napari_bac.session.exam_session import ExamSession
from shared_core.change.serial_exams import SERIAL_QUANTITIES
from shared_core.mammogram import Exam
from tests.napari_bac import pictures
from tests.napari_bac.series import GROWING, write_images, write_results

if TYPE_CHECKING:
    import napari


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Exam]]:
    """A patient with three dates; do not write into it."""
    folder = tmp_path_factory.mktemp("over_time") / "patient"
    return folder, write_images(folder, GROWING)


@pytest.fixture
def patient(images: tuple[Path, list[Exam]], tmp_path: Path) -> Path:
    """The same without results."""
    folder, _ = images
    # Hard links: the same files, and another folder beside which results may lie.
    return Path(shutil.copytree(folder, tmp_path / "patient", copy_function=_link))


def _link(source: str, target: str) -> str:
    Path(target).hardlink_to(source)
    return target


@pytest.fixture
def analysed(patient: Path, images: tuple[Path, list[Exam]]) -> Path:
    """With results beside it; keys of exams are those of the copy."""
    from shared_core import find_exams

    write_results(patient.with_name("patient-bac"), list(find_exams(patient).exams), GROWING)
    return patient


@pytest.fixture
def dock(viewer: napari.Viewer, session: ExamSession, qtbot: Any) -> OverTimeDock:
    """The dock as napari shows it."""
    made = OverTimeDock(viewer)
    viewer.window.add_dock_widget(made, name="BAC over time")
    return made


@pytest.fixture
def loaded(dock: OverTimeDock, analysed: Path, qtbot: Any) -> OverTimeDock:
    """With the patient's exams."""
    dock.load(analysed)
    qtbot.waitUntil(lambda: dock.table.rowCount() == 3, timeout=60_000)
    return dock


def test_change_is_said_in_words_with_the_limits_of_the_engine(loaded: OverTimeDock) -> None:
    line = loaded._series.timeline
    assert line is not None
    followed = line.of(loaded._series.quantity)
    assert followed is not None
    assert followed.change_limits is not None
    assert loaded.decision_label.text() == "Increase"
    low, high = followed.change_limits
    assert f"limits {low:+.3g} to {high:+.3g} mm²" in loaded.change_label.text()
    assert "all four views" in loaded.change_label.text()


def test_views_and_exam_are_points_with_interval_and_technique(loaded: OverTimeDock) -> None:
    assert set(loaded.plot.points) == {"", "RCC", "LCC", "RMLO", "LMLO"}
    assert list(loaded.plot.points["LCC"].getData()[1]) == [50, 75, 101]
    assert list(loaded.plot.points[""].getData()[1]) == [91.5, 138.0, 182.0]
    keys = [point.data() for point in loaded.plot.points[""].points()]
    tip = loaded.tip(keys[1], "LCC")
    assert "2018-01-01, L-CC: 75 mm²" in tip
    assert "2.0 years after the previous exam" in tip
    assert "0.200 mm" in tip
    rows = [[loaded.table.item(row, column).text() for column in range(3)] for row in range(3)]
    assert rows == [
        ["2016-01-01", "–", "91.5"],
        ["2018-01-01", "2.0 years", "138"],
        ["2020-01-01", "4.0 years", "182"],
    ]


def test_other_quantity_is_chosen_and_one_that_is_not_known_is_said(loaded: OverTimeDock) -> None:
    keys = [quantity.key for quantity in SERIAL_QUANTITIES]
    loaded.quantity_box.activated.emit(keys.index("mass_ha_mg"))
    assert loaded.decision_label.text() == "No comparison"
    assert "Mass of hydroxyapatite is not known" in loaded.change_label.text()
    loaded.quantity_box.activated.emit(keys.index("bac_area_mm2"))
    assert loaded.decision_label.text() == "Increase"


@pytest.mark.pyside6
def test_click_on_a_point_opens_that_date_with_its_masks(
    loaded: OverTimeDock, viewer: napari.Viewer, session: ExamSession, qtbot: Any
) -> None:
    viewer.window.show()
    plot, box = loaded.plot, loaded.plot.getViewBox()
    qtbot.waitUntil(lambda: plot.isVisible() and plot.width() > 100)
    x, y = (float(values[1]) for values in plot.points[""].getData())
    place = plot.mapFromScene(box.mapViewToScene(QPointF(x, y)))
    qtbot.mouseMove(plot.viewport(), place)
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: len(session.views) == 4 and not session.opener.is_open, timeout=60_000)
    assert {view.opened.exam_key for view in session.views.values()} == {"P1_20180101"}
    for view in session.views.values():
        side = view.opened.prepared.header.laterality
        np.testing.assert_array_equal(view.label_pixels() > 0, pictures.truth(side))
        assert not view.edited
        assert not view.dirty


def test_corrections_in_the_viewer_are_followed_by_a_hollow_point(
    loaded: OverTimeDock, session: ExamSession, qtbot: Any
) -> None:
    loaded.table.selectRow(0)
    loaded.show_button.click()
    qtbot.waitUntil(lambda: len(session.views) == 4 and not session.opener.is_open, timeout=60_000)
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=60_000)
    key = next(key for key, view in session.views.items() if view.opened.prepared.header.view_label == "LCC")
    before = loaded.plot.points["LCC"].getData()[1][0]
    layer = session.views[key].labels
    layer.brush_size = 20
    layer.paint((200, 100), 1)
    qtbot.waitUntil(lambda: loaded.plot.points["LCC"].getData()[1][0] > before, timeout=60_000)
    hollow = loaded.plot.points["LCC"].points()[0].brush().color().name()
    assert hollow == loaded.plot.backgroundBrush().color().name()
    assert "corrected: L-CC" in loaded.table.item(0, 3).text()
    assert "Corrected by hand" in loaded.tip("P1_20160101", "LCC")
    # Another date takes its place.
    loaded.table.selectRow(2)
    loaded.show_button.click()
    qtbot.waitUntil(lambda: not session.opener.is_open and len(session.views) == 4, timeout=60_000)
    assert {view.opened.exam_key for view in session.views.values()} == {"P1_20200101"}


def test_date_made_otherwise_is_grey_with_its_reason(dock: OverTimeDock, analysed: Path, qtbot: Any) -> None:
    table = analysed.with_name("patient-bac") / "views.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    columns = lines[0].split(",")
    for row, line in enumerate(lines):
        if "P1_20180101" in line:
            cells = line.split(",")
            cells[columns.index("threshold")] = "0.4"
            lines[row] = ",".join(cells)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    dock.load(analysed)
    qtbot.waitUntil(lambda: dock.table.rowCount() == 3, timeout=60_000)
    assert "another threshold" in dock.table.item(1, 3).text()
    inks = [point.pen().color().name() for point in dock.plot.points["LCC"].points()]
    assert inks[1] == "#8a8a8a" != inks[0] == inks[2]
    assert "Not compared: measured with another threshold" in dock.tip("P1_20180101", "")


def test_images_without_results_are_offered_for_analysis(
    dock: OverTimeDock, patient: Path, qtbot: Any
) -> None:
    assert dock.plot.isHidden()
    dock.load(patient)
    qtbot.waitUntil(lambda: not dock.analyse_button.isHidden(), timeout=60_000)
    assert dock.offer_label.text() == "3 exams not analysed yet."
    dock.analyse_button.click()
    assert not dock.progress.isHidden()
    assert not dock.open_button.isEnabled()
    dock.progress.cancel_button.click()
    qtbot.waitUntil(lambda: not dock._series.is_busy, timeout=60_000)
    assert dock.progress.isHidden()
    assert not dock.analyse_button.isHidden()


def test_folder_without_exams_and_stray_files_are_said(
    dock: OverTimeDock, tmp_path: Path, qtbot: Any
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("x")
    dock.load(tmp_path / "empty")
    qtbot.waitUntil(lambda: "contains no exams" in dock.change_label.text(), timeout=60_000)
    dock.load(tmp_path / "empty" / "notes.txt")
    qtbot.waitUntil(lambda: "is not a JSON document" in dock.change_label.text(), timeout=60_000)
    assert dock.open_button.isEnabled()


def test_dock_that_was_closed_shows_the_series_again_in_either_theme(
    loaded: OverTimeDock, viewer: napari.Viewer, qtbot: Any
) -> None:
    viewer.window.remove_dock_widget(loaded)
    viewer.theme = "light"
    again = OverTimeDock(viewer)
    viewer.window.add_dock_widget(again, name="BAC over time")
    assert again.table.rowCount() == 3
    assert again.plot.backgroundBrush().color().lightness() > 128
    viewer.theme = "dark"
    assert again.plot.backgroundBrush().color().lightness() < 128
