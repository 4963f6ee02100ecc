"""Layer F: the module inside the real application.

NEVER YET RUN INSIDE 3D SLICER. Written for Slicer 5.12. What needs no window ran on the stand-ins of
tests/host (tests/slicer_bac_extension/test_package.py). Whoever runs it first: please say so in the
table of slicer_bac_extension/README.md, with date, version and system.

    Slicer --no-splash --testing --additional-module-paths .../slicer_bac_extension/BACSegmentation \\
        --python-script run_in_slicer.py -o report

``--testing`` starts with settings of its own, so paths in "Application Settings" do not count. ``--install``
installs the Python packages that are missing; without it the tests are skipped where some are, as in a
build of Slicer's extension factory. Leaves ``report/window.png``, a picture of what was seen, and
``report/report.txt``. The scene is closed, without asking.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
import unittest
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import slicer
import slicer.util

NAME = "BACSegmentation"
SHAPE = (600, 400)
SPACING_MM = 0.07
LONGEST_S = 300.0
NO_MODULE = (
    "The module BACSegmentation is not loaded: start Slicer with --additional-module-paths and the folder "
    "slicer_bac_extension/BACSegmentation."
)


def has_window() -> bool:
    """Whether this is the application with its main window."""
    return slicer.app.layoutManager() is not None


with_window = unittest.skipUnless(has_window(), "needs the main window of Slicer")


class InSlicer(unittest.TestCase):
    """In the order in which a person comes to things; each test closes the scene first."""

    picture: Path | None = None
    """Where the picture of the window goes."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear(False)
        if has_window():
            slicer.util.selectModule(NAME)
        self.widget = _widget()
        _settle()

    def test_1_module_is_where_it_belongs(self) -> None:
        """Its name, category and icon; the sample is offered."""
        parent = getattr(slicer.modules, NAME.lower())
        if has_window():
            assert parent.title == "BAC Segmentation"
            assert "Quantification" in parent.categories
            assert not parent.icon.isNull()
            names = [source.sampleName for source in slicer.modules.sampleDataSources["OpenBAC"]]
            assert "OpenBAC simulated exam, four views" in names

    def test_2_apply_says_why_it_is_off(self) -> None:
        """Without a mammogram, and with one that is none."""
        assert not self.widget.ui.applyButton.enabled
        assert "Choose a mammogram" in self.widget.ui.applyButton.toolTip
        self._choose(_volume(np.zeros((3, *SHAPE), np.uint16), "stack"))
        assert not self.widget.ui.applyButton.enabled
        assert "3 slices" in self.widget.ui.applyButton.toolTip

    def test_3_apply_marks_measures_and_shows(self) -> None:
        """The whole path of a click: process, segmentation, numbers, view."""
        volume = self._segmented()
        segmentation = _segmentation(volume)
        assert not segmentation.GetSegmentation().ContainsRepresentation("Closed surface")
        table = self.widget.parameters.outputTable
        assert table.GetNumberOfRows() == 1
        from BACSegmentationLib.segments import mask_of
        from BACSegmentationLib.view_records import record_of

        assert record_of(segmentation).number("am_px") == int(mask_of(segmentation, volume).sum())

    @with_window
    def test_4_view_is_upright_alone_and_not_smoothed(self) -> None:
        """One slice view, the first row of the file on top, the first column left."""
        volume = self._segmented()
        manager = slicer.app.layoutManager()
        assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView
        node = manager.sliceWidget("Red").mrmlSliceNode()
        assert node.GetOrientation() == "Axial"
        assert not volume.GetDisplayNode().GetInterpolate()
        if self.picture is not None:
            _settle()
            slicer.util.mainWindow().grab().save(str(self.picture))

    @with_window
    def test_5_edit_opens_segment_editor_on_the_right_nodes(self) -> None:
        """And comes back to numbers that are marked as old."""
        volume = self._segmented()
        self.widget.ui.editButton.click()
        _settle()
        editor = slicer.util.getModuleWidget("SegmentEditor").editor
        assert editor.segmentationNode() is _segmentation(volume)
        assert editor.sourceVolumeNode() is volume
        assert editor.activeEffect().name == "Paint"

    def test_6_an_edit_makes_the_numbers_old_and_measuring_makes_them_new(self) -> None:
        """The mask of the segment is what is measured."""
        from BACSegmentationLib.segments import mask_of, replace_mask
        from BACSegmentationLib.view_records import is_stale, record_of

        volume = self._segmented()
        segmentation = _segmentation(volume)
        mask = np.array(mask_of(segmentation, volume))
        mask[100:110, 50:70] = True
        replace_mask(segmentation, volume, mask)
        assert is_stale(segmentation)
        self.widget.ui.measureButton.click()
        assert not is_stale(segmentation)
        assert record_of(segmentation).number("am_px") == int(mask.sum())

    @with_window
    def test_7_scene_keeps_choices_and_numbers(self) -> None:
        """Saved as a .mrb, closed, and opened again."""
        from BACSegmentationLib.view_records import record_of

        volume = self._segmented()
        before = record_of(_segmentation(volume))
        with TemporaryDirectory() as folder:
            path = str(Path(folder) / "scene.mrb")
            assert slicer.util.saveScene(path)
            slicer.mrmlScene.Clear(False)
            assert slicer.util.loadScene(path)
        _settle()
        volume = self.widget.parameters.inputVolume
        assert volume.GetName() == "LCC"
        assert record_of(_segmentation(volume)) == before

    def test_8_batch_leaves_the_open_scene_alone(self) -> None:
        """A folder in, results and scenes out, in this application."""
        from BACSegmentationLib import batch

        before = slicer.mrmlScene.GetNumberOfNodes()
        with TemporaryDirectory() as folder:
            image = Path(folder) / "images" / "LCC.png"
            image.parent.mkdir()
            _write_png(image, _breast())
            summary = batch.run(image.parent, Path(folder) / "out", save="mrb", say=lambda line: None)
            assert (summary.exit_code, len(summary.files)) == (0, 1)
            assert summary.files[0].stat().st_size > 10000
        assert slicer.mrmlScene.GetNumberOfNodes() == before

    def _choose(self, volume: Any) -> None:
        self.widget.ui.inputSelector.setCurrentNode(volume)
        _settle()

    def _segmented(self) -> Any:
        volume = _volume(_breast()[np.newaxis], "LCC")
        self._choose(volume)
        assert self.widget.ui.applyButton.enabled, self.widget.ui.applyButton.toolTip
        self.widget.ui.applyButton.click()
        _wait(lambda: not self.widget.run.running)
        assert _segmentation(volume) is not None, self.widget.ui.statusLabel.text
        return volume


def _widget() -> Any:
    made = getattr(slicer.modules, f"{NAME}Widget", None)
    return made if made is not None else slicer.util.getModuleWidget(NAME)


def _segmentation(volume: Any) -> Any:
    from BACSegmentationLib.segments import segmentation_of

    return segmentation_of(volume)


def _breast() -> Any:
    """Even tissue in a half ellipse, with a calcified artery of two dotted walls."""
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    random = np.random.default_rng(0)
    inside = (columns / 300) ** 2 + ((rows - 300) / 240) ** 2 < 1
    grey = inside * (90 + 15 * np.sin(rows / 11) * np.cos(columns / 9))
    for wall in (-7, 7):
        for column in range(15, 260, 2):
            row = round(300 + 25 * np.sin(column / 60) + wall)
            if random.random() < 0.8:
                grey[row - 1 : row + 2, column - 1 : column + 2] += 60
    return grey.clip(0, 255).astype(np.uint16)


def _volume(pixels: Any, name: str) -> Any:
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    slicer.util.updateVolumeFromArray(volume, pixels)
    volume.SetSpacing(SPACING_MM, SPACING_MM, 1.0)
    volume.CreateDefaultDisplayNodes()
    return volume


def _write_png(path: Path, pixels: Any) -> None:
    from PIL import Image

    Image.fromarray(pixels.astype(np.uint8)).save(path)


def _settle() -> None:
    for _ in range(10):
        slicer.app.processEvents()
        time.sleep(0.02)


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_S
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the run did not end")
        slicer.app.processEvents()
        time.sleep(0.05)


def _requirements(install: bool) -> str:
    """One sentence where packages are missing; empty where all are there."""
    from BACSegmentationLib import dependencies
    from BACSegmentationLib.parameters import REQUIREMENTS

    lacking = dependencies.missing(REQUIREMENTS)
    if lacking and install:
        slicer.util.pip_install(lacking)
        lacking = dependencies.missing(REQUIREMENTS)
    return f"missing, give --install: {', '.join(lacking)}" if lacking else ""


def main(arguments: list[str]) -> int:
    """Run all; 0 where all went well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path("bac-in-slicer"))
    parser.add_argument("--install", action="store_true")
    args = parser.parse_args(arguments)
    args.output.mkdir(parents=True, exist_ok=True)
    if not hasattr(slicer.modules, NAME.lower()):
        print(NO_MODULE, file=sys.stderr)
        return 1
    problem = _requirements(args.install)
    if problem:
        print(f"skipped: {problem}")
        return 1 if args.install else 0
    InSlicer.picture = args.output / "window.png"
    with (args.output / "report.txt").open("w", encoding="utf-8") as report:
        version = getattr(slicer.app, "applicationVersion", "(stand-ins)")
        report.write(f"Slicer {version}, Python {sys.version}, {sys.platform}\n")
        tests = unittest.defaultTestLoader.loadTestsFromTestCase(InSlicer)
        result = unittest.TextTestRunner(stream=report, verbosity=2).run(tests)
    print((args.output / "report.txt").read_text(encoding="utf-8"))
    return 0 if result.wasSuccessful() else 1


def guarded(arguments: list[str]) -> int:
    """The exit code, also after an error that nobody foresaw: Slicer itself would go on, or end with 0."""
    try:
        return main(arguments)
    except Exception:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    slicer.util.exit(guarded(sys.argv[1:]))
