"""Results of an exam as files that Slicer opens: a segmentation a view, or one scene with images and tables.

The nodes live in a scene of their own: nobody's open scene is touched, and there need not be any.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import slicer
import slicer.util

from BACSegmentationLib.image_files import load_volume
from BACSegmentationLib.other_segment import show_classes
from BACSegmentationLib.tables import fill_table
from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.view_records import keep_run
from shared_core import hosting as bac

SceneFormat = Literal["seg.nrrd", "mrb"]
"""A segmentation a view, on the image as Slicer loads it; or one scene an exam, with true spacing."""

_LOGICS: Final = "vtkSlicer*ModuleLogicPython.*"


def write_exam(
    folder: Path,
    views: Sequence[bac.WrittenView],
    save: SceneFormat,
    *,
    model: str = "",
    failed: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Path, ...]:
    """Write what Slicer opens beside the results of an exam.

    Parameters
    ----------
    folder
        Of the exam, in the results.
    views
        Its views, from `read_written`.
    model
        Name, or path of the card, that made them; empty for the default.
    failed
        Image to the reason why it could not be analysed: a row without numbers in the scene's table.

    Returns
    -------
    ``<view>.seg.nrrd`` for each view, or ``<exam>.mrb``.

    Raises
    ------
    OpenBacError
        An image or a mask cannot be read, or a file cannot be written.
    """
    scene = own_scene()
    try:
        if save == "seg.nrrd":
            return tuple(_write_segmentation(scene, view, folder) for view in views)
        for view in views:
            segmentation = _add_view(scene, view, spacing_mm=view.record.spacing_mm)
            # Opened in Slicer, they go on where they are: the numbers, and what an edit is told from.
            keep_run(segmentation, view.record, _mask(view), model=model, other=_other(view))
        table = scene.AddNewNodeByClass("vtkMRMLTableNode", "BAC measurements")
        failures = [bac.failed_record(file, why) for file, why in failed.items()]
        fill_table(table, [*(view.record for view in views), *failures])
        path = folder / f"{folder.name}.mrb"
        if not scene.WriteToMRB(str(path)):
            raise bac.OutputError(
                _("{path}: the scene could not be saved; check the free disk space.").format(path=path)
            )
        return (path,)
    finally:
        scene.Clear(True)


def own_scene() -> Any:
    """A new scene, ready for segmentations; also in PythonSlicer, which has no application."""
    _have_module_logics()
    scene = slicer.vtkMRMLScene()
    logic = slicer.vtkSlicerSegmentationsModuleLogic()
    logic.SetMRMLScene(scene)  # registers the kinds of nodes and conversions
    return scene


def _have_module_logics() -> None:
    """In Slicer they are there; PythonSlicer has them on its path, but nothing has imported them yet."""
    if hasattr(slicer, "vtkSlicerSegmentationsModuleLogic"):
        return
    for folder in [path for path in sys.path if "qt-loadable-modules" in path and Path(path).is_dir()]:
        slicer.util.importVTKClassesFromDirectory(folder, "slicer", filematch=_LOGICS)
    if not hasattr(slicer, "vtkSlicerSegmentationsModuleLogic"):
        raise bac.OutputError(
            _(
                "Segmentations cannot be saved by this Python; run the batch with Slicer --python-script, or "
                "with --save none, which still writes masks and tables."
            )
        )


def _write_segmentation(scene: Any, view: bac.WrittenView, folder: Path) -> Path:
    node = _add_view(scene, view, spacing_mm=None)
    path = folder / f"{view.mask.name.removesuffix('_mask.png')}.seg.nrrd"
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    if not storage.WriteData(node):
        raise bac.OutputError(
            _("{path}: the segmentation could not be saved; check the free disk space.").format(path=path)
        )
    return path


def _add_view(scene: Any, view: bac.WrittenView, *, spacing_mm: Sequence[float] | None) -> Any:
    """The image and its segmentation; returns the latter."""
    volume = load_volume(Path(view.record.file), scene, name=_name(view.record), spacing_mm=spacing_mm)
    side = view.record.laterality
    laterality = bac.Laterality(side) if side else bac.Laterality.UNKNOWN
    return show_classes(volume, _mask(view), _other(view), laterality=laterality)


def _mask(view: bac.WrittenView) -> bac.Mask:
    return bac.read_mask_file(view.mask).mask


def _other(view: bac.WrittenView) -> bac.Mask | None:
    return bac.read_mask_file(view.other).mask if view.other is not None else None


def _name(record: bac.ViewRecord) -> str:
    """``LCC``, as radiologists say; the file's where the view is not known."""
    side, view = record.laterality, record.view
    return f"{side}{view}" if side and view else Path(record.file).stem
