"""``python -m benchmarks.napari_smoothness``: does painting stay smooth while a model runs beside it?

One 12-megapixel view is segmented while a brush paints on it; the gaps between turns of the event loop are
measured from inside. Needs napari with a Qt and a display (``xvfb-run -a`` will do).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

import numpy as np

from benchmarks.napari_memory import breast

LIMIT_MS = 50.0
TICK_MS = 5
STROKE_MS = 16
"""A mouse tells its place this often."""


def main() -> int:
    """Measure; 0 where the 95th percentile of the gaps stays under the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to paint")
    parser.add_argument("--idle", action="store_true", help="paint without a run, to compare")
    args = parser.parse_args()

    import napari
    from qtpy.QtCore import QTimer
    from qtpy.QtWidgets import QApplication

    from napari_bac.docks.exam_dock import ExamDock
    from napari_bac.session.exam_session import session_of
    from napari_bac.session.opened_view import open_array
    from shared_core import Laterality, View

    viewer = napari.Viewer(show=True)
    session = session_of(viewer)
    viewer.window.add_dock_widget(ExamDock(viewer), name="BAC exam")
    opened = open_array(breast("L"), name="LCC", spacing_mm=0.07, view=View.CC, laterality=Laterality.LEFT)
    session.add([opened])
    labels = session.views["L-CC"].labels
    labels.brush_size = 20
    for _ in range(30):
        QApplication.processEvents()
    # The first stroke compiles what later ones use.
    labels.paint((50, 50), 1)

    if not args.idle:
        session.segment(["L-CC"], model="openbac-1", device="cpu")
        end = time.monotonic() + 120
        # Loading the model is over when the first tile is there.
        while session.is_running and not (session.run and session.run.done) and time.monotonic() < end:
            QApplication.processEvents()

    gaps: list[float] = []
    strokes: list[float] = []
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        gaps.append((now - last[0]) * 1e3)
        last[0] = now

    def stroke() -> None:
        began, place = time.perf_counter(), len(strokes)
        labels.paint((500 + 7 * (place % 400), 400 + 5 * (place % 300)), 1 + place // 400 % 5)
        strokes.append((time.perf_counter() - began) * 1e3)

    timers = []
    for interval, action in ((TICK_MS, tick), (STROKE_MS, stroke)):
        timer = QTimer()
        timer.setInterval(interval)
        timer.timeout.connect(action)
        timer.start()
        timers.append(timer)
    end = time.monotonic() + args.seconds
    while time.monotonic() < end and (args.idle or session.is_running):
        QApplication.processEvents()
        time.sleep(0.0005)
    for timer in timers:
        timer.stop()
    session.cancel()
    viewer.close()
    found = {
        "strokes": len(strokes),
        "stroke median ms": round(float(np.median(strokes)), 2),
        "gap median ms": round(float(np.median(gaps)), 1),
        "gap p95 ms": round(float(np.percentile(gaps, 95)), 1),
        "gap max ms": round(max(gaps), 1),
        "load of the machine": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }
    print(json.dumps(found, indent=2))
    return 0 if found["gap p95 ms"] < LIMIT_MS else 1


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
