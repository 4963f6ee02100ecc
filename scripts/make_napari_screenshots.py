"""Pictures of the napari plugin for docs/napari: from the sample exams, as a person would come to them.

    xvfb-run -a -s "-screen 0 1366x768x24" python scripts/make_napari_screenshots.py

A laptop's screen, whole, with its dialogs. Takes minutes, of which most are simulating and segmenting; the
samples are kept in the user's cache.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir

import napari
import numpy as np
from napari_walk import STEPS, Walk, laptop_viewer, settle, wait, with_plugin, words_in_sight
from PIL import Image
from qtpy.QtCore import QBuffer, QIODevice
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QApplication

from napari_bac.docks.bac_panel import BacPanel
from napari_bac.docks.batch_dock import BatchDock
from napari_bac.docks.over_time_dock import OverTimeDock
from napari_bac.editing.artery_zoom import zoom_to
from napari_bac.session.batch_list import batches_of
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.timeline import series_of
from shared_core import make_sample
from shared_core.cache import CACHE_VARIABLE
from shared_core.simulation.samples import SAMPLE_NAMES

MODEL = "openbac-1"
NAMES = SAMPLE_NAMES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    docs = Path(__file__).resolve().parents[1] / "docs" / "napari"
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("-o", "--output", type=Path, default=docs)
    parser.add_argument("--samples", type=Path, help="folder of samples (default: the user's cache)")
    args = parser.parse_args()
    names = args.names or NAMES
    if unknown := sorted(set(names) - set(NAMES)):
        parser.error(f"there is no picture {unknown[0]}: choose of {', '.join(NAMES)}")
    output = args.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    with_plugin()
    with TemporaryDirectory() as cache:
        # Corrections that are made for a picture are nobody's work to be restored.
        os.environ[CACHE_VARIABLE] = cache
        if "exam" in names:
            _exam(make_sample("exam", args.samples).images_dir.resolve(), output)
        if "series" in names:
            _series(make_sample("series", args.samples).images_dir.resolve(), output)
    return 0


def _paint_on(viewer: napari.Viewer, session: ExamSession, key: str, label: int) -> None:
    """A stroke of the brush beyond the end of an artery, close enough to see the calcium."""
    layer = session.views[key].labels
    viewer.layers.selection.active = layer
    layer.mode, layer.selected_label, layer.brush_size = "paint", label, 24
    rows, columns = (np.asarray(layer.data) == label).nonzero()
    end = columns.argmin()
    for step in range(0, 120, 6):
        layer.paint((int(rows[end]) + step // 4, int(columns[end]) - step), label)
    session.select(key, label)
    zoom_to(viewer, layer, label)
    wait(lambda: not session.is_measuring)


def _series(images: Path, output: Path) -> None:
    viewer, panel = laptop_viewer()
    session = panel.exam.session
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        # Short names, and none of this machine.
        os.chdir(folder)
        archive, results = Path("archive"), Path("archive-bac")
        archive.symlink_to(images, target_is_directory=True)
        session.opener.start(sorted(path for path in archive.glob("*/*") if path.is_dir())[-1:])
        batch = panel.show_tab("Batch")
        assert isinstance(batch, BatchDock), "the tab shows that dock"
        batch.folder_edit.setText(str(archive))
        batch.output_edit.setText(str(results))
        batch.choice.take(MODEL)
        batch.run()
        batches = batches_of(session)
        wait(lambda: batches.run is not None and batches.run.images_done >= 5)
        _shot(output / "batch.jpg", panel)
        wait(lambda: batches.run is not None and batches.run.state != "running")
        _close_notifications()
        over_time = panel.show_tab("Over time")
        assert isinstance(over_time, OverTimeDock), "the tab shows that dock"
        over_time.load(results)
        series = series_of(session)
        wait(lambda: series.timeline is not None)
        assert series.timeline is not None
        series.open(series.timeline.exams[-1].key)
        over_time.table.selectRow(len(series.timeline.exams) - 1)
        wait(lambda: len(session.views) == 4 and not session.opener.is_open and not session.is_measuring)
        _shot(output / "over_time.jpg", panel)
        _close(viewer, session)
        os.chdir(before)


def _exam(images: Path, output: Path) -> None:
    """The walk, and on its way the exam as a whole, at its end the brush."""
    walk: Walk | None = None

    def picture(step: str) -> None:
        assert walk is not None, "a walk takes its pictures"
        # How long it took tells something of this machine alone.
        words = walk.panel.exam.progress.words
        words.setText(re.sub(r", \d+ s$", "", words.text()))
        _shot(output / f"walk_{STEPS.index(step) + 1}_{step}.jpg", walk.panel)
        if step == "numbers":
            _shot(output / "exam.jpg", walk.panel)

    # A short name, and none of this machine.
    folder = Path(gettempdir(), "mammograms")
    folder.mkdir()
    try:
        exam, exports = folder / "exam", folder / "exports"
        exam.symlink_to(images, target_is_directory=True)
        exports.mkdir()
        walk = Walk(picture, model=MODEL)
        walk.open_and_segment(exam)
        walk.correct("R-CC", 1)
        walk.reopen(walk.export(exports))
        walk.panel.show_tab("Numbers")
        _paint_on(walk.viewer, walk.session, "R-CC", 2)
        _shot(output / "editing.jpg", walk.panel)
        walk.end()
    finally:
        rmtree(folder)


def _shot(path: Path, panel: BacPanel) -> None:
    """The whole screen, as a person sees it."""
    settle()
    screen = QGuiApplication.primaryScreen()
    assert screen is not None, "the display has a screen"
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)
    screen.grabWindow(0).save(buffer, "PNG")
    content = io.BytesIO()
    # What is named in the picture: a test says which one is older than the panel.
    comment = json.dumps(words_in_sight(panel), ensure_ascii=False).encode()
    with Image.open(io.BytesIO(bytes(buffer.data().data()))) as picture:
        # Full colour resolution: text and thin lines stay sharp.
        picture.convert("RGB").save(
            content, "JPEG", quality=88, subsampling=0, optimize=True, comment=comment
        )
    path.write_bytes(content.getvalue())
    print(f"{path} ({len(content.getvalue()) // 1024} kB)", file=sys.stderr)


def _close_notifications() -> None:
    for widget in QApplication.allWidgets():
        if type(widget).__name__ == "NapariQtNotification":
            widget.close()


def _close(viewer: napari.Viewer, session: ExamSession) -> None:
    session.close()
    viewer.close()
    settle()


if __name__ == "__main__":
    raise SystemExit(main())
