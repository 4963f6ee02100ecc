"""Which images of an exam stand for its four standard views."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared_core.mammogram import MammogramHeader, PresentationIntent, ViewModifier
from shared_core.notices import Notice
from shared_core.notices.of_results import IMAGE_NOT_COUNTED, PARTIAL_VIEW, VIEW_CHOSEN
from shared_core.reading.standard_views import STANDARD_VIEWS, standard_labels, why_not_standard


@dataclass(frozen=True)
class StandardViews:
    """The images chosen, and what to say about the others."""

    positions: tuple[tuple[str, int], ...]
    """(label, position in the sequence given), in the order of `STANDARD_VIEWS`."""
    notices: tuple[Notice, ...] = ()


def choose_standard_views(headers: Sequence[MammogramHeader]) -> StandardViews:
    """Choose one image for each of LCC, LMLO, RCC and RMLO.

    Left out: other projections, unknown views, and partial ones, see `why_not_standard`. Of several images
    of one view the best is taken: implant displaced before others (the implant is no breast area), for
    presentation before FOR PROCESSING, plain before synthetic 2-D, then the last acquired, as a repeat
    is made because the first was not good enough.
    """
    notices = []
    candidates: dict[str, list[int]] = {label: [] for label in STANDARD_VIEWS}
    for position, header in enumerate(headers):
        reason = why_not_standard(header)
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
    taken = standard_labels(not_analysed)
    return tuple(label for label in STANDARD_VIEWS if label in taken and label not in used)


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
