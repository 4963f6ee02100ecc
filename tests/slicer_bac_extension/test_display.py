"""How a mammogram is put on the screen, with and without a main window."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import slicer
from BACSegmentationLib import display, segments

from tests.host.scene import HeadlessApp
from tests.slicer_bac_extension.volumes_of_files import shown

SHAPE = (60, 40)


@pytest.fixture
def volume(app: HeadlessApp) -> Any:
    return shown(np.zeros(SHAPE, np.uint16))


def test_without_a_window_the_nodes_are_set_up(app: HeadlessApp, volume: Any) -> None:
    node = segments.show_mask(volume, np.ones(SHAPE, bool))
    assert slicer.app.layoutManager() is None
    display.show_mammogram(volume, node)
    assert not volume.GetDisplayNode().GetInterpolate()
    assert node.GetDisplayNode().GetOpacity2DFill() == display.FILL_OPACITY


def test_with_a_window_the_red_view_is_alone_and_axial(
    app: HeadlessApp, volume: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    logic = app.slice_logic("Red")
    logic.GetSliceNode().SetOrientation("Sagittal")
    layouts: list[int] = []
    widget = SimpleNamespace(sliceLogic=lambda: logic)
    manager = SimpleNamespace(setLayout=layouts.append, sliceWidget={"Red": widget}.__getitem__)
    monkeypatch.setattr(app, "layoutManager", lambda: manager)
    display.show_mammogram(volume)
    assert layouts == [slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView]
    assert logic.GetSliceNode().GetOrientation() == "Axial"
    assert logic.GetSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()
    assert logic.GetSliceCompositeNode().GetForegroundVolumeID() is None


def test_an_overlay_that_was_never_shown_gets_its_display(app: HeadlessApp, volume: Any) -> None:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    display.set_up_overlay(node)
    assert not node.GetDisplayNode().GetVisibility3D()
    assert node.GetDisplayNode().GetVisibility2DOutline()
