"""One image file as a volume node, in the scene of the application or in one of its own; and its mask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import slicer
import slicer.util
import vtk

from BACSegmentationLib.mammograms import header_of
from BACSegmentationLib.other_segment import show_classes
from BACSegmentationLib.segments import mask_of
from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.view_records import keep_file
from shared_core import hosting as bac

_GREY: Final = "vtkMRMLColorTableNodeGrey"
"""Of every scene of Slicer; a reference by ID holds in a scene that is only written, too."""


def load_volume(path: Path, scene: Any, *, name: str = "", spacing_mm: Sequence[float] | None = None) -> Any:
    """Load one image file, never others that lie beside it.

    DICOM files are read as Slicer reads them, with GDCM. Other files, and those that are packed or lie in an
    archive, get the grey pixels that the engine sees, at the place where Slicer puts such a picture.

    Parameters
    ----------
    scene
        vtkMRMLScene that takes the nodes.
    name
        Of the node; empty for that of the file.
    spacing_mm
        (row, column) to be set; None leaves what the file says to Slicer.

    Returns
    -------
    The vtkMRMLScalarVolumeNode.

    Raises
    ------
    OpenBacError
        It cannot be read; in one sentence.
    """
    is_dicom = bac.file_format(path) == "DICOM" and bac.is_plain(path)
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name or path.stem)
    try:
        if is_dicom:
            _read_as_slicer(path, node, scene)
        else:
            _take_from_engine(path, node)
    except bac.UnreadableImageError:
        scene.RemoveNode(node)
        raise
    if spacing_mm is not None:
        node.SetSpacing(spacing_mm[1], spacing_mm[0], 1.0)
    _display(node, scene)
    return node


def read_dicom_volume(path: Path, scene: Any, *, name: str) -> Any:
    """One DICOM image as Slicer reads it, without the engine: its packages may not be there yet.

    Raises
    ------
    UnreadableImageError
        Slicer cannot read it.
    """
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    try:
        _read_as_slicer(path, node, scene)
    except bac.UnreadableImageError:
        scene.RemoveNode(node)
        raise
    _display(node, scene)
    return node


def load_segmentation(path: str | Path, volume_node: Any, *, segmentation_node: Any = None) -> Any:
    """Show the mask of a file on its mammogram, pixel for pixel.

    Parameters
    ----------
    path
        DICOM SEG, of OpenBAC or another program, of which the calcification is taken; PNG, TIFF, PGM or
        NIfTI, of which whatever is not 0 is taken.
    volume_node
        The mammogram.
    segmentation_node
        Whose BAC segment is replaced; None makes a node.

    Returns
    -------
    The vtkMRMLSegmentationNode; not measured yet.

    Raises
    ------
    OpenBacError
        It cannot be read, or is of another mammogram.
    """
    given, name = bac.read_mask_file(Path(path)), volume_node.GetName()
    uid = header_of(volume_node).identity.sop_instance_uid
    if uid and given.source_uids and uid not in given.source_uids:
        raise bac.UsageError(
            _("{name}: was drawn on another image, not on {image}; choose that image.").format(
                name=given.path.name, image=name
            )
        )
    other = bac.read_other(given.path, given.mask)
    node = show_classes(volume_node, given.mask, other, segmentation_node=segmentation_node)
    keep_file(node, given.path.name, mask_of(node, volume_node), other=other)
    return node


def _display(node: Any, scene: Any) -> None:
    """Grey, and its pixels as they are."""
    display = scene.AddNewNodeByClass("vtkMRMLScalarVolumeDisplayNode")
    display.SetAndObserveColorNodeID(_GREY)
    display.SetInterpolate(False)
    node.SetAndObserveDisplayNodeID(display.GetID())


def _read_as_slicer(path: Path, node: Any, scene: Any) -> None:
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    # Else all files of the same series come as slices of one volume.
    storage.SetSingleFile(True)
    storage.SetFileName(str(path))
    if not storage.ReadData(node) or node.GetImageData() is None:
        scene.RemoveNode(storage)
        raise bac.UnreadableImageError(
            _("{name}: Slicer could not read the image; see its error log.").format(name=path.name)
        )
    node.SetAndObserveStorageNodeID(storage.GetID())


def _take_from_engine(path: Path, node: Any) -> None:
    pixels = bac.read_mammogram(path).pixels
    spacings = bac.reader_spacings(path)
    # Of a picture Slicer takes the resolution of its print.
    row_mm, column_mm = spacings[0 if bac.file_format(path) in ("DICOM", "NIfTI") else -1]
    slicer.util.updateVolumeFromArray(node, np.array(pixels)[None])
    to_ras = vtk.vtkMatrix4x4()
    to_ras.SetElement(0, 0, -column_mm)
    to_ras.SetElement(1, 1, -row_mm)
    node.SetIJKToRASMatrix(to_ras)
