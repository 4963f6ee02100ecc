"""One view alone on the canvas, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_bac.session.exam_session import ExamSession


def fill(session: ExamSession, number: int) -> None:
    """Fill the canvas with the view that hangs at a number, from 1; 0 shows all.

    The others are hidden: a hidden layer costs nothing. A number without a view changes nothing.
    """
    views = list(session.views.values())
    if not 0 <= number <= len(views) or not views:
        return
    chosen = views[number - 1] if number else None
    for view in views:
        view.image.visible = view.labels.visible = chosen in (None, view)
    viewer = session.viewer
    if chosen is None:
        viewer.reset_view()
        return
    viewer.layers.selection.active = chosen.labels
    fit = getattr(viewer, "fit_to_view", None)
    if fit is not None:
        fit(layers=[chosen.image])
    else:  # napari before 0.7
        viewer.reset_view()
    session.select(chosen.key)


def filling(session: ExamSession) -> str | None:
    """The key of the view that is alone on the canvas, None where more are shown."""
    shown = [view.key for view in session.views.values() if view.image.visible]
    return shown[0] if len(shown) == 1 and len(session.views) > 1 else None
