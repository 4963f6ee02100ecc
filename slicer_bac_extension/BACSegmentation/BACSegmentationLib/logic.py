"""What the panel and scripts do with the scene: run, put the views in, measure, fill tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from BACSegmentationLib import heat_maps, results, view_records
from BACSegmentationLib.measurement import Pair, SceneMeasurement
from BACSegmentationLib.parameters import Device
from BACSegmentationLib.segmentation_run import RunRequest, SegmentationRun
from BACSegmentationLib.segments import segmentation_of, show_mask
from shared_core import hosting as bac

LOOK_S: Final = 0.05


class SceneLogic:
    """Without windows; the logic class of the module is made of it."""

    def __init__(self) -> None:
        self.measurement = SceneMeasurement()
        heat_maps.go_with_segmentations()

    def process(
        self,
        inputVolume: Any,
        outputSegmentation: Any = None,
        outputTable: Any = None,
        *,
        allViews: bool = False,
        model: str = "",
        device: Device = "auto",
        threshold: float | None = None,
    ) -> tuple[Any, bac.ViewRecord]:
        """Run the model and wait for it.

        Parameters
        ----------
        inputVolume
            The mammogram.
        outputSegmentation, outputTable
            Where its mask and the numbers go; without them a segmentation is made, and no table.
        allViews
            Whether the other views of its exam in the scene run as well.
        model
            Name of a model or path of its card; empty for the default.
        threshold
            None takes the card's.

        Returns
        -------
        The segmentation of the volume, and the record of its numbers.

        Raises
        ------
        OpenBacError
            It cannot be segmented, or the segmentation is of another volume.
        """
        elsewhere = results.problem_with(outputSegmentation, inputVolume)
        if elsewhere:
            raise bac.UsageError(elsewhere)
        volumes = results.volumes_to_run(inputVolume, all_views=allViews)
        ids = tuple(volume.GetID() for volume in volumes)
        run = SegmentationRun(RunRequest(ids, model, device, threshold))
        while run.advance():
            time.sleep(LOOK_S)
        if run.state != "done":
            raise bac.OpenBacError(run.message)
        lost = self.take(run, inputVolume, outputSegmentation)
        pairs = results.pairs_of(inputVolume)
        if outputTable is not None:
            results.fill(outputTable, pairs)
        segmentation = segmentation_of(inputVolume)
        record = view_records.record_of(segmentation)
        if record is None:
            raise bac.OpenBacError(" ".join([run.message, *lost]))
        return segmentation, record

    def take(self, run: SegmentationRun, volume: Any, segmentation: Any) -> list[str]:
        """Put the views of a run into the scene; sentences about those that have no place any more."""
        return results.put(run, self.measurement, volume_node=volume, segmentation_node=segmentation)

    def measure(self, pairs: Sequence[Pair]) -> None:
        """Measure what is older than its mask, or was never measured.

        Raises
        ------
        OpenBacError
            A mask does not lie on the pixels of its volume.
        """
        for volume, segmentation in pairs:
            if segmentation is not None and is_old(segmentation):
                self.measurement.measure(volume, segmentation)

    def empty_segmentation(self, volume: Any) -> Any:
        """A segmentation of a volume with nothing in it yet."""
        columns, rows = volume.GetImageData().GetDimensions()[:2]
        return show_mask(volume, np.zeros((rows, columns), np.uint8))


def is_old(segmentation_node: Any) -> bool:
    """Whether its numbers are older than its mask, or there are none."""
    return view_records.is_stale(segmentation_node) or view_records.record_of(segmentation_node) is None
