"""View, laterality and view modifiers, from the codes and from the odd places real files use."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from shared_core.mammogram import Laterality, View, ViewModifier
from shared_core.notices import Notice
from shared_core.notices.of_files import VIEW_CONTRADICTED, VIEW_NOT_IN_FILE
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.body_part import breast_sides
from shared_core.reading.dicom.projection_codes import MODIFIER_OF_CODE, VIEW_OF_CODE, modifier_of_meaning
from shared_core.reading.orientation import orientation_of, shown_side, shown_view
from shared_core.reading.projection_names import Named, named_projection
from shared_core.reading.public_names import public_name

_TEXT_ATTRIBUTES = ("SeriesDescription", "ProtocolName", "AcquisitionDeviceProcessingDescription")
_MAGNIFIED_FROM = 1.3
"""Contact views magnify the breast by up to 1.1; stands for magnification views by 1.5 and more."""

T = TypeVar("T")


@dataclass(frozen=True)
class Projection:
    """How the breast was projected, why that is believed, and what contradicts it."""

    view: View = View.UNKNOWN
    laterality: Laterality = Laterality.UNKNOWN
    modifiers: tuple[ViewModifier, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()


def dicom_projection(attributes: Attributes, path: Path | None) -> Projection:
    """Projection of a DICOM mammogram, the most trusted evidence first.

    ViewCodeSequence, then ViewPosition, PatientOrientation where a view was written into it, the
    descriptions, the Patient ID of some public collections; where none of these says it, the directions of
    PatientOrientation; and the file name.
    """
    texts = list(_named_texts(attributes))
    of_file = [_named_file(path)] if path is not None else []
    views = [*_coded_views(attributes), *((source, named.view) for source, named in texts if named.view)]
    sides = [
        *_coded_sides(attributes),
        *((source, named.laterality) for source, named in texts if named.laterality),
    ]
    orientation = orientation_of(attributes.texts("PatientOrientation"))
    if orientation is not None:
        source = f"PatientOrientation {orientation.words}"
        view, side = shown_view(orientation), shown_side(orientation)
        views += [(source, view)] if view and not views else []
        sides += [(f"{source}, as it usually hangs", side)] if side and not sides else []
    views += [(source, named.view) for source, named in of_file if named.view]
    sides += [(source, named.laterality) for source, named in of_file if named.laterality]
    texts += of_file
    modifiers = [*_coded_modifiers(attributes), *((s, m) for s, named in texts for m in named.modifiers)]
    magnification = attributes.number("EstimatedRadiographicMagnificationFactor")
    if magnification is not None and _MAGNIFIED_FROM <= magnification <= 3:
        modifiers.append((f"magnification factor {magnification:g}", ViewModifier.MAGNIFICATION))
    return _decided(views, sides, modifiers)


def named_file_projection(path: Path) -> Projection:
    """Projection of a raster image: only its file name can tell."""
    source, named = _named_file(path)
    return _decided(
        [(source, named.view)] if named.view else [],
        [(source, named.laterality)] if named.laterality else [],
        [(source, modifier) for modifier in named.modifiers],
    )


def _named_file(path: Path) -> tuple[str, Named]:
    """What the name of a file tells, by the pattern of a public set where it has one."""
    found = public_name(path)
    if found is not None and (found.view or found.side):
        return found.source, found.named
    return "the file name", named_projection(path.stem)


def has_mammographic_view(attributes: Attributes) -> bool:
    """Whether the attributes, not the file name, name a mammographic view."""
    if next(_coded_views(attributes), None) is not None:
        return True
    return any(named.view is not None for _, named in _named_texts(attributes))


def _coded_views(attributes: Attributes) -> Iterator[tuple[str, View]]:
    for item in attributes.items("ViewCodeSequence"):
        code, meaning = item.text("CodeValue"), item.text("CodeMeaning")
        view = VIEW_OF_CODE.get(code) or named_projection(meaning, trusted=True).view
        if view is not None:
            yield f"ViewCodeSequence ({code or 'no code'}, {meaning})", view


def _coded_sides(attributes: Attributes) -> Iterator[tuple[str, Laterality]]:
    sides = {side.value: side for side in (Laterality.LEFT, Laterality.RIGHT, Laterality.BOTH)}
    for keyword in ("ImageLaterality", "FrameLaterality", "Laterality"):
        side = sides.get(attributes.text(keyword)[:1].upper())
        if side is not None:
            yield keyword, side
    yield from breast_sides(attributes)


def _coded_modifiers(attributes: Attributes) -> Iterator[tuple[str, ViewModifier]]:
    views = attributes.items("ViewCodeSequence")
    groups = [
        attributes,
        *views,
    ]  # the modifiers belong inside the view item, and some writers put them beside
    for item in (item for group in groups for item in group.items("ViewModifierCodeSequence")):
        code, meaning = item.text("CodeValue"), item.text("CodeMeaning")
        modifier = MODIFIER_OF_CODE.get(code) or modifier_of_meaning(meaning)
        if modifier is not None:
            yield f"ViewModifierCodeSequence ({code or 'no code'}, {meaning})", modifier


def _named_texts(attributes: Attributes) -> Iterator[tuple[str, Named]]:
    yield "ViewPosition", named_projection(attributes.text("ViewPosition"), trusted=True)
    orientation = " ".join(attributes.texts("PatientOrientation"))
    if "CC" in orientation.upper() or "ML" in orientation.upper():
        yield "PatientOrientation", named_projection(orientation, trusted=True)
    for keyword in _TEXT_ATTRIBUTES:
        yield keyword, named_projection(attributes.text(keyword))
    yield "PatientID", named_projection(attributes.text("PatientID"))


def _decided(
    views: list[tuple[str, View]],
    sides: list[tuple[str, Laterality]],
    modifiers: list[tuple[str, ViewModifier]],
) -> Projection:
    evidence: list[tuple[str, str]] = []
    notices: list[Notice] = []
    view = _first("view", views, evidence, notices, agree=_same_view)
    side = _first("laterality", sides, evidence, notices, agree=lambda a, b: a is b)
    unique = dict.fromkeys(modifier for _, modifier in modifiers)
    for modifier in unique:
        source = next(source for source, found in modifiers if found is modifier)
        evidence.append(("modifier", f"{modifier.value} from {source}"))
    if view is None or side is None:
        what = " and ".join(w for w, found in (("view", view), ("laterality", side)) if found is None)
        notices.append(VIEW_NOT_IN_FILE.notice(what=what))
    return Projection(
        view or View.UNKNOWN, side or Laterality.UNKNOWN, tuple(unique), tuple(evidence), tuple(notices)
    )


def _first(
    what: str,
    found: list[tuple[str, T]],
    evidence: list[tuple[str, str]],
    notices: list[Notice],
    *,
    agree: Callable[[T, T], bool],
) -> T | None:
    """The most trusted answer; the others confirm it or give a notice."""
    if not found:
        return None
    source, answer = found[0]
    label = getattr(answer, "value", answer)
    confirming = [other for other, value in found[1:] if agree(answer, value)]
    also = f", also {', '.join(confirming)}" if confirming else ""
    evidence.append((what, sys.intern(f"{label} from {source}{also}")))
    for other, value in found[1:]:
        if not agree(answer, value):
            notices.append(
                VIEW_CONTRADICTED.notice(
                    what=what,
                    source=source,
                    value=label,
                    other=other,
                    other_value=getattr(value, "value", value),
                )
            )
    return answer


def _same_view(a: View, b: View) -> bool:
    """Equal, or one only less exact than the other: XCC names both XCCL and XCCM."""
    exaggerated = {View.XCC, View.XCCL, View.XCCM}
    return a is b or (View.XCC in (a, b) and {a, b} <= exaggerated)
