"""JSON exports of md.ai, with which Guo 2021 annotated.

The schema is that of md.ai's own Python client: ``labelGroups[].labels[]`` with ``annotationMode``, and
``datasets[].annotations[]`` with ``labelId``, ``SOPInstanceUID``, ``width``, ``height`` and ``data``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np

from shared_core.errors import UsageError
from shared_core.mammogram import Mask
from shared_core.training.data.annotation_exports import Side, checked_shape, read_export
from shared_core.training.data.drawings import DrawnImage, Floats, merged

_AREAS = ("freeform", "polygon")
_FAR = 1e6
"""No point of a mammogram lies farther out."""
_Outline = tuple[tuple[float, float], ...]


class _Data(msgspec.Struct, frozen=True):
    vertices: _Outline | None = None
    foreground: tuple[_Outline, ...] | None = None
    background: tuple[_Outline, ...] | None = None


class _Annotation(msgspec.Struct, frozen=True):
    id: str | int | None = None
    labelId: str | None = None
    SOPInstanceUID: str | None = None
    height: Side | None = None
    width: Side | None = None
    data: _Data | None = None


class _Label(msgspec.Struct, frozen=True):
    id: str
    name: str | None = None
    annotationMode: str | None = None


class _Group(msgspec.Struct, frozen=True):
    labels: tuple[_Label, ...]


class _Dataset(msgspec.Struct, frozen=True):
    annotations: tuple[_Annotation, ...]


class _Project(msgspec.Struct, frozen=True):
    """What is read of an export."""

    labelGroups: tuple[_Group, ...]
    datasets: tuple[_Dataset, ...]


_NO_LABEL = _Label("")


def read_mdai(path: Path, *, labels: tuple[str, ...] | None = None) -> tuple[DrawnImage, ...]:
    """Read an export.

    Parameters
    ----------
    path
        JSON file.
    labels
        Names of the labels that mean BAC; None takes all with lines, polygons, free forms or masks.

    Returns
    -------
    One drawing an image, by SOP Instance UID; an image that was annotated without a shape has none.

    Raises
    ------
    UsageError
        It is no such export, or has no label of that name.
    """
    content = read_export(path, _Project, "is not a JSON export of md.ai")
    known = {label.id: label for group in content.labelGroups for label in group.labels}
    annotations = [one for dataset in content.datasets for one in dataset.annotations]
    names = {label.name or "" for label in known.values()}
    for name in labels or ():
        if name not in names:
            raise UsageError(f"{path}: has no label {name!r}; it has {', '.join(sorted(names))}.")
    drawings: dict[str, list[DrawnImage]] = defaultdict(list)
    for number, annotation in enumerate(annotations):
        label = known.get(annotation.labelId or "", _NO_LABEL)
        uid = annotation.SOPInstanceUID
        if not uid or (labels is not None and label.name not in labels):
            continue
        try:
            drawings[uid].append(_drawn(uid, annotation, label.annotationMode))
        except (TypeError, ValueError):
            raise UsageError(
                f"{path}: annotation {annotation.id or number} is not as md.ai exports it; export again."
            ) from None
    return tuple(merged(own) for own in drawings.values())


def _drawn(uid: str, annotation: _Annotation, mode: str | None) -> DrawnImage:
    height, width = annotation.height, annotation.width
    shape = checked_shape(height, width) if height and width else None
    data = annotation.data
    if data is None or data == _Data():
        return DrawnImage(uid, shape)
    if mode == "line":
        return DrawnImage(uid, shape, lines=(_points(data.vertices),))
    if mode in _AREAS:
        return DrawnImage(uid, shape, areas=(_points(data.vertices),))
    if mode == "mask":
        if shape is None:
            raise ValueError("a mask without the size of its image")
        return DrawnImage(uid, shape, brushed=_mask(data, shape))
    return DrawnImage(uid, shape)


def _mask(data: _Data, shape: tuple[int, int]) -> Mask:
    """Outlines that were painted, then those that were rubbed out."""
    mask = np.zeros(shape, np.uint8)
    for outlines, value in ((data.foreground, 1), (data.background, 0)):
        for outline in outlines or ():
            corners = np.rint(np.clip(_points(outline)[:, ::-1], -_FAR, _FAR)).astype(np.int32)
            cv2.fillPoly(mask, [corners], value)
    return mask.astype(np.bool_)


def _points(vertices: Sequence[tuple[float, float]] | None) -> Floats:
    """md.ai has (x, y)."""
    if vertices is None:
        raise ValueError("a shape without points")
    points = np.asarray(vertices, np.float64).reshape(-1, 2)
    return points[:, ::-1]
