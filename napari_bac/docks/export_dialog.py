"""Where an export goes, and what happens to one that is there already."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QMessageBox, QWidget

from napari_bac.session.exam_session import ExamSession
from shared_core import hosting as bac


def ask_and_export(session: ExamSession, parent: QWidget | None = None) -> bool:
    """Ask for a folder and begin to export there; False where nothing is to be written."""
    if not session.views:
        session.say("There is no view to export; open an exam first.")
        return False
    chosen = QFileDialog.getExistingDirectory(parent, "Export the exam: choose where to create its folder")
    return bool(chosen) and export_into(session, Path(chosen), parent)


def export_into(session: ExamSession, place: Path, parent: QWidget | None = None) -> bool:
    """Begin to export into a folder of the exam's name in `place`; ask where that name is taken."""
    folder = place / folder_name(session)
    if not folder.exists():
        return session.exporter.start(folder)
    answer = _ask(folder, parent)
    if answer is None:
        return False
    return session.exporter.start(folder if answer else free_name(folder), replace=answer)


def folder_name(session: ExamSession) -> str:
    """Key of the exam; ``exam`` for images without one, ``exams`` where there are several."""
    keys = {view.opened.exam_key for view in session.views.values()}
    return "exams" if len(keys) > 1 else next(iter(keys), "") or "exam"


def free_name(folder: Path) -> Path:
    """The next name that is not taken: ``exam-2``."""
    number = 2
    while folder.with_name(f"{folder.name}-{number}").exists():
        number += 1
    return folder.with_name(f"{folder.name}-{number}")


def _ask(folder: Path, parent: QWidget | None) -> bool | None:
    """True to replace, False to keep both, None to leave it."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Export the exam")
    box.setText(f"{folder.name} already exists.")
    box.setInformativeText(str(folder.parent))
    both = box.addButton(f"&Keep both, as {free_name(folder).name}", QMessageBox.ButtonRole.AcceptRole)
    replace = None
    # What is no export of ours is never replaced.
    if bac.is_export(folder):
        replace = box.addButton("&Replace", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(both)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    if clicked is both:
        return False
    return True if replace is not None and clicked is replace else None
