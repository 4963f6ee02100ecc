"""Labels to files that other programs read, and that come back onto their image."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import napari
import numpy as np
from napari.utils.notifications import show_error, show_info
from numpy.typing import NDArray

from napari_bac.layout.view_layers import LABELS_SUFFIX
from napari_bac.session.registry import open_sessions, session_of
from napari_bac.views.opened_view import METADATA, OpenedView
from napari_bac.views.snapshot import Snapshot
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac

WHERE_SAVING_IS: Final = (
    "Select the labels in the layer list, choose File > Save Selected Layers, and there the type of file."
)


NOT_IN_FILE: Final = (
    "{name} holds the arteries alone; to keep what is no artery as well, save a DICOM segmentation, several "
    "layers into a folder, or export the exam."
)

# What the palette may call answers `list` and not `list[str]`, which on Python 3.10 passes for a class.


def write_labels(path: str = "", data: Any = None, meta: Mapping[str, Any] | None = None) -> list:
    """Write the numbers of the arteries: PNG or NIfTI, 8 bit where they fit, else 16."""
    return _without_others(
        _written(path, lambda: _encoded(path, _arteries(data, meta or {}), meta or {})), data, meta or {}
    )


def write_mask(path: str = "", data: Any = None, meta: Mapping[str, Any] | None = None) -> list:
    """Write where any artery is marked: 255, as `bac analyze` writes masks."""
    return _without_others(
        _written(path, lambda: _encoded(path, (_arteries(data, meta or {}) > 0) * np.uint8(255), meta or {})),
        data,
        meta or {},
    )


def write_segmentation(path: str = "", data: Any = None, meta: Mapping[str, Any] | None = None) -> list:
    """Write where any artery is marked as a DICOM segmentation of the view's image, and what is none."""

    def content() -> bytes:
        view = _session_view(meta or {})
        mask, final = _arteries(data, meta or {}) > 0, Snapshot.of(view).final(bac.MeasurementSettings())
        # It alone loads pydicom's large table of codes.
        return bac.segmentation_file(final.header, mask, final.provenance, other=_no_artery(data, meta or {}))

    return _written(path, content)


def write_folder(path: str = "", layers: Sequence[tuple[Any, Mapping[str, Any], str]] = ()) -> list:
    """Write the labels of several views into a new folder, ``NAME_labels.png`` each.

    What is no artery goes beside them, as ``NAME_other.png``.
    """
    if not path:
        return _written(path, bytes)
    folder = Path(path)
    names: list[str] = []
    try:
        with bac.whole_folder(folder) as beside:
            for data, meta, kind in layers:
                if kind == "labels":
                    name = _unique(_stem(meta), names)
                    bac.write_bytes(beside / name, bac.encode_png(_arteries(data, meta), flat=True))
                    names.append(name)
                    other = _no_artery(data, meta)
                    if other is not None:
                        names.append(name.replace("_labels.png", "_other.png"))
                        bac.write_bytes(beside / names[-1], bac.encode_png(other * np.uint8(255), flat=True))
    except bac.OpenBacError as error:
        show_error(str(error))
        return []
    return [str(folder / name) for name in names]


def _written(path: str, content: Callable[[], bytes]) -> list[str]:
    """What was written; the command palette offers the writers as commands, and gives them nothing."""
    if not path:
        show_info(WHERE_SAVING_IS)
        return []
    try:
        bac.write_bytes(Path(path), content())
    except bac.OpenBacError as error:
        show_error(str(error))
        return []
    return [path]


def _encoded(path: str, labels: NDArray[np.uint8] | NDArray[np.uint16], meta: Mapping[str, Any]) -> bytes:
    if path.lower().endswith((".nii", ".nii.gz")):
        return bac.labels_nifti(labels, _spacing(meta), compress=path.lower().endswith(".gz"))
    if path.lower().endswith(".gz"):
        raise bac.UsageError(f"{path}: labels are saved as .png, .nii or .nii.gz; choose one of these.")
    return bac.encode_png(labels, flat=True)


def _unsigned(data: Any) -> NDArray[np.uint8] | NDArray[np.uint16]:
    labels = np.asarray(data)
    if labels.ndim != 2:
        raise bac.UsageError(
            f"These labels have {labels.ndim} dimensions; the labels of one mammogram have two."
        )
    if labels.min() < 0 or labels.max() > np.iinfo(np.uint16).max:
        raise bac.UsageError("These labels contain numbers outside 0 to 65535; number the arteries from 1.")
    if labels.max() <= np.iinfo(np.uint8).max:
        return np.ascontiguousarray(labels, np.uint8)
    return np.ascontiguousarray(labels, np.uint16)


def _without_others(written: list[str], data: Any, meta: Mapping[str, Any]) -> list[str]:
    """What was written; one file of arteries has no place for the others, which is said."""
    if written and _no_artery(data, meta) is not None:
        show_info(NOT_IN_FILE.format(name=Path(written[0]).name))
    return written


def _arteries(data: Any, meta: Mapping[str, Any]) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """The numbers of arteries; of labels that are none of ours all numbers."""
    labels = _unsigned(data)
    if _opened(meta) is None or labels.dtype != np.uint8:
        return labels
    return bac.artery_labels(labels.astype(np.uint8))


def _no_artery(data: Any, meta: Mapping[str, Any]) -> bac.Mask | None:
    """What is no artery in labels of ours; None where nothing is."""
    labels = _unsigned(data)
    if _opened(meta) is None or labels.dtype != np.uint8:
        return None
    other = bac.other_mask(labels.astype(np.uint8))
    return other if other.any() else None


def _session_view(meta: Mapping[str, Any]) -> ViewSession:
    """The view of a labels layer: it knows what a model gave and whether a person changed it."""
    opened, viewer = _opened(meta), napari.current_viewer()
    if opened is not None and viewer is not None:
        # Of a viewer whose docks were never opened there is no session yet.
        session_of(viewer)
        # The layer may be of another viewer than the current one.
        for session in open_sessions():
            for view in session.views.values():
                if view.opened is opened:
                    return view
    raise bac.UsageError(
        "A DICOM segmentation can only be saved from the labels of a mammogram opened with OpenBAC."
    )


def _opened(meta: Mapping[str, Any]) -> OpenedView | None:
    opened = meta.get("metadata", {}).get(METADATA)
    return opened if isinstance(opened, OpenedView) else None


def _spacing(meta: Mapping[str, Any]) -> bac.PixelSpacing | None:
    """Of the view; of any other layer what its scale says in mm."""
    opened = _opened(meta)
    if opened is not None:
        return opened.prepared.spacing
    units = [str(unit) for unit in meta.get("units") or ()]
    if units[-2:] != ["millimeter"] * 2:
        return None
    row_mm, column_mm = (float(step) for step in tuple(meta["scale"])[-2:])
    return bac.PixelSpacing(row_mm, column_mm, bac.SpacingSource.USER)


def _stem(meta: Mapping[str, Any]) -> str:
    opened = _opened(meta)
    name = str(meta.get("name") or "labels").removesuffix(LABELS_SUFFIX)
    if opened is not None and opened.path is not None:
        name = opened.path.name.rpartition(".")[0] or opened.path.name
    return re.sub(r"[^\w.+-]+", "_", name).strip("._") or "labels"


def _unique(stem: str, taken: Sequence[str]) -> str:
    number, name = 1, f"{stem}_labels.png"
    while name.lower() in {one.lower() for one in taken}:
        number += 1
        name = f"{stem}-{number}_labels.png"
    return name
