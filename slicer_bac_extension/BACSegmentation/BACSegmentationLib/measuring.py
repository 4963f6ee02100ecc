"""Numbers of segmentations as they are now, through the function that `bac measure` and napari use."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from BACSegmentationLib import view_records
from BACSegmentationLib.mammograms import SceneExam, exams_in_scene, mammogram_of
from BACSegmentationLib.segments import mask_of
from shared_core.errors import ModelError, UsageError
from shared_core.mammogram import Mammogram, Mask

HOST: Final = "3D Slicer"
NO_FILE: Final = (
    "{name}: DICOM objects refer to the file of the mammogram, and this volume has none, or other pixels; "
    "load it from its file, or save without DICOM objects."
)
_KEPT_VIEWS: Final = 4

Record = dict[str, Any]
Pair = tuple[Any, Any]
"""A volume and its segmentation."""


@dataclass(frozen=True, eq=False)
class _Prepared:
    stamp: tuple[Any, ...]
    view: Any
    """PreparedView."""
    raw: Mammogram | None
    """The pixels as read, where calcium can be weighed on them."""


class Measuring:
    """Measures, and keeps the views that were prepared for it: the slow part of the work.

    Views are prepared when they are first asked for; four are kept.
    """

    def __init__(self) -> None:
        self._views: OrderedDict[str, _Prepared] = OrderedDict()
        self._run_masks: dict[str, Mask] = {}

    def take_answer(self, segmentation_node: Any, answer: Any, *, model: str) -> None:
        """A model's mask is in the segmentation now: its record holds the numbers.

        Parameters
        ----------
        answer
            `segmentation_run.ViewAnswer`.
        model
            Name or path of the card; empty for the default.
        """
        view_records.keep_run(segmentation_node, answer.record, answer.mask, model=model)
        self._run_masks[segmentation_node.GetID()] = answer.mask

    def measure(self, volume_node: Any, segmentation_node: Any) -> Record:
        """Measure the mask as it is, keep the record on the node, and return it.

        Raises
        ------
        OpenBacError
            The volume is no mammogram, or the mask does not lie on its pixels.
        """
        from shared_core.records.view_and_exam import view_record

        final = self.final(volume_node, segmentation_node)
        record = view_record(
            final.header,
            final.prepared,
            final.measurement,
            provenance=final.provenance,
            notices=final.notices,
            exam=final.exam_key or None,
        )
        if final.header.path is None:
            record["file"] = volume_node.GetName()
        view_records.keep(segmentation_node, record)
        return record

    def final(self, volume_node: Any, segmentation_node: Any, *, exam_key: str | None = None) -> Any:
        """The view as the person left it: a `shared_core.cohort.reviewed_view.ReviewedView`."""
        from shared_core import MeasurementSettings, load_card
        from shared_core.cohort.reviewed_view import recorded_view, reviewed_view
        from shared_core.weights.default_model import PREFERRED

        record = view_records.run_record(segmentation_node)
        model = view_records.model_of(segmentation_node)
        prepared = self._prepared(volume_node, model)
        mask = mask_of(segmentation_node, volume_node)
        key = exam_key if exam_key is not None else (record or {}).get("exam") or ""
        if record is None:
            return reviewed_view(
                prepared.view,
                mask.astype("uint8"),
                edited=True,
                settings=MeasurementSettings(),
                preprocessing=load_card(PREFERRED).preprocessing.name,
                raw=prepared.raw,
                exam_key=key,
            )
        began_as = self._run_masks.get(segmentation_node.GetID())
        if view_records.is_of_model(segmentation_node, mask):
            began_as = mask
        return recorded_view(
            prepared.view,
            mask,
            record,
            began_as=began_as,
            settings=MeasurementSettings(),
            raw=prepared.raw,
            exam_key=key,
            card=_card(model),
        )

    def forget(self) -> None:
        """Let go of all images."""
        self._views.clear()
        self._run_masks.clear()

    def _prepared(self, volume_node: Any, model: str) -> _Prepared:
        from shared_core import load_card, prepare
        from shared_core.mass.densitometry import mass_refusal
        from shared_core.weights.default_model import PREFERRED

        preset = (_card(model) or load_card(PREFERRED)).preprocessing
        image = volume_node.GetImageData()
        stamp = (
            image.GetMTime() if image is not None else 0,
            volume_node.GetSpacing(),
            volume_node.GetName(),
            preset.name,
        )
        known = self._views.get(volume_node.GetID())
        if known is None or known.stamp != stamp:
            mammogram = mammogram_of(volume_node)
            raw = mammogram if mass_refusal(mammogram.header) is None else None
            known = _Prepared(stamp, prepare(mammogram, preset), raw)
        self._views[volume_node.GetID()] = known
        self._views.move_to_end(volume_node.GetID())
        while len(self._views) > _KEPT_VIEWS:
            self._views.popitem(last=False)
        return known

    def export_steps(
        self, pairs: Sequence[Pair], folder: Path, *, replace: bool, dicom: bool = False
    ) -> Iterator[tuple[int, int]]:
        """Write the files of ``bac analyze`` for the masks as they are; a folder that is whole or not there.

        Parameters
        ----------
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
        from shared_core import MeasurementSettings
        from shared_core.cohort.exam_export import USUAL_FORMATS, export_steps
        from shared_core.dicom_objects.object_kinds import DICOM_KINDS

        keys = {
            volume.GetID(): one.exam.key
            for one in exams_in_scene([volume for volume, _ in pairs])
            for volume in one.volumes
        }
        finals = []
        for volume, segmentation in pairs:
            finals.append(self.final(volume, segmentation, exam_key=keys.get(volume.GetID(), "")))
            if dicom and finals[-1].header.path is None:
                raise UsageError(NO_FILE.format(name=volume.GetName()))
            yield len(finals), 2 * len(pairs)
        formats = (*USUAL_FORMATS, *(DICOM_KINDS if dicom else ()))
        for done, _ in export_steps(
            folder, finals, settings=MeasurementSettings(), host=HOST, replace=replace, formats=formats
        ):
            yield len(finals) + done, 2 * len(pairs)


def exam_records(pairs: Sequence[Pair]) -> list[tuple[SceneExam, Record]]:
    """The exams that measured volumes belong to, each with the record of its numbers."""
    from shared_core import measure_exam
    from shared_core.records.view_and_exam import exam_record
    from shared_core.records.written_views import measurement_of

    by_volume = {volume.GetID(): view_records.record_of(segmentation) for volume, segmentation in pairs}
    found = []
    for one in exams_in_scene([volume for volume, _ in pairs]):
        views = []
        for header, volume in zip(one.exam.headers, one.volumes, strict=True):
            record = by_volume.get(volume.GetID())
            if record is not None:
                views.append((header, measurement_of(record)))
        if views:
            found.append((one, exam_record(one.exam, measure_exam(views))))
    return found


def _card(model: str) -> Any:
    """The card of a model; None where it was somebody's own and is gone."""
    from shared_core import load_card
    from shared_core.weights.default_model import PREFERRED

    try:
        return load_card(model or PREFERRED)
    except (ModelError, UsageError) as error:
        logging.warning("The model card %s cannot be read: %s", model, error)
        return None
