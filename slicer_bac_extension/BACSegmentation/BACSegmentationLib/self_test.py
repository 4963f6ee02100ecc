"""What "Reload and Test" runs inside Slicer: a made-up breast, measured and segmented."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import slicer
import slicer.util

from BACSegmentationLib import dependencies
from BACSegmentationLib.logic import SceneLogic
from BACSegmentationLib.parameters import REQUIREMENTS
from BACSegmentationLib.segments import mask_of, show_mask


class SelfTest:
    """The tests; how they are run is the module file's."""

    def check_dependencies(self) -> str:
        """What is missing to run, in words; empty where nothing is."""
        missing = ", ".join(dependencies.missing(REQUIREMENTS))
        return f"Press Apply once, which installs what is missing: {missing}" if missing else ""

    def test_drawn_mask(self) -> None:
        """A mask that a person drew is measured as it is, pixel for pixel."""
        volume = breast()
        mask = np.zeros((600, 400), bool)
        mask[290:310, 50:200] = True
        segmentation = show_mask(volume, mask)
        metrics = SceneLogic().measurement.measure(volume, segmentation)
        assert metrics.number("am_px") == 20 * 150
        assert math.isclose(metrics.number("bac_area_mm2"), 20 * 150 * 0.07**2)

    def test_process(self) -> None:
        """The model runs in a process of its own, and its answer is in the scene."""
        volume = breast()
        table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
        segmentation, record = SceneLogic().process(volume, outputTable=table)
        assert record.number("am_px") == int(mask_of(segmentation, volume).sum())
        assert table.GetNumberOfRows() == 1


def breast() -> Any:
    """A volume of a half ellipse with some structure, without calcium."""
    rows, columns = np.mgrid[0:600, 0:400]
    inside = (columns / 300) ** 2 + ((rows - 300) / 240) ** 2 < 1
    grey = inside * (90 + 15 * np.sin(rows / 11) * np.cos(columns / 9))
    to_ras = np.diag([-0.07, -0.07, 1.0, 1.0])
    return slicer.util.addVolumeFromArray(grey[np.newaxis].astype(np.uint16), ijkToRAS=to_ras, name="LCC")
