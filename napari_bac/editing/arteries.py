"""Whole arteries: which there are, the next one, and to renumber, join or delete them in one step of undo."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from napari_bac.editing.zooming import zoom_to
from napari_bac.session.exam_session import ExamSession
from shared_core.quantification.label_edits import relabelled
from shared_core.quantification.labelled_mask import UNFOLLOWED_LABEL

Artery = tuple[str, int]
"""(key of the view, label)."""

OTHER = "other"
"""What is marked, and too small or round to be followed as an artery."""


def artery_name(artery: Artery) -> str:
    """``R-CC artery 2``."""
    key, label = artery
    return f"{key} {OTHER}" if label == UNFOLLOWED_LABEL else f"{key} artery {label}"


def arteries(session: ExamSession) -> list[Artery]:
    """All that is marked, by view and number."""
    return [
        (key, int(label))
        for key, view in session.views.items()
        for label in np.flatnonzero(view.counts.area_px)
    ]


def neighbour(session: ExamSession, step: int) -> Artery | None:
    """The artery `step` places after the selected one, round and round; None where there is none."""
    there = arteries(session)
    if not there:
        return None
    if session.selected in there:
        return there[(there.index(session.selected) + step) % len(there)]
    if session.selected is not None and session.selected[0] in session.views:
        # The selected one is gone: go on from its place.
        order = list(session.views)
        place = order.index(session.selected[0]), session.selected[1]
        after = [artery for artery in there if (order.index(artery[0]), artery[1]) > place]
        before = [artery for artery in there if artery not in after]
        ahead = (after + before) if step > 0 else (before[::-1] + after[::-1])
        return ahead[0]
    return there[0] if step > 0 else there[-1]


def show(session: ExamSession, artery: Artery) -> None:
    """Select an artery and fill the canvas with it."""
    choose(session, artery)
    zoom_to(session.viewer, session.views[artery[0]].labels, artery[1])


def choose(session: ExamSession, artery: Artery) -> None:
    """Select an artery: brush and keys then work on it."""
    key, label = artery
    layer = session.views[key].labels
    _activate(session, key)
    if layer.selected_label != label:
        layer.selected_label = label
    session.select(key, label)


def go(session: ExamSession, step: int) -> None:
    """Show the next artery (1) or the one before (-1)."""
    artery = neighbour(session, step)
    if artery is None:
        session.say("Nothing is marked yet: segment a view, or draw an artery.")
        return
    show(session, artery)


def renumber(session: ExamSession, artery: Artery, to: int) -> None:
    """Give an artery another number; with one that is taken the two become one artery."""
    key, label = artery
    if to == label:
        return
    _change(session, key, [label], to)
    choose(session, (key, to))


def join(session: ExamSession, several: Collection[Artery]) -> bool:
    """Make arteries of one view one, with the lowest of their numbers; False, and a sentence, where not."""
    keys = {key for key, _ in several}
    if len(several) < 2:
        session.say("Select two or more arteries of one view to join them.")
        return False
    if len(keys) > 1:
        session.say("Arteries of different views cannot be joined; select arteries of one view.")
        return False
    (key,) = keys
    labels = sorted(label for _, label in several)
    _change(session, key, labels[1:], labels[0])
    choose(session, (key, labels[0]))
    return True


def delete(session: ExamSession, several: Iterable[Artery]) -> None:
    """Take arteries out of the mask; one step of undo in each view."""
    of_view: dict[str, list[int]] = {}
    for key, label in several:
        of_view.setdefault(key, []).append(label)
    for key, labels in of_view.items():
        _change(session, key, labels, 0)


def _change(session: ExamSession, key: str, which: Collection[int], to: int) -> None:
    session.set_labels(key, relabelled(session.views[key].label_pixels(), which, to))
    # So that Ctrl+Z brings it back.
    _activate(session, key)


def _activate(session: ExamSession, key: str) -> None:
    selection = session.viewer.layers.selection
    layer = session.views[key].labels
    if selection.active is not layer:
        selection.active = layer
