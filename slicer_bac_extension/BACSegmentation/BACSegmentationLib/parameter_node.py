"""What a person chooses in the panel, saved with the scene."""

from typing import Annotated

from slicer import vtkMRMLMarkupsCurveNode, vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode, vtkMRMLTableNode
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

from BACSegmentationLib.parameters import DeviceChoice


@parameterNodeWrapper
class BACSegmentationParameterNode:
    """The choices; Slicer binds each to the widget of that name in the ``.ui`` file.

    inputVolume - The mammogram.
    allViews - Whether all views of its exam run.
    model - Name of a model or path of its card; empty for the default.
    device - Where it runs.
    ownThreshold - Whether `threshold` counts, and not that of the model.
    threshold - Pixels with a probability above it are marked.
    outputSegmentation - Where the mask of the mammogram goes; none for a new one.
    outputTable - Where the numbers go; none for a new one.
    measureByItself - Whether the numbers follow the segmentation after a pause.
    centreLine - A curve along an artery.
    followCalcium - Whether points of it are completed along the calcium.
    bandWidthMm - Width of the band that is marked along it.
    dicomObjects - Whether saved results have DICOM objects beside them.
    """

    inputVolume: vtkMRMLScalarVolumeNode
    allViews: bool = False
    model: str = ""
    device: DeviceChoice = DeviceChoice.AUTO
    ownThreshold: bool = False
    threshold: Annotated[float, WithinRange(0.01, 0.99)] = 0.5
    outputSegmentation: vtkMRMLSegmentationNode
    outputTable: vtkMRMLTableNode
    measureByItself: bool = True
    centreLine: vtkMRMLMarkupsCurveNode
    followCalcium: bool = True
    bandWidthMm: Annotated[float, WithinRange(0.2, 10)] = 1.9
    dicomObjects: bool = False
