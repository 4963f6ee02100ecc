"""Whole arteries: which there are, the next one; to renumber, join, part or delete them in a step of undo."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import numpy as np

from napari_bac.editing.artery_zoom import zoom_to
from napari_bac.views.host import Artery, ViewsHost
from shared_core import hosting as bac

SPOT: Final = "spot"
"""What is BAC, and too small or round to be followed as an artery."""
NO_ARTERY: Final = "no"
"""Calcification that is not along an artery."""


NO_ARTERY_YET: Final = (
    "What is no artery is neither joined nor parted; point at a part and press K to make it an artery."
)


def arteries(host: ViewsHost) -> list[Artery]:
    """All that is marked, by view and number; what is no artery as the last but one."""
    return [
        (key, int(label)) for key, view in host.views.items() for label in np.flatnonzero(view.counts.area_px)
    ]


def neighbour(host: ViewsHost, step: int) -> Artery | None:
    """The artery `step` places after the selected one, round and round; None where there is none."""
    there = arteries(host)
    if not there:
        return None
    if host.selected in there:
        return there[(there.index(host.selected) + step) % len(there)]
    if host.selected is not None and host.selected[0] in host.views:
        # The selected one is gone: go on from its place.
        order = list(host.views)
        place = order.index(host.selected[0]), host.selected[1]
        after = [artery for artery in there if (order.index(artery[0]), artery[1]) > place]
        before = [artery for artery in there if artery not in after]
        ahead = (after + before) if step > 0 else (before[::-1] + after[::-1])
        return ahead[0]
    return there[0] if step > 0 else there[-1]


def show(host: ViewsHost, artery: Artery) -> None:
    """Select an artery and fill the canvas with it."""
    choose(host, artery)
    zoom_to(host.viewer, host.views[artery[0]].labels, artery[1])


def choose(host: ViewsHost, artery: Artery) -> None:
    """Select an artery: brush and keys then work on it."""
    key, label = artery
    layer = host.views[key].labels
    _activate(host, key)
    if layer.selected_label != label:
        layer.selected_label = label
    host.select(key, label)


def go(host: ViewsHost, step: int) -> None:
    """Show the next artery (1) or the one before (-1)."""
    artery = neighbour(host, step)
    if artery is None:
        host.say("Nothing is marked yet; segment a view or draw an artery.")
        return
    show(host, artery)


def renumber(host: ViewsHost, artery: Artery, to: int) -> None:
    """Give an artery another number; with one that is taken the two become one artery."""
    key, label = artery
    if to == label:
        return
    _change(host, key, [label], to)
    choose(host, (key, to))


def join(host: ViewsHost, several: Collection[Artery]) -> bool:
    """Make arteries of one view one, with the lowest of their numbers; False, and a sentence, where not."""
    keys = {key for key, _ in several}
    if len(several) < 2:
        host.say("Select two or more arteries of one view to join them.")
        return False
    if len(keys) > 1:
        host.say("Arteries of different views cannot be joined; select arteries of one view.")
        return False
    if any(label == bac.OTHER_LABEL for _, label in several):
        host.say(NO_ARTERY_YET)
        return False
    (key,) = keys
    labels = sorted(label for _, label in several)
    _change(host, key, labels[1:], labels[0])
    choose(host, (key, labels[0]))
    return True


def part(host: ViewsHost, artery: Artery) -> bool:
    """Make two arteries of one at its widest gap; False, and a sentence, where it has none."""
    key, label = artery
    if label == bac.OTHER_LABEL:
        host.say(NO_ARTERY_YET)
        return False
    view = host.views[key]
    labels, other = view.label_pixels(), bac.free_label(view.label_pixels())
    if other is None:
        host.say(f"{key} already has {bac.MOST_ARTERIES} arteries; join or delete some first.")
        return False
    found = bac.parted(labels, label, other, spacing=view.opened.prepared.spacing)
    if found is None:
        host.say(
            f"Artery {label} of {key} has no gap to part it at; paint over what belongs to another artery "
            f"with the number {other}."
        )
        return False
    host.set_labels(key, found)
    choose(host, artery)
    return True


def delete(host: ViewsHost, several: Iterable[Artery]) -> None:
    """Take arteries out of the mask; one step of undo in each view."""
    of_view: dict[str, list[int]] = {}
    for key, label in several:
        of_view.setdefault(key, []).append(label)
    for key, labels in of_view.items():
        _change(host, key, labels, 0)


def _change(host: ViewsHost, key: str, which: Collection[int], to: int) -> None:
    host.set_labels(key, bac.relabelled(host.views[key].label_pixels(), which, to))
    # So that Ctrl+Z brings it back.
    _activate(host, key)


def _activate(host: ViewsHost, key: str) -> None:
    selection = host.viewer.layers.selection
    layer = host.views[key].labels
    if selection.active is not layer:
        selection.active = layer
