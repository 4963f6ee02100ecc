"""Exams of a patient over time: those measured in the scene, and those in folders of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from BACSegmentationLib import view_records
from BACSegmentationLib.measurement import Pair, exam_records
from BACSegmentationLib.remedies import notice_words
from BACSegmentationLib.segments import segmentation_of
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

NO_DATE: Final = _("No dated exam has been measured here. Measure two exams, or open a folder with results.")
TWO_DATES: Final = _(
    "Two exams of one patient at different dates are needed: measure them here, or "
    "open a folder with results."
)


def timelines(
    folder: Path | None, volume_nodes: Sequence[Any]
) -> tuple[dict[str, bac.Timeline], tuple[str, ...]]:
    """Of each patient the exams in the order of their dates, compared.

    Parameters
    ----------
    folder
        With results in it, or whose results lie beside it; None for the scene alone.
    volume_nodes
        Of the scene; those that were measured count, before the same exam in the folder.

    Returns
    -------
    Timelines by patient, and sentences about exams that are left out.

    Raises
    ------
    OpenBacError
        The folder holds no results.
    """
    pairs = [(volume, segmentation_of(volume)) for volume in volume_nodes]
    places = bac.results_beside(folder) if folder is not None else ()
    if folder is not None and not places:
        raise bac.UsageError(
            _("{folder} contains no results.").format(folder=folder), bac.Remedy.NAME_RESULTS
        )
    found: list[Mapping[str, Sequence[bac.DatedExam]]] = []
    without: list[str] = []
    for place in places:
        patients, notices = bac.dated_exams(bac.read_results(place))
        found.append(patients)
        without += map(notice_words, notices)
    without += [
        _("{name} has changed since it was measured; its older numbers are shown.").format(
            name=segmentation.GetName()
        )
        for _volume, segmentation in pairs
        if segmentation is not None and view_records.is_stale(segmentation)
    ]
    here, notices = _of_scene(pairs)
    known = bac.together(found)
    for patient, exams in here.items():
        keys = {one.key for one in exams}
        known[patient] = [one for one in known.get(patient, []) if one.key not in keys] + list(exams)
    lines = {patient: bac.timeline(exams) for patient, exams in sorted(known.items())}
    return lines, (*without, *map(notice_words, notices))


def summary(line: bac.Timeline, quantity: bac.SerialQuantity) -> str:
    """How a quantity changed, in a few sentences."""
    followed = line.of(quantity)
    if followed is None:
        text = line.reason or _("{title} cannot be followed in these exams.").format(title=quantity.title)
    else:
        views = ", ".join(followed.views)
        text = _("{sentence} Compared: {views}.").format(sentence=bac.change_sentence(followed), views=views)
    left_out = [
        _("{key} was left out: {reason}.").format(key=key, reason=reason)
        for key, reason in line.left_out.items()
    ]
    return "\n".join([text, *left_out])


def _of_scene(pairs: Sequence[Pair]) -> tuple[Mapping[str, Sequence[bac.DatedExam]], tuple[bac.Notice, ...]]:
    """Exams of which a view was measured, as those of results."""
    import msgspec

    exams = exam_records(pairs)
    views = [msgspec.structs.replace(record, exam=exam.key) for records, exam in exams for record in records]
    return bac.dated_exams_of_records(views, [exam for _records, exam in exams])
