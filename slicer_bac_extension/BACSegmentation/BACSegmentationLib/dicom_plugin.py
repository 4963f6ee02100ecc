"""How Slicer's DICOM module opens mammograms, and segmentations of them.

The core plugin stacks the views of a series into one volume, and the one for segmentations (dcmqi) cannot
place a SEG of a projection image, which has no position in space. Here each image is a volume named by side
and view, and a SEG comes with its mammogram, pixel on pixel.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

import slicer
import slicer.util
from DICOMLib import DICOMLoadable, DICOMPlugin

from BACSegmentationLib import dependencies, dicom_files
from BACSegmentationLib.dicom_segments import load_segments
from BACSegmentationLib.image_files import read_dicom_volume
from BACSegmentationLib.mammograms import header_of
from BACSegmentationLib.parameters import REQUIREMENTS
from BACSegmentationLib.remedies import error_words
from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.volumes import UIDS_ATTRIBUTE, instance_uids
from shared_core import hosting as bac

NAME: Final = "BACMammogramPlugin"
CONFIDENCE: Final = 0.97
"""Above that of Slicer's own plugins for volumes (0.5) and for segmentations (0.95)."""


class MammogramPlugin(DICOMPlugin):
    """One volume an image; a segmentation with the mammogram that it was drawn on."""

    def __init__(self) -> None:
        super().__init__()
        self.loadType = "Mammogram (BAC Segmentation)"

    def examineForImport(self, fileLists: list[list[str]]) -> list[Any]:
        """What can be loaded of several series."""
        return [loadable for files in fileLists for loadable in self.examineFiles(files)]

    def examineFiles(self, files: list[str]) -> list[Any]:
        """What can be loaded of a series: nothing where no file of it is a mammogram or its segmentation."""
        known = self.getCachedLoadables(files)
        if known is not None:
            return list(known)
        found, names = [], set[str]()
        for file in files:
            loadable = self._image(file, names) or self._segmentation(file)
            if loadable is not None:
                loadable.selected, loadable.confidence = True, CONFIDENCE
                found.append(loadable)
        self.cacheLoadables(files, found)
        return found

    def load(self, loadable: Any) -> Any:
        """The node, or False where it cannot be loaded; why is told in a window."""
        file = Path(loadable.files[0])
        try:
            if loadable.uids:
                return self._load_segmentation(file, loadable)
            return self._load_image(loadable)
        except dependencies.DependencyError as error:
            slicer.util.errorDisplay(str(error), detailedText=error.advice)
        except bac.OpenBacError as error:
            slicer.util.errorDisplay(error_words(error))
        return False

    def _image(self, file: str, names: set[str]) -> Any:
        database = slicer.dicomDatabase
        if database.fileValue(file, self.tags["sopClassUID"]) not in dicom_files.IMAGES:
            return None
        if database.fileValue(file, "0028,0008") not in ("", "1"):  # frames, as of a tomosynthesis
            return None
        label = dicom_files.label_of(file, database)
        name, number = label, 2
        while name in names:
            name, number = f"{label} ({number})", number + 1
        names.add(name)
        return _loadable(file, name, _("{name} - a mammogram as a volume of its own").format(name=name))

    def _segmentation(self, file: str) -> Any:
        database = slicer.dicomDatabase
        if database.fileValue(file, self.tags["modality"]) != "SEG":
            return None
        uids = dicom_files.referenced_images(Path(file), database)
        if not uids:
            return None
        name = database.fileValue(file, self.tags["seriesDescription"]) or "SEG"
        loadable = _loadable(
            file, name, _("{name} - on the mammogram that it was drawn on").format(name=name)
        )
        loadable.uids = uids
        loadable.referencedInstanceUIDs = list(uids)
        return loadable

    def _load_image(self, loadable: Any) -> Any:
        file = loadable.files[0]
        volume = read_dicom_volume(Path(file), slicer.mrmlScene, name=loadable.name)
        self.addSeriesInSubjectHierarchy(loadable, volume)
        volume.SetAttribute(UIDS_ATTRIBUTE, slicer.dicomDatabase.fileValue(file, self.tags["instanceUID"]))
        volume.SetAttribute("DICOM.instanceNumbers", slicer.dicomDatabase.fileValue(file, "0020,0013") or "?")
        _set_windows(volume, file)
        selection = slicer.app.applicationLogic().GetSelectionNode()
        selection.SetActiveVolumeID(volume.GetID())
        slicer.app.applicationLogic().PropagateVolumeSelection()
        return volume

    def _load_segmentation(self, file: Path, loadable: Any) -> Any:
        dependencies.ensure(REQUIREMENTS)
        volume = self._mammogram(loadable.uids)
        if volume is None:
            raise bac.UsageError(
                _(
                    "{name}: the mammogram that it was drawn on is neither in the scene nor in the DICOM "
                    "database; import it as well."
                ).format(name=file.name)
            )
        return load_segments(file, volume)

    def _mammogram(self, uids: tuple[str, ...]) -> Any:
        """The volume of an image in the scene, else of the database."""
        for volume in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
            if _uid_of(volume) in uids:
                return volume
        for uid in uids:
            file = slicer.dicomDatabase.fileForInstance(uid)
            if file and Path(file).is_file() and (loadables := self.examineFiles([file])):
                return self._load_image(loadables[0])
        return None


def register() -> None:
    """Offer the plugin to the DICOM module."""
    plugins = getattr(slicer.modules, "dicomPlugins", None)
    if plugins is None:
        plugins = slicer.modules.dicomPlugins = {}
    plugins[NAME] = MammogramPlugin


def _loadable(file: str, name: str, tooltip: str) -> Any:
    loadable = DICOMLoadable()
    loadable.files, loadable.name, loadable.tooltip, loadable.uids = [file], name, tooltip, ()
    return loadable


def _uid_of(volume: Any) -> str:
    """SOP Instance UID of the image that a volume shows, opened as a file or not; empty where it has none."""
    found = instance_uids(volume)
    if found:
        return found[0] if len(found) == 1 else ""
    try:
        return header_of(volume).identity.sop_instance_uid
    except bac.OpenBacError:
        return ""


def _set_windows(volume: Any, file: str) -> None:
    """The windows of the file, the first of them shown."""
    display = volume.GetDisplayNode()
    pair = [slicer.dicomDatabase.fileValue(file, tag).split("\\") for tag in ("0028,1050", "0028,1051")]
    try:
        windows = [(float(width), float(center)) for center, width in zip(*pair, strict=True)]
    except ValueError:
        if any(pair[0]) or any(pair[1]):
            logging.warning("The windows of %s cannot be used", file)
        return
    for width, center in windows:
        display.AddWindowLevelPreset(width, center)
    display.SetWindowLevelFromPreset(0)
