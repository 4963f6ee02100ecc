"""A slice view drawn by Slicer's own logic and displayable managers, without Qt and without a screen.

Stands in for qMRMLSliceWidget: what it draws is real (window and level, geometry, segmentation overlay);
its frame, controls and annotations in the corners are not there.
"""

from __future__ import annotations

import ctypes.util
from pathlib import Path
from typing import Any, Final

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import vtk_to_numpy

from tests.host.scene import HeadlessApp

MANAGERS: Final = (
    "vtkMRMLVolumeGlyphSliceDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLMarkupsDisplayableManager",
    "vtkMRMLOrientationMarkerDisplayableManager",
    "vtkMRMLRulerDisplayableManager",
)
_BITS: Final = 255


def missing_for_rendering() -> str:
    """One sentence on what is missing to render; empty where it can be done."""
    if any(ctypes.util.find_library(name) for name in ("EGL", "OSMesa")):
        return ""
    return "slice views are rendered through libEGL or libOSMesa: apt-get install libegl1"


_VIEWS: dict[str, SliceView] = {}


def slice_view(app: HeadlessApp, name: str = "Red", size: tuple[int, int] = (416, 512)) -> SliceView:
    """The slice view of a name: there is one of each, as long as the application lives.

    Parameters
    ----------
    app
        Whose scene it shows.
    size
        (columns, rows) of the picture.
    """
    view = _VIEWS.get(name) or _VIEWS.setdefault(name, SliceView(app, name))
    view.window.SetSize(*size)
    return view


def close_views() -> None:
    """Close the windows of all views, while the screen is still there that they may be on."""
    for view in _VIEWS.values():
        view.window.Finalize()
    _VIEWS.clear()


class SliceView:
    """One slice view; see `slice_view`."""

    def __init__(self, app: HeadlessApp, name: str) -> None:
        self.window = vtk.vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self._renderer = vtk.vtkRenderer()
        self._renderer.GetActiveCamera().ParallelProjectionOn()
        self.window.AddRenderer(self._renderer)
        self._interactor = vtk.vtkRenderWindowInteractor()
        self._interactor.SetRenderWindow(self.window)
        self._interactor.SetInteractorStyle(vtk.vtkInteractorStyleUser())
        self.logic = app.slice_logic(name)
        self.node = self.logic.GetSliceNode()
        self._add_image()
        self._managers = self._add_managers()

    def show(self, volume_node: Any) -> None:
        """Put a volume behind everything; turn and fit it with `BACSegmentationLib.display.show_upright`."""
        self.logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume_node.GetID())
        self.logic.ResizeSliceNode(*self.window.GetSize())

    def pixel_of(self, volume_node: Any, row: float, column: float) -> tuple[int, int]:
        """(row, column) in the picture of a pixel of a volume."""
        to_ras, to_view = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
        volume_node.GetIJKToRASMatrix(to_ras)
        vtk.vtkMatrix4x4.Invert(self.node.GetXYToRAS(), to_view)
        x, y, _, _ = to_view.MultiplyPoint(to_ras.MultiplyPoint((column, row, 0, 1)))
        return round(self.window.GetSize()[1] - 1 - y), round(x)

    def picture(self) -> NDArray[np.uint8]:
        """Render: (rows, columns, 3), the first row on top."""
        self._mapper.SetInputConnection(self.logic.GetImageDataConnection())
        self.window.Render()
        grab = vtk.vtkWindowToImageFilter()
        grab.SetInput(self.window)
        grab.ReadFrontBufferOff()
        grab.Update()
        image = grab.GetOutput()
        columns, rows, _ = image.GetDimensions()
        values = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns, -1)
        return np.ascontiguousarray(values[::-1, :, :3])

    def write(self, path: Path) -> None:
        """Render into a PNG or JPEG file."""
        import cv2

        assert cv2.imwrite(str(path), self.picture()[..., ::-1])

    def _add_image(self) -> None:
        # Before the managers: a fill is blended on what was drawn before it.
        self._mapper = vtk.vtkImageMapper()
        self._mapper.SetColorWindow(_BITS)
        self._mapper.SetColorLevel(_BITS / 2)
        actor = vtk.vtkActor2D()
        actor.SetMapper(self._mapper)
        actor.GetProperty().SetDisplayLocationToBackground()
        self._mapper.SetInputConnection(self.logic.GetImageDataConnection())
        self._renderer.AddViewProp(actor)

    def _add_managers(self) -> Any:
        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        for name in MANAGERS:
            if hasattr(slicer, name) and not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        group = slicer.vtkMRMLDisplayableManagerGroup()
        group.Initialize(factory, self._renderer)
        group.SetMRMLDisplayableNode(self.node)
        return group
