"""Views of a run into the scene: segmentations, numbers, and which volume they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import slicer

from BACSegmentationLib import heat_maps, tables, view_records
from BACSegmentationLib.mammograms import exam_of, exams_in_scene, header_of
from BACSegmentationLib.measurement import Pair, SceneMeasurement, exam_records
from BACSegmentationLib.other_segment import show_classes
from BACSegmentationLib.remedies import notice_words
from BACSegmentationLib.segmentation_run import SegmentationRun, SegmentedView
from BACSegmentationLib.segments import reference_volume, segment_id, segmentation_of
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

SUMMARY_ROLE: Final = f"{view_records.PREFIX}Summary"
GONE: Final = _("{name} was removed from the scene during segmentation; its result was discarded.")


def volumes_to_run(volume_node: Any, *, all_views: bool) -> list[Any]:
    """The volume, or all volumes of its exam.

    Raises
    ------
    OpenBacError
        It is no mammogram.
    """
    return list(exam_of(volume_node).volumes) if all_views else [volume_node]


def put(
    run: SegmentationRun, measurement: SceneMeasurement, *, volume_node: Any, segmentation_node: Any
) -> list[str]:
    """Show the views of a run.

    Parameters
    ----------
    volume_node, segmentation_node
        The chosen volume, and where its mask goes; None makes a segmentation. The masks of other volumes
        go to their own segmentations.

    Returns
    -------
    A sentence for each view that has no place any more.
    """
    lost: list[str] = []
    for view in run.views:
        volume = slicer.mrmlScene.GetNodeByID(view.volume_id)
        if volume is None:
            lost.append(GONE.format(name=view.record.file))
            continue
        chosen = segmentation_node if volume is volume_node else None
        try:
            _show(volume, chosen, view, measurement, run.request.model)
        except bac.OpenBacError as error:
            lost.append(str(error))
    return lost


def _show(volume: Any, chosen: Any, view: SegmentedView, measurement: SceneMeasurement, model: str) -> None:
    gone = chosen is not None and slicer.mrmlScene.GetNodeByID(chosen.GetID()) is None
    # Chosen while the model ran, it may be of another mammogram, whose mask it keeps.
    if gone or problem_with(chosen, volume):
        chosen = None
    segmentation = chosen or segmentation_of(volume)
    node = show_classes(volume, view.mask, view.other, segmentation_node=segmentation)
    measurement.keep_run(node, view, model=model)
    if bac.phrases.is_heat_map(view.record.provenance) and view.probability_png:
        heat_maps.keep(node, volume, bac.probability_of(view.probability_png), view.mask)
    else:
        heat_maps.forget(node)


def pairs_of(volume_node: Any, *, chosen: Any = None) -> list[Pair]:
    """The views of a volume's exam with their segmentations, in the order of views.

    `chosen` is the segmentation of the volume, where it has several.
    """
    if volume_node is None:
        return []
    try:
        volumes: Sequence[Any] = exam_of(volume_node).volumes
    except (bac.OpenBacError, ImportError):
        # No mammogram, or the packages that read one are not there yet.
        volumes = [volume_node]
    fits = chosen is not None and reference_volume(chosen) is volume_node and segment_id(chosen)
    return [
        (volume, chosen if fits and volume is volume_node else segmentation_of(volume)) for volume in volumes
    ]


def left_out(pairs: Sequence[Pair]) -> str:
    """A sentence about the views of which there are no numbers; empty where all were analysed."""
    names = [_label(record) for record in _records(pairs) if not record.metrics]
    return (
        _("Not analysed, so without mask and numbers: {names}.").format(names=", ".join(names))
        if names
        else ""
    )


def problem_with(segmentation_node: Any, volume_node: Any) -> str:
    """Why the mask of a volume cannot go into a segmentation; empty where it can."""
    of = reference_volume(segmentation_node) if segmentation_node is not None else None
    if of is None or of is volume_node:
        return ""
    return _(
        "The output segmentation {segmentation} belongs to {of}; choose another one under "
        "Output, or leave it empty for a new one."
    ).format(segmentation=segmentation_node.GetName(), of=of.GetName())


def fill(table_node: Any, pairs: Sequence[Pair]) -> Any:
    """All numbers of measured views into a table node, and the summary for people into another.

    Returns
    -------
    The node of the summary; it hangs on the other.
    """
    records = _records(pairs)
    tables.fill_table(table_node, records)
    summary = summary_of(table_node)
    if summary is None:
        name = slicer.mrmlScene.GenerateUniqueName(f"{table_node.GetName()} summary")
        summary = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", name)
        table_node.SetNodeReferenceID(SUMMARY_ROLE, summary.GetID())
    exams = exam_records(pairs)
    tables.fill_summary(summary, records, exams[0][1] if len(exams) == 1 and len(records) > 1 else None)
    return summary


def summary_of(table_node: Any) -> Any:
    """The table for people that hangs on a table of all numbers, or None."""
    return table_node.GetNodeReference(SUMMARY_ROLE)


def folder_name(pairs: Sequence[Pair]) -> str:
    """Of saved results: that of the first view, in letters that every disk takes."""
    name = pairs[0][0].GetName()
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name) + "-bac"


def report(pairs: Sequence[Pair]) -> str:
    """The sentences of the views, and of the exam where there are several; to be copied.

    A first note says in which state each view is.
    """
    records = _records(pairs)
    lines = [f"{_label(record)}: {record.report_sentence}" for record in records]
    if len(records) > 1:
        exams = [record for _records_of, record in exam_records(pairs)]
        lines += [_("Exam: {sentence}").format(sentence=exam.report_sentence) for exam in exams]
    states = ", ".join(
        f"{_label(record)} {bac.made_words(bac.state_of(record.model), record.model)}" for record in records
    )
    notices = dict.fromkeys(notice for record in records for notice in record.notices)
    notices |= dict.fromkeys(_who_is_who(pairs))
    notes = (f"{states}.", *(notice_words(notice) for notice in notices))
    return "\n".join([*lines, *(_("Note: {note}").format(note=note) for note in notes)])


def _who_is_who(pairs: Sequence[Pair]) -> Iterator[bac.Notice]:
    """Why other images of the scene with the same patient ID are not of this exam."""
    shown = {volume.GetID() for volume, _segmentation in pairs}
    for one in exams_in_scene():
        if shown & {volume.GetID() for volume in one.volumes}:
            yield from (notice for notice in one.exam.notices if notice.code in bac.WHO_IS_WHO)


def csv_text(pairs: Sequence[Pair]) -> str:
    """``views.csv`` of measured views."""
    return bac.views_csv(_records(pairs)).decode("utf-8")


def _records(pairs: Sequence[Pair]) -> list[bac.ViewRecord]:
    """Of each view its numbers, or that nothing looked at it."""
    found = (_record(volume, segmentation) for volume, segmentation in pairs)
    return [record for record in found if record is not None]


def _record(volume: Any, segmentation: Any) -> bac.ViewRecord | None:
    known = view_records.record_of(segmentation)
    if known is not None:
        return known
    import msgspec

    try:
        header = header_of(volume)
    except bac.OpenBacError:
        return None
    record = bac.unseen_record(header)
    return record if header.path is not None else msgspec.structs.replace(record, file=volume.GetName())


def _label(record: bac.ViewRecord) -> str:
    side, view = record.laterality, record.view
    return f"{side or '?'}{view or '?'}" if side or view else Path(record.file).name
