"""Labels from a file, and the view that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, get_args

from napari_bac.views.model_answer import LabelPixels
from napari_bac.views.opened_view import OpenedView
from shared_core import hosting as bac

METADATA_LABELS: Final = "openbac labels"
"""Key in the metadata of a labels layer under which its `GivenLabels` lie until a session takes them."""
_OF_MODEL: Final = ("model_name", "model_sha256", "threshold")
LABEL_ENDINGS: Final = ("_mask", "_labels")
"""Of the names of files, before the suffix; the later says more."""


@dataclass(frozen=True, eq=False)
class GivenLabels:
    """Labels read from a file."""

    path: Path
    labels: LabelPixels
    """(rows, columns) uint8."""
    numbered: bool
    """Whether its numbers are those of arteries; else it only says where there is BAC."""
    source_uids: tuple[str, ...] = ()
    """SOP Instance UIDs of the images that it was drawn on."""
    image: Path | None = None
    """The mammogram, as the record beside the file names it."""
    began_as: Mapping[str, object] = field(default_factory=dict)
    """The file, and the model that made it if the record beside it names one."""
    arteries_numbered: bool = False
    """Whether a person told its arteries apart, as the record beside it says."""
    other: bac.Mask | None = None
    """(rows, columns): calcification that is not along an artery; None where nothing tells it."""
    mask_style: bac.MaskStyle = "vessel-band"
    """As the record beside it says: of where a classifier looked there are no areas, here neither."""

    @property
    def image_stem(self) -> str:
        """Name of the mammogram by the name of the file: ``LCC`` of ``LCC_mask.png``."""
        stem = self.path.name.partition(".")[0]
        return next((stem[: -len(end)] for end in LABEL_ENDINGS if stem.endswith(end)), stem)

    def on(self, view: OpenedView, *, mask_style: bac.MaskStyle | None = None) -> LabelPixels:
        """Both classes, with the numbers of arteries, those of the file or new ones for masks of a style."""
        labels = self.labels
        if not self.numbered:
            style = mask_style or self.mask_style
            labels = bac.numbered_labels(view.prepared, labels > 0, mask_style=style)
        return bac.both_classes(labels, self.other)


def read_given_labels(path: Path) -> GivenLabels:
    """Read a mask or labels, and where its mammogram lies if a record of `bac` stands beside it.

    Raises
    ------
    OpenBacError
        One sentence: what is wrong with the file and what to do.
    """
    found = bac.read_label_file(path)
    stem = path.name.partition(".")[0]
    numbered = stem.endswith("_labels") or found.count > 1
    other = bac.read_other(path, found.labels > 0)
    given = GivenLabels(path, found.labels, numbered, found.source_uids, other=other)
    record = _record_of(given)
    return replace(
        given,
        image=_image_of(given, record),
        began_as=_began_as(given, record),
        arteries_numbered=numbered and _has_notice(record, bac.ARTERIES_NUMBERED.code),
        mask_style=_style_of(record),
    )


def view_of(given: GivenLabels, views: Iterable[tuple[str, OpenedView]]) -> tuple[str, OpenedView]:
    """Which of the views, given with their keys, labels belong to.

    What the file says of its source decides; then the name; then the size, where one view alone has it.

    Raises
    ------
    UsageError
        There is no such view, or it has another size.
    """
    there = list(views)
    named = next((pair for pair in there if _is_named(given, pair[1])), None)
    if named is None:
        named = next((pair for pair in there if _has_name(given, pair[1])), None)
    if named is None and not given.source_uids:
        fitting = [pair for pair in there if pair[1].prepared.image_u8.shape == given.labels.shape]
        named = fitting[0] if len(fitting) == 1 else None
    if named is None:
        raise bac.UsageError(
            f"{given.path.name}: open the mammogram this mask was drawn on first, then the mask."
        )
    (rows, columns), wanted = given.labels.shape, named[1].prepared.image_u8.shape
    if (rows, columns) != wanted:
        raise bac.UsageError(
            f"{given.path.name}: has {rows} x {columns} pixels, {named[0]} has {wanted[0]} x {wanted[1]} "
            "(rows x columns); choose the mask of this mammogram."
        )
    return named


def _is_named(given: GivenLabels, view: OpenedView) -> bool:
    uid = view.prepared.header.identity.sop_instance_uid
    if uid and uid in given.source_uids:
        return True
    return given.image is not None and view.path is not None and view.path.resolve() == given.image.resolve()


def _has_name(given: GivenLabels, view: OpenedView) -> bool:
    if given.source_uids:  # another image is named
        return False
    own = view.path.name.rpartition(".")[0] or view.path.name if view.path is not None else ""
    return given.image_stem in {own, view.title}


def _record_of(given: GivenLabels) -> Mapping[str, Any]:
    """The record that `bac` writes beside a mask; empty where there is none."""
    try:
        record = bac.any_json(given.path.with_name(f"{given.image_stem}.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _style_of(record: Mapping[str, Any]) -> bac.MaskStyle:
    model = record.get("model")
    style = model.get("mask_style") if isinstance(model, dict) else None
    return next((known for known in get_args(bac.MaskStyle) if known == style), "vessel-band")


def _began_as(given: GivenLabels, record: Mapping[str, Any]) -> Mapping[str, object]:
    model = record.get("model")
    known = model if isinstance(model, dict) else {}
    return {"mask_file": str(given.path)} | {name: known[name] for name in _OF_MODEL if known.get(name)}


def _has_notice(record: Mapping[str, Any], code: str) -> bool:
    notices = record.get("notices")
    listed = notices if isinstance(notices, list) else []
    return any(isinstance(one, dict) and one.get("code") == code for one in listed)


def _image_of(given: GivenLabels, record: Mapping[str, Any]) -> Path | None:
    """Where the record says, or where the folder was moved to with its images."""
    name = record.get("file")
    if not isinstance(name, str):
        return None
    file = Path(name)
    places = (file, given.path.with_name(file.name), given.path.parent.parent / file.name)
    return next((place for place in places if bac.is_there(place)), None)
