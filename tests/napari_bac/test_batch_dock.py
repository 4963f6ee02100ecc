"""BAC batch: a folder in, the results of the command line out, while the window stays usable."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import QTimer

from napari_bac.docks.batch_dock import BatchDock
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.time_words import time_words
from shared_core.cli.main import main
from tests.napari_bac import pictures

if TYPE_CHECKING:
    import napari

DONE_MS = 300_000
ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import time
from pathlib import Path

with open("began.txt", "a") as file:
    file.write("once\\n")

import napari
from qtpy.QtWidgets import QApplication

from napari_bac.docks.batch_dock import BatchDock

viewer = napari.Viewer(show=False)
dock = BatchDock(viewer)
viewer.window.add_dock_widget(dock)
dock.choice.take("openbac-1")
dock.folder_edit.setText("exams")
dock.output_edit.setText("results")
dock.run_button.click()
while not dock.run_button.isEnabled():
    QApplication.processEvents()
    time.sleep(0.01)
print(dock.words.text())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One exam of two views of one tile, a damaged image and a stray file; do not write into it."""
    made = tmp_path_factory.mktemp("batch") / "exams"
    made.mkdir()
    for side, name in zip("LR", ("LCC", "RCC"), strict=True):
        pixels = pictures.breast(pictures.Laterality(side))
        Image.fromarray(pixels).save(made / f"{name}.png")
    whole = (made / "LCC.png").read_bytes()
    (made / "LMLO.png").write_bytes(whole[: len(whole) // 2])
    (made / "notes.txt").write_text("not an image")
    return made


@pytest.fixture
def dock(viewer: napari.Viewer, session: ExamSession) -> BatchDock:
    """The dock as napari shows it."""
    made = BatchDock(viewer)
    viewer.window.add_dock_widget(made, name="BAC batch")
    made.choice.take("openbac-1")
    return made


def _ended(dock: BatchDock) -> Callable[[], bool]:
    return lambda: dock._batches.run is not None and dock._batches.run.state != "running"


def test_folder_gives_what_the_command_line_gives_and_opens_again(
    dock: BatchDock, session: ExamSession, viewer: napari.Viewer, folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    ticks: list[int] = []
    clock = QTimer()
    clock.timeout.connect(lambda: ticks.append(1))
    dock.folder_edit.setText(str(folder))
    dock.output_edit.setText(str(tmp_path / "out"))
    dock.run_button.click()
    assert not dock.run_button.isEnabled()
    assert not dock.progress.isHidden()
    clock.start(50)
    qtbot.waitUntil(_ended(dock), timeout=DONE_MS)
    clock.stop()
    assert len(ticks) > 5, "the window stood still"
    assert dock.run_button.isEnabled()
    assert "1 exam done" in dock.words.text()

    # The same as `bac analyze`, to the byte.
    main(
        ["analyze", str(folder), "-o", str(tmp_path / "cli"), "--model", "openbac-1", "-q", "--workers", "0"]
    )
    for name in ("views.csv", "exams.csv", "failures.csv", "unused.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "cli" / name).read_bytes()

    # What failed is listed with its sentence, what is no image is named.
    assert "a text file, not an image (notes.txt)" in dock.unused_label.text()
    assert not dock.unused_label.isHidden()
    assert dock.failures_table.rowCount() == 1
    assert dock.failures_table.item(0, 0).text() == "LMLO.png"
    assert "LMLO.png" in dock.failures_table.item(0, 1).text()

    # A double click opens the exam with its masks.
    dock.exams_table.itemActivated.emit(dock.exams_table.item(0, 0))
    qtbot.waitUntil(lambda: len(session.views) >= 2 and not session.opener.is_open, timeout=60_000)
    view = next(view for view in session.views.values() if view.opened.path == folder / "LCC.png")
    mask = np.asarray(Image.open(tmp_path / "out" / dock._batches.lines[0].key / "LCC_mask.png"))
    np.testing.assert_array_equal(view.label_pixels() > 0, mask > 0)
    assert not view.dirty

    # A dock that was closed shows it again, and a second run takes over what is done.
    viewer.window.remove_dock_widget(dock)
    again = BatchDock(viewer)
    viewer.window.add_dock_widget(again, name="BAC batch")
    assert again.output_edit.text() == str(tmp_path / "out")
    assert again.exams_table.rowCount() == 1


def test_exams_that_are_done_are_taken_over(
    dock: BatchDock, session: ExamSession, folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    source, out = tmp_path / "one", tmp_path / "out"
    source.mkdir()
    (source / "LCC.png").write_bytes((folder / "LCC.png").read_bytes())
    main(["analyze", str(source), "-o", str(out), "--model", "openbac-1", "-q"])
    (mask,) = out.rglob("*_mask.png")
    made = mask.stat().st_mtime_ns
    dock.folder_edit.setText(str(source))
    dock.output_edit.setText(str(out))
    dock.run_button.click()
    qtbot.waitUntil(_ended(dock), timeout=DONE_MS)
    assert dock._batches.run is not None
    assert [line.words for line in dock._batches.run.exams.values()] == ["already done"]
    assert mask.stat().st_mtime_ns == made


def test_batch_is_cancelled_and_can_begin_again(
    dock: BatchDock, folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    dock.folder_edit.setText(str(folder))
    dock.output_edit.setText(str(tmp_path / "out"))
    dock.run_button.click()
    qtbot.waitUntil(lambda: bool(dock._batches.run and dock._batches.run.exams), timeout=DONE_MS)
    assert dock.exams_table.item(0, 1).text() in {"waiting", "1 of 2"}
    dock.progress.cancel_button.click()
    qtbot.waitUntil(_ended(dock), timeout=DONE_MS)
    assert dock._batches.run is not None
    assert dock._batches.run.state == "cancelled"
    assert "start again to continue" in dock.words.text()
    assert dock.run_button.isEnabled()
    assert dock.progress.isHidden()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: "", "Choose the folder with the exams first"),
        (lambda path: str(path / "nowhere"), "Choose the folder with the exams first"),
        (lambda path: str(path), "No mammogram was found"),
    ],
)
@pytest.mark.pyside6
def test_what_is_missing_is_said_in_one_sentence(
    dock: BatchDock, said: list[str], tmp_path: Path, qtbot: Any, make: Callable[[Path], str], words: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("x")
    dock.folder_edit.setText(make(tmp_path / "in"))
    dock.output_edit.setText(str(tmp_path / "out"))
    dock.run_button.click()
    qtbot.waitUntil(lambda: any(words in sentence for sentence in said), timeout=DONE_MS)
    assert words in dock.words.text()
    assert dock.run_button.isEnabled()


def test_folder_for_results_is_suggested_beside_the_exams(dock: BatchDock, folder: Path) -> None:
    dock.folder_edit.setText(str(folder))
    dock.folder_edit.editingFinished.emit()
    assert dock.output_edit.text() == str(folder.with_name("exams-bac"))


def test_time_is_said_as_people_say_it() -> None:
    assert [time_words(seconds) for seconds in (4, 89, 300, 7500)] == ["4 s", "89 s", "5 min", "2 h 5 min"]


def test_a_script_of_napari_without_a_guard_opens_one_napari(folder: Path, tmp_path: Path) -> None:
    """A process that ran the script again would open another window, and begin the batch in it anew."""
    (tmp_path / "exams").mkdir()
    (tmp_path / "exams" / "LCC.png").write_bytes((folder / "LCC.png").read_bytes())
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 exam done" in done.stdout
    assert (tmp_path / "began.txt").read_text() == "once\n"
