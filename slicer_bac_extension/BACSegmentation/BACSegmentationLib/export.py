"""Masks of the scene into a folder of results, the one that `bac analyze` would write of them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

from BACSegmentationLib.mammograms import exams_in_scene
from BACSegmentationLib.measurement import Pair, SceneMeasurement
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

HOST: Final = "3D Slicer"
NO_FILE: Final = _(
    "{name}: DICOM objects refer to the file of the mammogram, but this volume has no file, or other pixels; "
    "load the mammogram from its file, or save without DICOM objects."
)


def export_results(
    measurement: SceneMeasurement, pairs: Sequence[Pair], folder: Path, *, replace: bool, dicom: bool = False
) -> Generator[tuple[int, int], None, tuple[str, ...]]:
    """Write the masks as they are; the folder is complete afterwards, or not there.

    Parameters
    ----------
    measurement
        Measures them.
    pairs
        Volumes and their segmentations; one without is written as a view that was not analysed.
    folder
        Takes the results.
    replace
        Whether results that lie there give way.
    dicom
        Whether all DICOM objects are written as well.

    Yields
    ------
    (steps done, steps in all); to leave the loop before its end cancels, and nothing is kept.

    Returns
    -------
    A sentence about each view that was not analysed and cannot even be prepared: it is left out.

    Raises
    ------
    OpenBacError
        A view that was marked cannot be measured, or the folder not be written; DICOM objects have no
        file to refer to.
    """
    keys = {
        volume.GetID(): one.exam.key
        for one in exams_in_scene([volume for volume, _segmentation in pairs])
        for volume in one.volumes
    }
    finals, left_out = [], []
    for place, (volume, segmentation) in enumerate(pairs, start=1):
        try:
            final = measurement.final(volume, segmentation, exam_key=keys.get(volume.GetID(), ""))
        except bac.OpenBacError as error:
            if segmentation is not None:
                raise
            left_out.append(_("{volume} was left out: {error}").format(volume=volume.GetName(), error=error))
        else:
            if dicom and final.measurement is not None and final.header.path is None:
                raise bac.UsageError(NO_FILE.format(name=volume.GetName()))
            finals.append(final)
        yield place, 2 * len(pairs)
    formats = (*bac.USUAL_FORMATS, *(bac.DICOM_KINDS if dicom else ()))
    for done, _name in bac.export_steps(
        folder, finals, settings=bac.MeasurementSettings(), host=HOST, replace=replace, formats=formats
    ):
        yield len(pairs) + done, 2 * len(pairs)
    return tuple(left_out)
