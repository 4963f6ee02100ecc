"""Which images of an exam stand for its four standard views."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from shared_core.mammogram import Laterality, MammogramHeader, PresentationIntent, View, ViewModifier
from shared_core.notices import Notice
from shared_core.notices.of_results import IMAGE_NOT_COUNTED, PARTIAL_VIEW, VIEW_CHOSEN

STANDARD_VIEWS: Final = ("LCC", "LMLO", "RCC", "RMLO")

PARTIAL_MODIFIERS: Final = frozenset(
    {
        ViewModifier.MAGNIFICATION,
        ViewModifier.SPOT_COMPRESSION,
        ViewModifier.TANGENTIAL,
        ViewModifier.ROLLED,
        ViewModifier.CLEAVAGE,
        ViewModifier.AXILLARY_TAIL,
        ViewModifier.AXILLARY_TISSUE,
    }
)
"""Modifiers of views that show a part of the breast, or the breast otherwise than a standard view."""


@dataclass(frozen=True)
class StandardViews:
    """The images chosen, and what to say about the others."""

    positions: tuple[tuple[str, int], ...]
    """(label, position in the sequence given), in the order of `STANDARD_VIEWS`."""
    notices: tuple[Notice, ...] = ()


def choose_standard_views(headers: Sequence[MammogramHeader]) -> StandardViews:
    """Choose one image for each of LCC, LMLO, RCC and RMLO.

    Left out: other projections, unknown views, and the `PARTIAL_MODIFIERS`. Of several images of one
    view the best is taken: implant displaced before others (the implant is no breast area), for
    presentation before FOR PROCESSING, plain before synthetic 2-D, then the last acquired, as a repeat
    is made because the first was not good enough.
    """
    notices = []
    candidates: dict[str, list[int]] = {label: [] for label in STANDARD_VIEWS}
    for position, header in enumerate(headers):
        reason = _why_not_standard(header)
        if reason is None:
            candidates[header.view_label].append(position)
        else:
            notices.append(IMAGE_NOT_COUNTED.notice(name=header.name, reason=reason))
    chosen = []
    for label, positions in candidates.items():
        if not positions:
            continue
        best = max(positions, key=lambda position: _preference(headers[position]))
        chosen.append((label, best))
        notices += [
            VIEW_CHOSEN.notice(
                view=label,
                count=len(positions),
                used=headers[best].name,
                reason=_why_better(headers[best], headers[other]),
                other=headers[other].name,
            )
            for other in positions
            if other != best
        ]
        if headers[best].acquisition.partial_view:
            notices.append(PARTIAL_VIEW.notice(name=headers[best].name))
    return StandardViews(tuple(chosen), tuple(notices))


def unread_views(used: Collection[str], not_analysed: Sequence[MammogramHeader]) -> tuple[str, ...]:
    """Standard views that were taken but that nothing looked at: no other image stands for them.

    `used` are the labels of those that were measured, `not_analysed` the images of the exam without a mask.
    """
    taken = {header.view_label for header in not_analysed if _why_not_standard(header) is None}
    return tuple(label for label in STANDARD_VIEWS if label in taken and label not in used)


def _why_not_standard(header: MammogramHeader) -> str | None:
    """None for a standard view, else the reason in words."""
    if header.view is View.UNKNOWN or header.laterality is Laterality.UNKNOWN:
        return "its view or side is unknown"
    if header.view_label not in STANDARD_VIEWS:
        return f"{header.view_label} is not one of the four standard views"
    if header.acquisition.contrast_subtracted:
        return "it is a subtraction image of contrast-enhanced mammography"
    partial = [modifier.value for modifier in header.modifiers if modifier in PARTIAL_MODIFIERS]
    return f"{header.view_label} with {', '.join(partial)}" if partial else None


def _preference(header: MammogramHeader) -> tuple[bool, bool, bool, str, int, str, str]:
    identity = header.identity
    number = identity.instance_number if identity.instance_number is not None else -1
    # The last two only make the choice independent of the order of the files.
    tie = (identity.sop_instance_uid, str(header.path))
    return (*_qualities(header), identity.acquisition_time, number, *tie)


def _qualities(header: MammogramHeader) -> tuple[bool, bool, bool]:
    return (
        ViewModifier.IMPLANT_DISPLACED in header.modifiers,
        header.intent is not PresentationIntent.PROCESSING,
        not header.acquisition.synthetic_2d,
    )


def _why_better(best: MammogramHeader, other: MammogramHeader) -> str:
    reasons = ("implant displaced", "processed for presentation", "not synthetic")
    for reason, of_best, of_other in zip(reasons, _qualities(best), _qualities(other), strict=True):
        if of_best and not of_other:
            return reason
    return "the last acquired"
