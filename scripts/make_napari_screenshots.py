"""Screenshots of the napari plugin for docs/napari: from the sample exams, as a person would come to them.

    xvfb-run -a -s "-screen 0 1920x1200x24" python scripts/make_napari_screenshots.py

Takes minutes, of which most are simulating and segmenting; the samples are kept in the user's cache.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import napari
import numpy as np
from PIL import Image
from qtpy.QtWidgets import QApplication, QWidget

from napari_bac.docks.batch_dock import BatchDock
from napari_bac.docks.exam_dock import ExamDock
from napari_bac.docks.metrics_dock import MetricsDock
from napari_bac.docks.over_time_dock import OverTimeDock
from napari_bac.editing.artery_zoom import zoom_to
from napari_bac.session.batch_list import batches_of
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.registry import session_of
from napari_bac.session.timeline import series_of
from shared_core import make_sample
from shared_core.cache import CACHE_VARIABLE
from shared_core.simulation.samples import SAMPLE_NAMES

MODEL = "openbac-1"
SIZE = (1760, 1040)
LONGEST_S = 1800.0
NAMES = ("exam", "editing", "over_time", "batch")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    docs = Path(__file__).resolve().parents[1] / "docs" / "napari"
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("-o", "--output", type=Path, default=docs)
    parser.add_argument("--samples", type=Path, help="folder of samples (default: the user's cache)")
    args = parser.parse_args()
    names = args.names or NAMES
    output = args.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    exam, series = (make_sample(name, args.samples).images_dir.resolve() for name in SAMPLE_NAMES)
    with TemporaryDirectory() as cache:
        # Corrections that are made for a picture are nobody's work to be restored.
        os.environ[CACHE_VARIABLE] = cache
        if {"exam", "editing"} & set(names):
            _exam(exam, output, names)
        if {"over_time", "batch"} & set(names):
            _series(series, output)
    return 0


def _exam(images: Path, output: Path, names: Sequence[str]) -> None:
    viewer, session = _viewer()
    exam = _dock(viewer, ExamDock(viewer), "BAC exam")
    metrics = _dock(viewer, MetricsDock(viewer), "BAC metrics", tabify=True)
    session.opener.start([images])
    _wait(lambda: len(session.views) == 4 and not session.opener.is_open)
    session.segment(model=MODEL)
    _wait(lambda: not session.is_running and not session.is_measuring)
    viewer.reset_view()
    if "exam" in names:
        exam.raise_()
        _shot(viewer, output / "exam.jpg")
    if "editing" in names:
        metrics.raise_()
        _paint_on(viewer, session, "R-CC", 1)
        _shot(viewer, output / "editing.jpg")
    _close(viewer, session)


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
    _wait(lambda: not session.is_measuring)


def _series(images: Path, output: Path) -> None:
    viewer, session = _viewer()
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        # Short names, and none of this machine.
        os.chdir(folder)
        archive, results = Path("archive"), Path("archive-bac")
        archive.symlink_to(images, target_is_directory=True)
        batch = BatchDock(viewer)
        _dock(viewer, batch, "BAC batch")
        session.opener.start(sorted(path for path in archive.glob("*/*") if path.is_dir())[-1:])
        batch.folder_edit.setText(str(archive))
        batch.output_edit.setText(str(results))
        batch.choice.take(MODEL)
        batch.run()
        batches = batches_of(session)
        _wait(lambda: batches.run is not None and batches.run.images_done >= 5)
        _shot(viewer, output / "batch.jpg")
        _wait(lambda: batches.run is not None and batches.run.state != "running")
        viewer.window.remove_dock_widget(batch)
        _close_notifications()
        over_time = OverTimeDock(viewer)
        _dock(viewer, over_time, "BAC over time")
        over_time.load(results)
        series = series_of(session)
        _wait(lambda: series.timeline is not None)
        assert series.timeline is not None
        series.open(series.timeline.exams[-1].key)
        over_time.table.selectRow(len(series.timeline.exams) - 1)
        _wait(lambda: len(session.views) == 4 and not session.opener.is_open and not session.is_measuring)
        _shot(viewer, output / "over_time.jpg")
        _close(viewer, session)
        os.chdir(before)


def _viewer() -> tuple[napari.Viewer, ExamSession]:
    viewer = napari.Viewer(title="napari")
    viewer.window.resize(*SIZE)
    return viewer, session_of(viewer)


def _dock(viewer: napari.Viewer, widget: QWidget, name: str, *, tabify: bool = False) -> QWidget:
    dock: QWidget = viewer.window.add_dock_widget(widget, name=name, area="right", tabify=tabify)
    _settle()
    return dock


def _shot(viewer: napari.Viewer, path: Path) -> None:
    _settle()
    pixels = viewer.screenshot(canvas_only=False, flash=False)
    content = io.BytesIO()
    # Full colour resolution: text and thin lines stay sharp.
    Image.fromarray(pixels[..., :3]).save(content, "JPEG", quality=88, subsampling=0, optimize=True)
    path.write_bytes(content.getvalue())
    print(f"{path} ({len(content.getvalue()) // 1024} kB)", file=sys.stderr)


def _settle() -> None:
    for _ in range(30):
        QApplication.processEvents()
        time.sleep(0.01)


def _close_notifications() -> None:
    for widget in QApplication.allWidgets():
        if type(widget).__name__ == "NapariQtNotification":
            widget.close()


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_S
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("what was waited for did not come")
        QApplication.processEvents()
        time.sleep(0.02)


def _close(viewer: napari.Viewer, session: ExamSession) -> None:
    session.close()
    viewer.close()
    _settle()


if __name__ == "__main__":
    raise SystemExit(main())
