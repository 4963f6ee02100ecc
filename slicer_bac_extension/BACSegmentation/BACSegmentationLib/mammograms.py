"""Volume nodes as mammograms of the engine, and the volumes of a scene as exams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.volume_facts import facts_of
from BACSegmentationLib.volumes import (
    VolumeImage,
    dicom_database,
    instance_uids,
    read_volume,
    shown_mm,
    volumes_in_scene,
)
from shared_core import hosting as bac

_TAGS: Final = {
    "PatientID": "0010,0020",
    "StudyDate": "0008,0020",
    "StudyInstanceUID": "0020,000D",
    "SeriesInstanceUID": "0020,000E",
    "SOPInstanceUID": "0008,0018",
    "SOPClassUID": "0008,0016",
    "SeriesDescription": "0008,103E",
    "ViewPosition": "0018,5101",
    "ImageLaterality": "0020,0062",
    "Laterality": "0020,0060",
    "PatientOrientation": "0020,0020",
}
"""What the DICOM database may keep of a file that is gone."""


_DARK: Final = 0.1
"""Share of the range of grey values that background lies in."""


@dataclass(frozen=True, eq=False)
class SceneExam:
    """An exam whose views are volumes of the scene."""

    exam: bac.Exam
    """Key, patient, date, headers in the order of views, missing views and notices."""
    volumes: tuple[Any, ...]
    """Volume nodes, one for each of `exam.headers`."""


def mammogram_of(volume_node: Any, *, dicom_files: Sequence[str | Path] | None = None) -> bac.Mammogram:
    """The mammogram that a volume shows.

    Where the pixels are those of the volume's file, after what GDCM is known to change, it is exactly what
    the engine reads from the file, and ``header.path`` names the file: it may be run from there. Else
    ``header.path`` is None, the pixels are the volume's, and a notice says so and why.

    The spacing is that of the engine's rule for the file, unless a person changed it in Slicer: then that
    of the volume, "given by the user". All notices stand in ``header.notices``.

    Raises
    ------
    OpenBacError
        See `volumes.read_volume`; or the engine refuses the file or the image, as where there is no breast.
    """
    image = read_volume(volume_node, dicom_files=dicom_files)
    file = _image_file(image.files)
    facts = facts_of(volume_node)
    known = bac.read_header(file, facts=facts) if file is not None else None
    spacing, notices = bac.spacing_in_host(shown_mm(volume_node), header=known, name=image.name)
    given = (
        (spacing.row_mm, spacing.column_mm) if spacing and spacing.source is bac.SpacingSource.USER else None
    )
    if file is None or known is None:
        alone = bac.mammogram_from_array(image.pixels, name=image.name, spacing_mm=given)
        return _stated(_with_notices(alone, *notices), facts)
    read, reason = _as_its_file(image, file, given, facts)
    if read is not None:
        # the reader tells of a given spacing that contradicts that of the file
        told = given is not None and known.spacing is not None
        return _with_notices(read, *(() if told else notices))
    # The raw signal of a changed image is no physical quantity: no calcium is weighed on it.
    own = replace(known, path=None, file_format="memory", intent=bac.PresentationIntent.UNKNOWN, bits=16)
    own = replace(own, rows=image.pixels.shape[0], columns=image.pixels.shape[1], spacing=spacing)
    changed = bac.mammogram_from_array(image.pixels, header=own, name=image.name)
    return _with_notices(changed, *notices, bac.MEASURED_ON_LOADED_IMAGE.notice(reason=reason))


def header_of(volume_node: Any) -> bac.MammogramHeader:
    """What is known of a volume without decoding its file: view, side, patient, date.

    From its file, from the DICOM database where the file is gone, else from the node's name.

    Raises
    ------
    OpenBacError
        See `volumes.read_volume`; or the engine refuses the file.
    """
    image = read_volume(volume_node)
    file, facts = _image_file(image.files), facts_of(volume_node)
    if file is not None:
        return bac.read_header(file, facts=facts)
    kept = _kept_values(volume_node)
    if any(kept.values()):
        header = bac.header_of_values(kept, rows=image.pixels.shape[0], columns=image.pixels.shape[1])
    else:
        header = bac.mammogram_from_array(image.pixels, name=image.name).header
        # Volumes that are named by their view alone belong to their scene, as such files to their folder.
        identity = bac.Identity(patient_id=bac.named_projection(image.name).rest)
        header = replace(header, identity=identity)
    return bac.with_facts(header, facts) if facts is not None else header


def turn_of(volume_node: Any) -> bac.Turn:
    """What makes a volume hang upright; nothing where that is not known, or it is no mammogram."""
    try:
        header = header_of(volume_node)
        pixels = read_volume(volume_node).pixels
        # the background is darker than any breast: bright is dense in all volumes
        turn, _why = bac.hanging_turn(header, pixels > np.min(pixels) + np.ptp(pixels) * _DARK)
    except (bac.OpenBacError, ImportError):
        return bac.Turn()
    return turn


def exams_in_scene(volume_nodes: Iterable[Any] | None = None) -> tuple[SceneExam, ...]:
    """Group volumes, else all of the scene, into exams: the views of one patient on one date.

    What is no single grey image is left out.
    """
    if volume_nodes is None:
        volume_nodes = volumes_in_scene()
    found: list[tuple[bac.MammogramHeader, Any]] = []
    for node in volume_nodes:
        try:
            found.append((header_of(node), node))
        except bac.OpenBacError:
            continue
    # By identity: two volumes of one file have equal headers.
    volume_of = {id(header): node for header, node in found}
    exams = bac.exams_of([header for header, _image in found])
    return tuple(SceneExam(exam, tuple(volume_of[id(header)] for header in exam.headers)) for exam in exams)


def exam_of(volume_node: Any) -> SceneExam:
    """The exam that a volume belongs to, with its other views in the scene.

    Raises
    ------
    OpenBacError
        The volume is no mammogram; see `header_of`.
    """
    header_of(volume_node)
    return next(one for one in exams_in_scene() if volume_node in one.volumes)


def _image_file(files: Sequence[Path]) -> Path | None:
    """The one file where it is an image of a kind that the engine reads: a saved scene has its own."""
    if len(files) != 1:
        return None
    try:
        # Of what Slicer reads, NIfTI may be more than one slice, or lack the package that reads it here.
        if bac.file_format(files[0]) == "NIfTI":
            bac.read_header(files[0])
    except (bac.UnreadableImageError, bac.UnsupportedImageError):
        return None
    return files[0]


def _as_its_file(
    image: VolumeImage,
    file: Path,
    spacing_mm: tuple[float, float] | None,
    facts: bac.StatedFacts | None,
) -> tuple[bac.Mammogram | None, str]:
    """The mammogram of the file, or why it is not what the volume shows."""
    try:
        read = bac.read_mammogram(file, spacing_mm=spacing_mm, facts=facts)
    except bac.UnreadableImageError as error:
        return None, str(error)
    if np.array_equal(image.pixels, read.pixels):
        return read, ""
    if read.header.file_format == "DICOM":
        try:
            turned = bac.mammogram_from_array(image.pixels, source=file, name=image.name)
        except (bac.UsageError, bac.UnreadableImageError):
            turned = None
        if turned is not None and np.array_equal(turned.pixels, read.pixels):
            return read, ""
    return None, _("The pixels of {name} differ from those of {file}.").format(
        name=image.name, file=file.name
    )


def _stated(mammogram: bac.Mammogram, facts: bac.StatedFacts | None) -> bac.Mammogram:
    return mammogram if facts is None else replace(mammogram, header=bac.with_facts(mammogram.header, facts))


def _kept_values(volume_node: Any) -> dict[str, str]:
    uids, database = instance_uids(volume_node), dicom_database()
    if len(uids) != 1 or database is None:
        return {}
    return {keyword: database.instanceValue(uids[0], tag) for keyword, tag in _TAGS.items()}


def _with_notices(mammogram: bac.Mammogram, *more: bac.Notice) -> bac.Mammogram:
    notices = tuple(dict.fromkeys((*mammogram.header.notices, *more)))
    return replace(mammogram, header=replace(mammogram.header, notices=notices))
