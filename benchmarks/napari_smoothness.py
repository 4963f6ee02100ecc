"""``python -m benchmarks.napari_smoothness``: does painting stay smooth while a model runs beside it?

A brush paints on a 12-megapixel view, first with nothing else, then while the view is segmented on the CPU;
the gaps between turns of the event loop are measured from inside. Needs napari with a Qt and a display
(``xvfb-run -a`` will do, but then each frame is drawn by the CPU as well, some 35 ms in this small window:
``--hidden`` leaves the frames out).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.napari_memory import breast
from benchmarks.own_cache import own_cache

LIMIT_MS = 50.0
WINDOW = (1000, 750)
TICK_MS = 5
STROKE_MS = 16
"""A mouse tells its place this often."""


def main() -> int:
    """Measure; 0 where the 95th percentile of the gaps beside a run stays under the limit."""
    parser = argparse.ArgumentParser(description="event-loop gaps while painting, alone and beside a run")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long to paint, each time")
    parser.add_argument(
        "--hidden", action="store_true", help="draw no frames: what is left where a graphics card draws them"
    )
    args = parser.parse_args()
    seconds: float = args.seconds

    import napari
    from qtpy.QtWidgets import QApplication

    from napari_bac.docks.exam_dock import ExamDock
    from napari_bac.session.registry import session_of
    from napari_bac.views.opened_view import open_array
    from shared_core import Laterality, View

    viewer = napari.Viewer(show=not args.hidden)
    session = session_of(viewer)
    viewer.window.add_dock_widget(ExamDock(viewer), name="BAC exam")
    viewer.window.resize(*WINDOW)
    opened = open_array(breast("L"), name="LCC", spacing_mm=0.07, view=View.CC, laterality=Laterality.LEFT)
    session.add([opened])
    labels = session.views["L-CC"].labels
    labels.brush_size = 20
    for _ in range(30):
        QApplication.processEvents()
    # The first stroke compiles what later ones use.
    labels.paint((50, 50), 1)

    found: dict[str, Any] = {"alone": painted(labels, 1, seconds, lambda: True)}
    session.segment(["L-CC"], model="openbac-1", device="cpu")
    # Loading the model is over when the first tile is there.
    while session.is_running and not (session.run and session.run.done):
        QApplication.processEvents()
    found["beside a run"] = painted(labels, 6, seconds, lambda: session.is_running)
    session.cancel()
    viewer.close()
    found["load of the machine"] = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    print(json.dumps(found, indent=2))
    return 0 if found["beside a run"]["gap p95 ms"] < LIMIT_MS else 1


def painted(labels: Any, label: int, seconds: float, wanted: Callable[[], bool]) -> dict[str, float]:
    """Paint with some labels from `label` on; the times of strokes and of the gaps in the event loop."""
    from qtpy.QtCore import QTimer
    from qtpy.QtWidgets import QApplication

    gaps: list[float] = []
    strokes: list[float] = []
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        gaps.append((now - last[0]) * 1e3)
        last[0] = now

    def stroke() -> None:
        began, place = time.perf_counter(), len(strokes)
        labels.paint((500 + 7 * (place % 400), 400 + 5 * (place % 300)), label + place // 400 % 5)
        strokes.append((time.perf_counter() - began) * 1e3)

    timers = []
    for interval, action in ((TICK_MS, tick), (STROKE_MS, stroke)):
        timer = QTimer()
        timer.setInterval(interval)
        timer.timeout.connect(action)
        timer.start()
        timers.append(timer)
    end = time.monotonic() + seconds
    while time.monotonic() < end and wanted():
        QApplication.processEvents()
        time.sleep(0.0005)
    for timer in timers:
        timer.stop()
    return {
        "strokes": len(strokes),
        "stroke median ms": round(float(np.median(strokes)), 2),
        "gap median ms": round(float(np.median(gaps)), 1),
        "gap p95 ms": round(float(np.percentile(gaps, 95)), 1),
        "gap max ms": round(max(gaps), 1),
    }


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with own_cache():
        sys.exit(main())
