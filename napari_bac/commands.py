"""What can be called from napari's command palette and menus."""

from __future__ import annotations

from pathlib import Path

from napari import Viewer
from napari.utils.notifications import show_info
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QFileDialog

from napari_bac.docks.export_dialog import ask_and_export
from napari_bac.docks.panel_opening import open_panel
from napari_bac.editing.arteries import go
from napari_bac.editing.view_keys import toggle_outline
from napari_bac.layout.single_view import fill
from napari_bac.layout.window_level import invert, show_preset
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.registry import session_of
from napari_bac.session.script import script_of
from napari_bac.settings import preferences
from shared_core import hosting as bac


def open_exam(viewer: Viewer) -> None:
    """Choose the folder of an exam and hang its views."""
    chosen = QFileDialog.getExistingDirectory(None, "Open the folder of an exam")
    if chosen:
        session = session_of(viewer)
        open_panel(viewer)
        session.opener.start([Path(chosen)])


def segment_all(viewer: Viewer) -> None:
    """Segment all views, as the Preferences say."""
    open_panel(viewer)
    chosen = preferences()
    session_of(viewer).segment(model=chosen.model or None, device=chosen.device)


def cancel_segmentation(viewer: Viewer) -> None:
    """Stop the segmentation within a tile."""
    session = session_of(viewer)
    if not session.is_running:
        session.say("No segmentation is running.")
    session.cancel()


def next_artery(viewer: Viewer) -> None:
    """Show the next artery."""
    go(session_of(viewer), 1)


def previous_artery(viewer: Viewer) -> None:
    """Show the artery before."""
    go(session_of(viewer), -1)


def reset_to_model(viewer: Viewer) -> None:
    """Bring back the model's labels of the view that is looked at, or of all; undo takes it back."""
    session = session_of(viewer)
    if not _has_views(session):
        return
    keys = [session.selected[0]] if session.selected is not None else list(session.views)
    for key in keys:
        session.reset_to_model(key)
    if not any(session.views[key].answer for key in keys if key in session.views):
        session.say("There are no model labels to restore; segment first.")


def show_all_views(viewer: Viewer) -> None:
    """Show all views on the canvas."""
    session = session_of(viewer)
    if _has_views(session):
        fill(session, 0)


def outlines(viewer: Viewer) -> None:
    """Labels as outlines, or filled."""
    session = session_of(viewer)
    if _has_views(session):
        toggle_outline(session.viewer, session.views)


def invert_images(viewer: Viewer) -> None:
    """Bright as dark, or as it is."""
    session = session_of(viewer)
    if _has_views(session):
        invert(view.image for view in session.views.values())


def window_as_stored(viewer: Viewer) -> None:
    """Window over all grey levels."""
    _show(viewer, "As stored")


def window_fatty(viewer: Viewer) -> None:
    """Window for a fatty breast."""
    _show(viewer, "Fatty breast")


def window_dense(viewer: Viewer) -> None:
    """Window for a dense breast."""
    _show(viewer, "Dense breast")


def window_calcification(viewer: Viewer) -> None:
    """Window for calcification."""
    _show(viewer, "Calcification")


def export_exam(viewer: Viewer) -> None:
    """Write masks, numbers, pictures and the record of the run into a folder."""
    ask_and_export(session_of(viewer))


def export_metrics(viewer: Viewer) -> None:
    """Write the numbers of all views as a table."""
    session = session_of(viewer)
    if not _has_views(session):
        return
    chosen, _ = QFileDialog.getSaveFileName(None, "Save the metrics", "views.csv", "Table (*.csv)")
    if chosen and session.exporter.save_metrics(Path(chosen)):
        show_info(f"Saved {chosen}.")


def copy_as_python(viewer: Viewer) -> None:
    """Put a script of the run into the clipboard."""
    session = session_of(viewer)
    try:
        QGuiApplication.clipboard().setText(script_of(session))
    except bac.OpenBacError as error:
        session.say(str(error))
    else:
        show_info("Copied a Python script that repeats the run without a window.")


def _show(viewer: Viewer, preset: str) -> None:
    session = session_of(viewer)
    if _has_views(session):
        show_preset((view.image for view in session.views.values()), preset)


def _has_views(session: ExamSession) -> bool:
    """Whether there is anything to act on; else that is said."""
    if not session.views:
        session.say("There are no views yet; open an exam first.")
    return bool(session.views)
