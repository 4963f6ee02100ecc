"""Numbers of segmentations as they are now, through the function that `bac measure` and napari use."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from BACSegmentationLib import view_records
from BACSegmentationLib.mammograms import exams_in_scene, mammogram_of
from BACSegmentationLib.other_segment import other_of
from BACSegmentationLib.segmentation_run import SegmentedView
from BACSegmentationLib.segments import mask_of
from BACSegmentationLib.volume_facts import FACTS_ATTRIBUTE
from shared_core import hosting as bac

_KEPT_VIEWS: Final = 4

Pair = tuple[Any, Any]
"""A volume and its segmentation, None where nothing was marked on it."""


@dataclass(frozen=True, eq=False)
class _Prepared:
    stamp: tuple[Any, ...]
    view: bac.PreparedView
    raw: bac.Mammogram | None
    """The pixels as read, where calcium can be weighed on them."""


class SceneMeasurement:
    """Measures masks, and keeps the views that were prepared for it: the slow part of the work.

    Views are prepared when they are first asked for; four are kept.
    """

    def __init__(self) -> None:
        self._views: OrderedDict[str, _Prepared] = OrderedDict()
        self._run_masks: dict[str, bac.Mask] = {}
        self._run_others: dict[str, bac.Mask | None] = {}
        self._probabilities: dict[str, bytes] = {}
        """Packed: a few hundred kilobytes each, where the numbers take fifty megabytes."""
        self._evidence: tuple[bac.PreparedView, bytes, bac.CalciumEvidence] | None = None

    def keep_run(self, segmentation_node: Any, view: SegmentedView, *, model: str) -> None:
        """A model's mask is in the segmentation now, with its numbers; `model` is empty for the default."""
        view_records.keep_run(segmentation_node, view.record, view.mask, model=model, other=view.other)
        self._run_masks[segmentation_node.GetID()] = view.mask
        self._run_others[segmentation_node.GetID()] = view.other
        self._probabilities[segmentation_node.GetID()] = view.probability_png

    def measure(self, volume_node: Any, segmentation_node: Any) -> bac.ViewRecord:
        """Measure the mask as it is, keep the record on the node, and return it.

        Raises
        ------
        OpenBacError
            The volume is no mammogram, or the mask does not lie on its pixels.
        """
        final = self.final(volume_node, segmentation_node)
        record = bac.record_of(final)
        view_records.keep(segmentation_node, record)
        if final.edited:
            view_records.mark_drawn(segmentation_node)
        return record

    def final(
        self, volume_node: Any, segmentation_node: Any, *, exam_key: str | None = None
    ) -> bac.ReviewedView:
        """The view as the person left it; without a segmentation one that was not analysed."""
        record = view_records.run_record(segmentation_node)
        if record is None:
            return self._without_model(volume_node, segmentation_node, exam_key or "")
        model = view_records.model_of(segmentation_node)
        prepared = self._prepared(volume_node, model)
        mask, other = mask_of(segmentation_node, volume_node), _others(segmentation_node, volume_node)
        key = exam_key if exam_key is not None else record.exam or ""
        began_as = self._run_masks.get(segmentation_node.GetID())
        if view_records.is_as_given(segmentation_node, mask):
            began_as = mask
        other_began_as = self._run_others.get(segmentation_node.GetID())
        if other is not None and view_records.is_other_as_given(segmentation_node, other):
            other_began_as = other
        return bac.recorded_view(
            prepared.view,
            mask,
            record,
            began_as=began_as,
            other=other,
            other_began_as=other_began_as,
            settings=bac.MeasurementSettings(),
            raw=prepared.raw,
            exam_key=key,
            card=_card(model),
        )

    def evidence(self, volume_node: Any, segmentation_node: Any) -> bac.CalciumEvidence:
        """What speaks for calcium in the picture, and in the answer of a model that ran in this session.

        Kept for the last one that was asked for.

        Raises
        ------
        OpenBacError
            The volume is no mammogram.
        """
        model = view_records.model_of(segmentation_node) if segmentation_node is not None else ""
        view, packed = self._prepared(volume_node, model).view, b""
        if segmentation_node is not None and view_records.run_record(segmentation_node) is not None:
            packed = self._probabilities.get(segmentation_node.GetID(), b"")
        if self._evidence is None or self._evidence[0] is not view or self._evidence[1] is not packed:
            probability = bac.probability_of(packed) if packed else None
            if probability is not None and probability.shape != view.display_u8.shape:
                probability = None
            found = bac.calcium_evidence(
                view.display_u8, valid=view.valid_mask, spacing=view.spacing, probability=probability
            )
            self._evidence = view, packed, found
        return self._evidence[2]

    def forget(self) -> None:
        """Let go of all images."""
        self._views.clear()
        self._run_masks.clear()
        self._run_others.clear()
        self._probabilities.clear()
        self._evidence = None

    def _without_model(self, volume_node: Any, segmentation_node: Any, exam_key: str) -> bac.ReviewedView:
        """Drawn, from a file, or nothing: an empty mask that nobody touched is no finding."""
        prepared = self._prepared(volume_node, "")
        if segmentation_node is None:
            mask, other, file, edited = np.zeros(prepared.view.image_u8.shape, bool), None, "", False
        else:
            mask, other = mask_of(segmentation_node, volume_node), _others(segmentation_node, volume_node)
            file, edited = _origin(segmentation_node, mask, other)
        return bac.reviewed_view(
            prepared.view,
            mask.astype(np.uint8),
            edited=edited,
            settings=bac.MeasurementSettings(),
            began_as={"mask_file": file} if file else None,
            other=other,
            raw=prepared.raw,
            exam_key=exam_key,
        )

    def _prepared(self, volume_node: Any, model: str) -> _Prepared:
        preset = (_card(model) or bac.default_model()).preprocessing
        image = volume_node.GetImageData()
        stamp = (
            image.GetMTime() if image is not None else 0,
            volume_node.GetSpacing(),
            volume_node.GetName(),
            volume_node.GetAttribute(FACTS_ATTRIBUTE),
            preset,
        )
        known = self._views.get(volume_node.GetID())
        if known is None or known.stamp != stamp:
            mammogram = mammogram_of(volume_node)
            raw = mammogram if bac.mass_refusal(mammogram.header) is None else None
            known = _Prepared(stamp, bac.prepare(mammogram, preset), raw)
        self._views[volume_node.GetID()] = known
        self._views.move_to_end(volume_node.GetID())
        while len(self._views) > _KEPT_VIEWS:
            self._views.popitem(last=False)
        return known


def exam_records(pairs: Sequence[Pair]) -> list[tuple[list[bac.ViewRecord], bac.ExamRecord]]:
    """The records of exams of which a view was measured, each after those of its views.

    Of an exam all views are given, those without a segmentation as well: what was not analysed is missing
    in it.
    """
    by_volume = {volume.GetID(): view_records.record_of(segmentation) for volume, segmentation in pairs}
    found = []
    for one in exams_in_scene([volume for volume, _segmentation in pairs]):
        records = [by_volume[volume.GetID()] for volume in one.volumes]
        if any(record is not None and record.metrics for record in records):
            exam = bac.measure_exam_records(one.exam, records)
            found.append(([record for record in records if record is not None], exam))
    return found


def _others(segmentation_node: Any, volume_node: Any) -> bac.Mask | None:
    """Calcification that is not along an artery; None where nothing tells it."""
    other = other_of(segmentation_node, volume_node)
    return other if view_records.tells_others(segmentation_node) or other.any() else None


def _origin(segmentation_node: Any, mask: bac.Mask, other: bac.Mask | None) -> tuple[str, bool]:
    """Name of the file that a mask is from, empty where it is from none; and whether somebody drew on it."""
    file, drawn = view_records.file_of(segmentation_node), view_records.was_drawn(segmentation_node)
    if file:
        same = other is None or view_records.is_other_as_given(segmentation_node, other)
        return file, not (same and view_records.is_as_given(segmentation_node, mask))
    storage = segmentation_node.GetStorageNode()
    stored = Path(storage.GetFileName() or "").name if storage is not None else ""
    # Loaded by Slicer itself. Of what was drawn here and saved, the file says nothing.
    if stored and not drawn and not segmentation_node.GetModifiedSinceRead():
        return stored, False
    return "", drawn or bool(mask.any())


def _card(model: str) -> bac.ModelCard | None:
    """The card of a model; None where it was somebody's own and is gone."""
    try:
        return bac.load_card(model) if model else bac.default_model()
    except (bac.ModelError, bac.UsageError) as error:
        logging.warning("The model card %s could not be read: %s", model, error)
        return None
