"""Stand-in for Slicer's package `DICOMLib`: what plugins of the DICOM module are made of; who is chosen."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import slicer

from tests.host.scene import put_in_study


class DICOMLoadable:
    """Something that can be loaded."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.name = "Unknown"
        self.tooltip = "No further information available"
        self.warning = ""
        self.selected = False
        self.confidence = 0.5


class DICOMPlugin:
    """The base of plugins."""

    def __init__(self) -> None:
        self.loadType = "Generic DICOM"
        self.loadableCache: dict[tuple[str, ...], list[Any]] = {}
        self.tags = {
            "seriesDescription": "0008,103E",
            "seriesInstanceUID": "0020,000E",
            "modality": "0008,0060",
            "instanceUID": "0008,0018",
            "sopClassUID": "0008,0016",
        }

    def getCachedLoadables(self, files: Sequence[str]) -> list[Any] | None:
        """What was found of these files before."""
        return self.loadableCache.get(tuple(files))

    def cacheLoadables(self, files: Sequence[str], loadables: list[Any]) -> None:
        """Keep it."""
        self.loadableCache[tuple(files)] = loadables

    def addSeriesInSubjectHierarchy(self, loadable: Any, node: Any) -> None:
        """Into its patient and study."""
        patient, study = (slicer.dicomDatabase.fileValue(loadable.files[0], tag) for tag in _PLACE)
        put_in_study(node, patient, study)


_PLACE = ("0010,0020", "0008,0020")


def preselected(loadables: Mapping[str, Sequence[Any]]) -> list[Any]:
    """What is ticked of each series, as `DICOMUtils.selectHighestConfidenceLoadables` does it."""
    by_series: dict[str, list[Any]] = {}
    for found in loadables.values():
        for one in found:
            by_series.setdefault(slicer.dicomDatabase.fileValue(one.files[0], "0020,000E"), []).append(one)
    chosen = []
    for series in by_series.values():
        highest = max(one.confidence for one in series)
        chosen += [one for one in series if one.confidence == highest]
    return chosen


def install() -> None:
    """Make ``from DICOMLib import DICOMPlugin`` work."""
    module = sys.modules.setdefault("DICOMLib", ModuleType("DICOMLib"))
    vars(module).update(DICOMLoadable=DICOMLoadable, DICOMPlugin=DICOMPlugin)
