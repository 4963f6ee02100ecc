"""A volume node as an image: its pixels and spacing after every check, and the file it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import slicer
import slicer.util

from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

UIDS_ATTRIBUTE: Final = "DICOM.instanceUIDs"
"""Set by Slicer's DICOM plugin; kept with the scene."""
_COLOUR: Final = _("{name} is a colour picture, not a greyscale mammogram; choose the image itself.")
_NO_IMAGES: Final = {
    "vtkMRMLLabelMapVolumeNode": _(
        "{name} is a label map, not a greyscale mammogram; choose the image itself."
    ),
    "vtkMRMLVectorVolumeNode": _COLOUR,
    "vtkMRMLTensorVolumeNode": _(
        "{name} contains tensors, not a greyscale mammogram; choose the image itself."
    ),
}


@dataclass(frozen=True, eq=False)
class VolumeImage:
    """What a volume node shows."""

    name: str
    """Of the node, for messages."""
    pixels: bac.Pixels
    """(rows, columns) as the node holds them; not a copy: do not write into it."""
    spacing_mm: bac.PixelSpacing | None
    """As the node says; None where it says 1.0 mm, which stands for unknown."""
    files: tuple[Path, ...]
    """That it was loaded from and that are still there: one, or none."""


def read_volume(volume_node: Any, *, dicom_files: Sequence[str | Path] | None = None) -> VolumeImage:
    """Check that a volume is one mammographic image, and take it.

    Needs none of the packages that are installed at Apply, so that it may tell whether Apply makes sense.

    Parameters
    ----------
    volume_node
        vtkMRMLScalarVolumeNode of one slice.
    dicom_files
        Where a caller knows them better than the scene.

    Raises
    ------
    UnsupportedImageError, UsageError
        No image data, several slices, a colour or label volume: in one sentence.
    """
    _check(volume_node)
    name = volume_node.GetName()
    files = source_files(volume_node) if dicom_files is None else tuple(map(Path, dicom_files))
    row_mm, column_mm = shown_mm(volume_node)
    spacing: bac.PixelSpacing | None = bac.PixelSpacing(row_mm, column_mm, bac.SpacingSource.USER)
    if row_mm == column_mm == 1.0:
        spacing = None
    pixels = slicer.util.arrayFromVolume(volume_node)[0]
    return VolumeImage(name, pixels, spacing, files if len(files) == 1 else ())


def shown_mm(volume_node: Any) -> tuple[float, float]:
    """(row, column) spacing of a volume node in mm, whatever it means."""
    column_mm, row_mm = volume_node.GetSpacing()[:2]
    return row_mm, column_mm


def volumes_in_scene() -> list[Any]:
    """The volume nodes that a person sees in lists: no heat map, or what other modules hide."""
    found = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    return [node for node in found if not node.GetHideFromEditors()]


def source_files(volume_node: Any) -> tuple[Path, ...]:
    """Files that a volume was loaded from and that are still there.

    Of the DICOM database through ``DICOM.instanceUIDs`` where there is one, else of the storage node.
    """
    found = [Path(name) for name in (_database_files(volume_node) or _stored_files(volume_node)) if name]
    return tuple(dict.fromkeys(path for path in found if path.is_file()))


def instance_uids(volume_node: Any) -> list[str]:
    """SOP Instance UIDs that Slicer's DICOM plugin left on a volume."""
    return (volume_node.GetAttribute(UIDS_ATTRIBUTE) or "").split()


def dicom_database() -> Any:
    """Slicer's DICOM database, or None where there is none."""
    database = getattr(slicer, "dicomDatabase", None)
    return database if database is not None and database.isOpen else None


def _database_files(volume_node: Any) -> list[str]:
    database = dicom_database()
    if database is None:
        return []
    return [database.fileForInstance(uid) for uid in instance_uids(volume_node)]


def _stored_files(volume_node: Any) -> list[str]:
    storage = volume_node.GetStorageNode()
    if storage is None:
        return []
    listed = [storage.GetFullNameFromNthFileName(n) for n in range(storage.GetNumberOfFileNames())]
    return listed or [storage.GetFullNameFromFileName()]


def _check(volume_node: Any) -> None:
    if volume_node is None:
        raise bac.UsageError(_("No mammogram is chosen; load one and choose it."))
    name = volume_node.GetName()
    no_image = next((words for kind, words in _NO_IMAGES.items() if volume_node.IsA(kind)), "")
    if no_image:
        raise bac.UnsupportedImageError(no_image.format(name=name))
    image = volume_node.GetImageData()
    if image is None or image.GetPointData().GetScalars() is None:
        raise bac.UnsupportedImageError(
            _("{name} contains no image; load the mammogram again.").format(name=name)
        )
    columns, rows, slices = image.GetDimensions()
    if slices != 1:
        raise bac.UnsupportedImageError(
            _(
                "{name} has {slices} slices ({columns} x {rows} pixels), and a mammogram has one; "
                "several views may have been loaded as one volume, or this is a tomosynthesis or another "
                "kind of examination. Load the views with Mammogram (BAC Segmentation), which the DICOM "
                "module lists under Advanced."
            ).format(name=name, slices=slices, columns=columns, rows=rows)
        )
    if image.GetNumberOfScalarComponents() != 1:
        raise bac.UnsupportedImageError(_COLOUR.format(name=name))
