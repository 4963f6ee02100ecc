"""Pictures of the Slicer extension: icon, thumbnail of the sample, a slice view, the module's panel, a chart.

    python scripts/make_slicer_screenshots.py

None is a screenshot of the application, which is not needed for them: the slice view is drawn by Slicer's
own code, panel and chart by the stand-ins of tests/host. Simulating and segmenting take minutes; the samples
are kept in the user's cache.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import vtk
from numpy.typing import NDArray
from PIL import Image
from PySide6 import QtCore, QtGui, QtSvg

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "slicer_bac_extension" / "BACSegmentation"
sys.path[:0] = [str(ROOT), str(MODULE)]

# Only now, as neither the tests nor the module are installed.
from tests.host import module_panel  # noqa: E402  # only after the path is set
from tests.host.plot_view import chart_picture, words_of  # noqa: E402  # only after the path is set
from tests.host.slice_view import SliceView, slice_view  # noqa: E402  # only after the path is set

NAMES = ("icon", "thumbnail", "slice", "panel", "change")
ICON_PX = 128
THUMBNAIL_PX = (260, 280)
SLICE_PX = (760, 900)
PANEL_PX = (520, 1000)
CHART_PX = (900, 560)
CLOSE_UP_MM = 45.0
VIEW = "RCC"
LONGEST_S = 1800.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "slicer")
    parser.add_argument("--samples", type=Path, help="folder of samples (default: the user's cache)")
    parser.add_argument(
        "--results", type=Path, help="of bac analyze on the sample series (default: analyse it now)"
    )
    args = parser.parse_args()
    names = set(args.names or NAMES)
    if unknown := sorted(names - set(NAMES)):
        parser.error(f"there is no picture {unknown[0]}: choose of {', '.join(NAMES)}")
    args.output.mkdir(parents=True, exist_ok=True)
    icons = MODULE / "Resources" / "Icons"
    if "icon" in names:
        _icon(icons / "BACSegmentation.png")
    if names == {"icon"}:
        return 0
    panel = module_panel.Panel()
    volumes = _sample(args.samples)
    if "thumbnail" in names:
        _save(_thumbnail(panel, volumes["LCC"]), icons / "BACSimulatedExam.png")
    if names & {"slice", "panel"}:
        _segment(panel, volumes[VIEW])
    if "slice" in names:
        _save(_slice(panel, volumes[VIEW]), args.output / "slice.jpg")
    if "panel" in names:
        _panel(panel, args.output / "panel.jpg")
    if "change" in names:
        chart = _chart(args.samples, args.results)
        _save(chart_picture(chart, CHART_PX), args.output / "change.jpg", words_of(chart))
    panel.close()
    return 0


def _icon(path: Path) -> None:
    image = QtGui.QImage(ICON_PX, ICON_PX, QtGui.QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QtGui.QPainter(image)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    QtSvg.QSvgRenderer(str(ROOT / "slicer_bac_extension" / "icon.svg")).render(painter)
    painter.end()
    assert image.save(str(path))


def _sample(folder: Path | None) -> dict[str, Any]:
    """Volumes of the simulated exam by view."""
    from BACSegmentationLib import sample_data

    return {volume.GetName(): volume for volume in sample_data.load_exam(folder)}


def _segment(panel: Any, volume: Any) -> None:
    """What a person does: choose, press Apply, wait."""
    panel.ui.inputSelector.setCurrentNode(volume)
    module_panel.process_events()
    panel.ui.applyButton.click()
    _wait(lambda: not panel.widget.run.running)


def _shown(panel: Any, volume: Any, size: tuple[int, int], segmentation: Any = None) -> SliceView:
    from BACSegmentationLib import display

    view = slice_view(panel.app.headless, size=size)
    view.show(volume)
    display.show_mammogram(volume, segmentation)
    display.show_upright(view.logic)
    return view


def _thumbnail(panel: Any, volume: Any) -> NDArray[np.uint8]:
    """The breast alone, smoothly made small."""
    columns, rows = THUMBNAIL_PX
    large = _shown(panel, volume, (4 * columns, 4 * rows)).picture()
    bright = cv2.medianBlur(np.ascontiguousarray(large[..., 0]), 9) > 20
    inside = np.flatnonzero(bright.any(axis=0)), np.flatnonzero(bright.any(axis=1))
    left, right, top, bottom = inside[0][0], inside[0][-1], inside[1][0], inside[1][-1]
    height = max(bottom - top, (right - left) * rows // columns)
    middle, width = (top + bottom) // 2, height * columns // rows
    top = max(middle - height // 2, 0)
    large[:, right + 8 :] = 0  # the marker of the view, which would be cut
    small = cv2.resize(
        large[top : top + height, left : left + width], (columns, rows), None, 0, 0, cv2.INTER_AREA
    )
    return np.asarray(small, np.uint8)


def _slice(panel: Any, volume: Any) -> NDArray[np.uint8]:
    """The whole view beside a close-up of where most of the mask is, both as Slicer draws them."""
    from BACSegmentationLib import segments

    segmentation = segments.segmentation_of(volume)
    mask = segments.mask_of(segmentation, volume)
    view = _shown(panel, volume, SLICE_PX, segmentation)
    whole = view.picture()
    columns, rows = SLICE_PX
    middle = _densest(mask, round(CLOSE_UP_MM / volume.GetSpacing()[0]))
    view.node.SetFieldOfView(CLOSE_UP_MM, CLOSE_UP_MM * rows / columns, 1)
    view.node.SetXYZOrigin(0, 0, 0)
    to_ras = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(to_ras)
    view.node.JumpSliceByCentering(*to_ras.MultiplyPoint((middle[1], middle[0], 0, 1))[:3])
    line = np.full((rows, 6, 3), 255, np.uint8)
    return np.hstack([whole, line, view.picture()])


def _chart(samples: Path | None, results: Path | None) -> Any:
    """Three dates of the simulated patient whose calcium grows."""
    from BACSegmentationLib import batch, history, plots

    from shared_core import make_sample
    from shared_core.change.serial_exams import SERIAL_QUANTITIES

    with TemporaryDirectory() as folder:
        if results is None:
            results = Path(folder) / "results"
            batch.run(
                make_sample("series", samples).images_dir, results, save="none", options=["--no-pictures"]
            )
        ((_, line),) = history.timelines(results, ())[0].items()
        area = next(one for one in SERIAL_QUANTITIES if one.key == "bac_area_mm2")
        return plots.show_change(line, area)


def _densest(mask: NDArray[np.bool_], size: int) -> tuple[int, int]:
    """Middle of the square that holds most of a mask."""
    held = cv2.boxFilter(mask.astype(np.float32), -1, (size, size), normalize=False)
    row, column = np.unravel_index(int(held.argmax()), held.shape)
    return int(row), int(column)


def _panel(panel: Any, path: Path) -> None:
    panel.parent.resize(*PANEL_PX)
    panel.parent.show()
    for _ in range(20):
        module_panel.process_events()
        time.sleep(0.02)
    # How long it took tells something of this machine alone.
    status = panel.ui.statusLabel
    status.text = re.sub(r", \d+ s\.$", ".", status.text)
    module_panel.process_events()
    shot = panel.parent.grab().toImage().convertToFormat(QtGui.QImage.Format.Format_RGB888)
    buffer = QtCore.QBuffer()
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadWrite)
    shot.save(buffer, "PNG")
    with Image.open(io.BytesIO(buffer.data().data())) as picture:
        _save(np.asarray(picture.convert("RGB")), path, {"panel": module_panel.words_in_sight(panel.parent)})


def _save(picture: NDArray[np.uint8], path: Path, words: dict[str, list[str]] | None = None) -> None:
    """`words` of the picture, by which a test knows one that is older than what it shows."""
    # Full colour resolution: text and thin lines stay sharp.
    options: dict[str, Any] = {"quality": 90, "subsampling": 0} if path.suffix == ".jpg" else {}
    if words is not None:
        options["comment"] = json.dumps(words, ensure_ascii=False).encode()
    Image.fromarray(picture).save(path, optimize=True, **options)
    print(f"{path} ({path.stat().st_size // 1024} kB)", file=sys.stderr)


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_S
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the panel did not respond in time")
        module_panel.process_events()
        time.sleep(0.05)


if __name__ == "__main__":
    raise SystemExit(main())
