"""Volume nodes as Slicer makes them of files and arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import slicer
import slicer.util
from numpy.typing import NDArray


def load(file: Path, name: str = "") -> Any:
    """Read a DICOM or NRRD file as Slicer does: ITK with GDCM, through the archetype storage node."""
    node = slicer.modules.volumes.logic().AddArchetypeVolume(str(file), name or file.stem, 0)
    assert node is not None, f"Slicer cannot read {file}"
    return node


def shown(
    pixels: NDArray[Any],
    name: str = "LCC",
    *,
    spacing_mm: tuple[float, float] = (0.07, 0.07),
    file: Any = None,
) -> Any:
    """A volume node of an array, with the geometry that a mammogram without orientation gets.

    Parameters
    ----------
    pixels
        (rows, columns), or (slices, rows, columns).
    spacing_mm
        (row, column).
    file
        That its storage node names.
    """
    volume = np.asarray(pixels)
    volume = volume if volume.ndim == 3 else volume[None]
    row_mm, column_mm = spacing_mm
    to_ras = np.diag([-column_mm, -row_mm, 1.0, 1.0])
    node = slicer.util.addVolumeFromArray(volume, ijkToRAS=to_ras, name=name)
    if file is not None:
        storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
        storage.SetFileName(str(file))
        slicer.mrmlScene.AddNode(storage)
        node.SetAndObserveStorageNodeID(storage.GetID())
    return node
