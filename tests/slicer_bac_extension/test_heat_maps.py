"""Where a classifier looked, beside its mask: hidden from lists, and gone with the segmentation."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import slicer.util
from BACSegmentationLib import heat_maps, segments, volumes
from BACSegmentationLib.logic import SceneLogic

from tests.host.scene import HeadlessApp
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import tram_track


def with_heat_map(volume: Any) -> Any:
    mask = np.zeros((600, 400), bool)
    mask[290:310, 50:200] = True
    segmentation = segments.show_mask(volume, mask)
    heat_maps.keep(segmentation, volume, mask.astype(np.float32), mask)
    return segmentation


def test_a_segmentation_that_is_deleted_takes_its_heat_map_along(app: HeadlessApp) -> None:
    SceneLogic()
    kept, deleted = with_heat_map(shown(tram_track(), "LCC")), with_heat_map(shown(tram_track(), "RCC"))
    slicer.mrmlScene.RemoveNode(deleted)
    assert slicer.util.getNodesByClass("vtkMRMLLabelMapVolumeNode") == [heat_maps.of(kept)]
    # Nothing else goes.
    assert len(volumes.volumes_in_scene()) == 2
    app.close_scene()
    assert not slicer.util.getNodesByClass("vtkMRMLLabelMapVolumeNode")


def test_a_heat_map_is_no_volume_to_choose(app: HeadlessApp) -> None:
    volume = shown(tram_track(), "LCC")
    with_heat_map(volume)
    assert volumes.volumes_in_scene() == [volume]
