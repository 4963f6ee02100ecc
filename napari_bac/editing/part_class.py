"""The key that says of the part under the cursor that it is no artery, or that it is one."""

from __future__ import annotations

from typing import Final

from napari_bac.editing.clicks import view_at
from napari_bac.views.host import ViewsHost
from napari_bac.views.view_session import problem_words

MOVE: Final = "K"
NOTHING_THERE: Final = "No calcification is marked under the cursor; point at a part, then press K."
HEAT_MAP: Final = "{view}: a heat map says where a classifier looked; its parts are no arteries to be moved."


def move_part(host: ViewsHost) -> None:
    """Move the part under the cursor from the arteries to what is none, or back, as one step of undo."""
    found = view_at(host.views, host.viewer.cursor.position)
    if found is None:
        host.say(NOTHING_THERE)
        return
    key, (row, column) = found
    view = host.views[key]
    if view.problem is not None or view.mask_style == "heat-map":
        host.say(
            HEAT_MAP.format(view=key) if view.problem is None else f"{key}: {problem_words(view.problem)}"
        )
        return
    moved = view.part_moved(row, column)
    if moved is None:
        host.say(NOTHING_THERE)
        return
    host.set_labels(key, moved.labels)
    # So that Ctrl+Z brings it back.
    host.viewer.layers.selection.active = view.labels
