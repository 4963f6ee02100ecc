"""The part of the panel that removes what was kept on this computer and can be made again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import slicer
import slicer.util

from BACSegmentationLib import sample_data
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.volumes import source_files

_MB: Final = 1_000_000


class CachePanel:
    """The simulated exams of Sample Data; what a person drew is never among it."""

    def __init__(self, host: PanelHost) -> None:
        self._host, self._ui = host, host.ui
        self._ui.clearCacheButton.clicked.connect(self.clear)

    def clear(self) -> None:
        """Ask, and remove."""
        try:
            folder = sample_data.kept_folder()
        except ImportError:  # the packages that make samples are not there, so none was made
            self._host.say(_("No sample exam is kept on this computer."))
            return
        files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
        if not files:
            self._host.say(_("No sample exam is kept on this computer."))
            return
        size = sum(path.stat().st_size for path in files)
        question = _("Remove the simulated exams in {folder} ({size} MB)? They can be made again.").format(
            folder=folder, size=max(1, round(size / _MB))
        )
        loaded = _loaded_from(folder)
        if loaded:
            question += " " + _("{names} of the open scene were loaded from there.").format(
                names=", ".join(loaded)
            )
        if not slicer.util.confirmYesNoDisplay(question):
            return
        try:
            shutil.rmtree(folder)
        except OSError as error:
            self._host.say(_("{folder} could not be removed: {why}").format(folder=folder, why=error))
            return
        self._host.say(_("The simulated exams were removed."))


def _loaded_from(folder: Path) -> list[str]:
    """Names of volumes whose files lie in a folder."""
    volumes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    inside = folder.resolve()
    return [
        volume.GetName()
        for volume in volumes
        if any(inside in file.resolve().parents for file in source_files(volume))
    ]
