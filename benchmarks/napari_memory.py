"""``python -m benchmarks.napari_memory``: what four 12-megapixel views take, segmented and with all docks.

Needs napari with a Qt and a display (``xvfb-run -a`` will do); Linux only. What the model says is made up,
and as large as what it would say: no network is loaded, whose memory belongs to a run.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.own_cache import own_cache

if TYPE_CHECKING:
    from napari_bac.views.model_answer import ModelAnswer
    from shared_core import PreparedView

SHAPE = (4096, 3328)
LIMIT_MB = 1200.0
VIEWS = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))


def resident_mb() -> float:
    """Memory of this process, MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("the memory of a process is read on Linux only")


def breast(side: str) -> NDArray[np.uint16]:
    """A half ellipse with noise, 12 bits."""
    rows, columns = np.ogrid[0 : SHAPE[0], 0 : SHAPE[1]]
    disc = np.clip(1.15 - np.hypot((rows - 2048) / 1900, columns / 2600), 0, 1).astype(np.float32)
    noise = np.random.default_rng(1).normal(0, 20, SHAPE).astype(np.float32)
    pixels = np.where(disc > 0.15, 900 + 1400 * disc + noise, 0).astype(np.uint16)
    return pixels if side == "L" else np.ascontiguousarray(pixels[:, ::-1])


def main() -> int:
    """Measure; 0 where it stays under the limit."""
    import napari
    from qtpy.QtWidgets import QApplication

    from napari_bac.docks.exam_dock import ExamDock
    from napari_bac.docks.metrics_dock import MetricsDock
    from napari_bac.session.registry import session_of
    from napari_bac.views.opened_view import open_array
    from shared_core import Laterality, View

    def settle() -> float:
        for _ in range(30):
            QApplication.processEvents()
        gc.collect()
        return resident_mb()

    found = {"imported": resident_mb()}
    viewer = napari.Viewer(show=True)
    viewer.window.resize(1800, 1100)
    session = session_of(viewer)
    viewer.window.add_dock_widget(ExamDock(viewer), name="BAC exam")
    viewer.window.add_dock_widget(MetricsDock(viewer), name="BAC metrics")
    found["window and docks"] = settle()
    for side, view in VIEWS:
        opened = open_array(
            breast(side),
            name=f"{side}{view}",
            spacing_mm=0.07,
            view=View(view),
            laterality=Laterality(side),
        )
        session.add([opened])
        del opened
        found[f"{side}-{view} open"] = settle()
    for key in session.views:
        session.set_answer(key, made_up_answer(session.views[key].opened.prepared))
    found["segmented"] = settle()
    while session.is_measuring:
        QApplication.processEvents()
    found["measured"] = settle()
    for shown in session.views.values():
        shown.labels.paint((2000, 1600), 1)
    found["edited"] = settle()
    viewer.close()
    print(json.dumps({name: round(value) for name, value in found.items()}, indent=2))
    peak = max(found.values())
    print(f"most {peak:.0f} MB, limit {LIMIT_MB:.0f} MB")
    return 0 if peak < LIMIT_MB else 1


def made_up_answer(prepared: PreparedView) -> ModelAnswer:
    """An answer with two arteries, as large as a model's."""
    from napari_bac.views.model_answer import KeptLabels, KeptProbability, ModelAnswer
    from shared_core import ProbabilityMap, load_card
    from shared_core.inference.backends.interface import BackendInfo

    labels = np.zeros(SHAPE, np.uint8)
    labels[1000:1800, 1600:1640], labels[2200:3000, 1500:1540] = 1, 2
    values = np.where(prepared.valid_mask, 0.001, 0).astype(np.float32)
    values[labels > 0] = 0.9
    info = BackendInfo("torch", "made up", "cpu", "float32")
    result = ProbabilityMap(values, 60, (0.07, 0.07), False, info)
    card = load_card("openbac-1")
    return ModelAnswer(card, KeptProbability.of(result), card.threshold, KeptLabels.of(labels), 1.0)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with own_cache():
        sys.exit(main())
