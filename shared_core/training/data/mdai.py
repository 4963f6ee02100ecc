"""JSON exports of md.ai, with which Guo 2021 annotated.

The schema is that of md.ai's own Python client: ``labelGroups[].labels[]`` with ``annotationMode``, and
``datasets[].annotations[]`` with ``labelId``, ``SOPInstanceUID``, ``width``, ``height`` and ``data``.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from shared_core.errors import UsageError
from shared_core.mammogram import Mask
from shared_core.training.data.annotation_exports import read_json
from shared_core.training.data.drawings import DrawnImage, Floats, merged

_AREAS = ("freeform", "polygon")


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
    content = read_json(path)
    try:
        groups = content["labelGroups"]
        known = {label["id"]: label for group in groups for label in group["labels"]}
        annotations = [one for dataset in content["datasets"] for one in dataset["annotations"]]
    except (KeyError, TypeError):
        raise UsageError(
            f"{path} is not a JSON export of md.ai; export the annotations of the project."
        ) from None
    names = {label.get("name", "") for label in known.values()}
    for name in labels or ():
        if name not in names:
            raise UsageError(f"{path}: has no label {name!r}; it has {', '.join(sorted(names))}.")
    drawings: dict[str, list[DrawnImage]] = defaultdict(list)
    for number, annotation in enumerate(annotations):
        label = known.get(annotation.get("labelId"), {})
        uid = annotation.get("SOPInstanceUID")
        if not uid or (labels is not None and label.get("name") not in labels):
            continue
        try:
            drawings[uid].append(_drawn(uid, annotation, label.get("annotationMode")))
        except (KeyError, TypeError, ValueError):
            raise UsageError(
                f"{path}: annotation {annotation.get('id', number)} is not as md.ai exports it; export again."
            ) from None
    return tuple(merged(own) for own in drawings.values())


def _drawn(uid: str, annotation: dict[str, Any], mode: str | None) -> DrawnImage:
    height, width = annotation.get("height"), annotation.get("width")
    shape = (int(height), int(width)) if height and width else None
    data = annotation.get("data")
    if not data:
        return DrawnImage(uid, shape)
    if mode == "line":
        return DrawnImage(uid, shape, lines=(_points(data["vertices"]),))
    if mode in _AREAS:
        return DrawnImage(uid, shape, areas=(_points(data["vertices"]),))
    if mode == "mask":
        if shape is None:
            raise ValueError("a mask without the size of its image")
        return DrawnImage(uid, shape, brushed=_mask(data, shape))
    return DrawnImage(uid, shape)


def _mask(data: dict[str, Any], shape: tuple[int, int]) -> Mask:
    """Outlines that were painted, then those that were rubbed out."""
    mask = np.zeros(shape, np.uint8)
    for name, value in (("foreground", 1), ("background", 0)):
        for outline in data.get(name) or ():
            corners = np.rint(_points(outline)[:, ::-1]).astype(np.int32)
            cv2.fillPoly(mask, [corners], value)
    return mask.astype(np.bool_)


def _points(vertices: Any) -> Floats:
    """md.ai has (x, y)."""
    points = np.asarray(vertices, np.float64).reshape(-1, 2)
    return points[:, ::-1]
