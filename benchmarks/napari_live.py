"""``python -m benchmarks.napari_live``: from an edit in napari to the numbers, on a view of 12 megapixels.

Needs napari with a Qt and a display (``xvfb-run -a`` will do). Times are of this machine and of what else
runs on it. With software GL a frame of the canvas is most of the time to the screen.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.image import SHAPE, SPACING_MM, make_mammogram
from benchmarks.own_cache import own_cache

STROKES = 60
LIMITS_MS = {"brush, to the table": 10.0, "brush, to the screen": 50.0}
"""Medians."""


def timed(
    edit: Callable[[int], object], follow: Callable[[], object], count: int = STROKES
) -> dict[str, float]:
    """Median and 95th percentile of the time of an edit and what follows it, ms.

    `cpu_ms` is the median of the processor's time, all threads added up: about what the time would be on a
    machine that does nothing else.
    """
    times, cpu = [], []
    for number in range(count):
        began, worked = time.perf_counter(), time.process_time()
        edit(number)
        follow()
        times.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - worked))
    found = {"median_ms": np.median(times), "p95_ms": np.percentile(times, 95), "cpu_ms": np.median(cpu)}
    return {name: round(float(value), 2) for name, value in found.items()}


def arteries() -> NDArray[np.uint8]:
    """Twenty bands."""
    labels = np.zeros(SHAPE, np.uint8)
    for number in range(20):
        labels[300 + 170 * number : 327 + 170 * number, 200:1400] = number + 1
    return labels


def main() -> int:
    """Measure; 0 where both medians are under their limits."""
    import napari
    from qtpy.QtCore import QEventLoop
    from qtpy.QtWidgets import QApplication

    from napari_bac.docks.metrics_dock import MetricsDock
    from napari_bac.session.registry import session_of
    from napari_bac.views.opened_view import open_array
    from shared_core import Laterality, View

    viewer = napari.Viewer()
    viewer.window.resize(1800, 1100)
    session = session_of(viewer)
    opened = open_array(
        make_mammogram(), name="LCC", spacing_mm=SPACING_MM, view=View.CC, laterality=Laterality.LEFT
    )
    (key,) = session.add([opened])
    dock = MetricsDock(viewer)
    viewer.window.add_dock_widget(dock, name="BAC metrics")
    session.set_labels(key, arteries())
    while session.is_measuring:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    layer = session.views[key].labels
    layer.brush_size = 21

    def to_table() -> None:
        # The counts, and every cell that is shown of the artery and the view.
        assert dock.arteries.arteries.rows[2].area > 0
        assert dock.numbers.numbers.index(0, 0).data() != ""

    def to_screen() -> None:
        QApplication.processEvents()
        dock.numbers.viewport().repaint()
        dock.arteries.viewport().repaint()

    def paint(number: int) -> None:
        layer.paint((700 + 7 * number % 300, 250 + 17 * number), 3)

    def between(measure: Callable[[], Any]) -> Any:
        found = measure()
        while session.is_measuring:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        return found

    paint(0)
    to_screen()
    found = {
        "brush, to the table": between(lambda: timed(paint, to_table)),
        "undo, to the table": between(lambda: timed(lambda _: layer.undo(), to_table, 20)),
        "redo, to the table": between(lambda: timed(lambda _: layer.redo(), to_table, 20)),
        "brush, to the screen": between(lambda: timed(paint, to_screen)),
    }
    machine = {"cores": os.cpu_count(), "load": [round(load, 1) for load in os.getloadavg()]}
    print(json.dumps({"machine": machine, "shape": SHAPE, **found}, indent=1))
    session.close()
    viewer.close()
    return int(any(found[name]["median_ms"] > limit for name, limit in LIMITS_MS.items()))


if __name__ == "__main__":
    with own_cache():
        raise SystemExit(main())
