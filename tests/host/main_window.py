"""Stand-ins for what a module asks of Slicer's window: to go to another module, and Segment Editor there."""

from __future__ import annotations

from typing import Any


class SegmentEditor:
    """qMRMLSegmentEditorWidget: keeps what it was given, under the names of Slicer 5.12."""

    def __init__(self) -> None:
        self.segmentation: Any = None
        self.volume: Any = None
        self.segment_id = self.effect = ""

    def setSegmentationNode(self, node: Any) -> None:
        """As in Slicer, which forgets the image of another segmentation."""
        assert node.IsA("vtkMRMLSegmentationNode")
        self.segmentation, self.volume = node, None

    def setSourceVolumeNode(self, node: Any) -> None:
        """As in Slicer; needs the segmentation first."""
        assert self.segmentation is not None
        assert node.IsA("vtkMRMLScalarVolumeNode")
        self.volume = node

    def setCurrentSegmentID(self, segment_id: str) -> None:
        """As in Slicer; the segment must be there."""
        assert self.segmentation.GetSegmentation().GetSegment(segment_id) is not None
        self.segment_id = segment_id

    def setActiveEffectByName(self, name: str) -> None:
        """As in Slicer."""
        assert name in ("Paint", "Draw", "Erase")
        self.effect = name


class MainWindow:
    """qSlicerMainWindow with its list of modules."""

    objectName = name = "qSlicerMainWindow"

    def __init__(self) -> None:
        self.selected = ""

    def moduleSelector(self) -> MainWindow:
        """As in Slicer."""
        return self

    def selectModule(self, name: str) -> None:
        """As in Slicer."""
        self.selected = name
