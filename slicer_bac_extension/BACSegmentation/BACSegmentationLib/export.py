"""Masks of the scene into a folder of results, the one that `bac analyze` would write of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from BACSegmentationLib.mammograms import exams_in_scene
from BACSegmentationLib.measurement import Pair, SceneMeasurement
from shared_core.hosting import UsageError

HOST: Final = "3D Slicer"
NO_FILE: Final = (
    "{name}: DICOM objects refer to the file of the mammogram, but this volume has no file, or other pixels; "
    "load the mammogram from its file, or save without DICOM objects."
)


def export_results(
    measurement: SceneMeasurement, pairs: Sequence[Pair], folder: Path, *, replace: bool, dicom: bool = False
) -> Iterator[tuple[int, int]]:
    """Write the masks as they are; the folder is complete afterwards, or not there.

    Parameters
    ----------
    measurement
        Measures them.
    pairs
        Volumes and their segmentations.
    folder
        Takes the results.
    replace
        Whether results that lie there give way.
    dicom
        Whether all DICOM objects are written as well.

    Yields
    ------
    (steps done, steps in all); to leave the loop before its end cancels, and nothing is kept.

    Raises
    ------
    OpenBacError
        A view cannot be measured, or the folder not be written; DICOM objects have no file to refer to.
    """
    from shared_core.hosting import DICOM_KINDS, USUAL_FORMATS, MeasurementSettings, export_steps

    keys = {
        volume.GetID(): one.exam.key
        for one in exams_in_scene([volume for volume, _ in pairs])
        for volume in one.volumes
    }
    finals = []
    for volume, segmentation in pairs:
        finals.append(measurement.final(volume, segmentation, exam_key=keys.get(volume.GetID(), "")))
        if dicom and finals[-1].header.path is None:
            raise UsageError(NO_FILE.format(name=volume.GetName()))
        yield len(finals), 2 * len(pairs)
    formats = (*USUAL_FORMATS, *(DICOM_KINDS if dicom else ()))
    for done, _ in export_steps(
        folder, finals, settings=MeasurementSettings(), host=HOST, replace=replace, formats=formats
    ):
        yield len(finals) + done, 2 * len(pairs)
