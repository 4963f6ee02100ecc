"""The dock "BAC exam": open, segment, look, and set right what the model said."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from napari.components import ViewerModel
from napari.layers import Layer
from qtpy.QtCore import QTimer
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QFileDialog, QGroupBox, QWidget

from napari_bac.docks.about_view import AboutView
from napari_bac.docks.connections import Connections
from napari_bac.docks.display_box import DisplayBox
from napari_bac.docks.export_dialog import ask_and_export
from napari_bac.docks.model_choice import ModelChoice
from napari_bac.docks.one_exam_question import OneExamQuestion
from napari_bac.docks.question_box import Question
from napari_bac.docks.restore_question import RestoreQuestion
from napari_bac.docks.run_bar import RunBar
from napari_bac.docks.spacing_dialog import SpacingDialog
from napari_bac.docks.threshold_row import ThresholdRow
from napari_bac.docks.views_list import ViewsList
from napari_bac.docks.widgets import Scrolling, button, column, row
from napari_bac.layout.first_layer import make_ready
from napari_bac.layout.single_view import fill
from napari_bac.session.registry import session_of
from napari_bac.session.script import script_of
from napari_bac.views.layer_pixels import pixels_of, spacing_of
from napari_bac.views.opened_view import METADATA
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac

_FILES = (
    "Mammograms (*.dcm *.dicom *.dic *.ima *.png *.tif *.tiff *.jpg *.jpeg *.jp2 *.j2k *.pgm *.nii *.gz "
    "*.zip);;All files (*)"
)


class ExamDock(QWidget):
    """Shows a viewer's session; holds nothing that it would not find there again."""

    def __init__(self, napari_viewer: ViewerModel) -> None:
        super().__init__()
        self.session = session_of(napari_viewer)
        self.views = ViewsList(self.session, self._on_rows)
        self.choice = ModelChoice()
        self.threshold = ThresholdRow()
        self.run_bar = RunBar(self.session, lambda: self.segment())
        """Below what scrolls; a panel of several docks shows it below all of them."""
        self.all_button, self.progress = self.run_bar.all_button, self.run_bar.progress
        self.question = self.run_bar.question
        self.display = DisplayBox(self.session)
        self.open_files_button = button(
            "Open &files…",
            "Open mammograms: DICOM, PNG, TIFF, JPEG, NIfTI ..., also in a ZIP archive",
            self._ask_for_files,
        )
        self.open_folder_button = button(
            "Open f&older…", "Open all mammograms of an exam", self._ask_for_folder
        )
        self.selected_button = button(
            "Segment se&lected",
            "Run the model on the views selected above",
            lambda: self.segment(self.views.selected_keys()),
        )
        self.layer_button = button(
            "Segment image la&yer",
            "Run the model on the image layer that is selected in the layer list",
            self.segment_layer,
        )
        self.reset_button = button(
            "&Reset to model", "Restore the model's labels; undo brings back yours", self._reset
        )
        self.about = AboutView(self.session, self._targets)
        self.export_button = button(
            "&Export exam…",
            "Save masks, measurements and images to a folder",
            lambda: ask_and_export(self.session, self),
        )
        self.script_button = button(
            "Copy as Pytho&n", "Copy a Python script that repeats the run without a window", self._copy_script
        )
        self._restore = RestoreQuestion(self.session, self.question)
        self._one_exam = OneExamQuestion(self.session, self.question)
        self._lay_out()
        self._connect()
        self._show()
        # While the person looks for the files.
        QTimer.singleShot(0, make_ready)

    # Outside

    def open_paths(self, paths: list[Path]) -> None:
        """Read files and folders away from the window."""
        if paths:
            self.session.opener.start(paths)

    def segment(self, keys: list[str] | None = None) -> None:
        """Run on views, all where none are named."""
        if keys == []:
            self.session.say("Select a view in the list first.")
            return
        choice = self.choice
        self.session.segment(
            keys, model=choice.name, device=choice.chosen_device, threshold=self.threshold.wanted
        )

    def segment_layer(self) -> None:
        """Run on the image layer that is selected, asking for its pixel spacing where it has none."""
        layer = self.session.viewer.layers.selection.active
        if layer is None:
            self.session.say("Select one image layer in the layer list first.")
            return
        known = any(layer in (view.image, view.labels) for view in self.session.views.values())
        try:
            if not known:
                pixels_of(layer)
        except bac.OpenBacError as error:
            self.session.say(str(error))
            return
        if known or METADATA in layer.metadata or spacing_of(layer) is not None:
            self._take_and_segment(layer, None)
            return
        dialog = SpacingDialog(layer.name, self)
        dialog.chosen.connect(partial(self._take_and_segment, layer))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # Inside

    def _lay_out(self) -> None:
        model_box = QGroupBox("Segment")
        form = self.choice.layout()
        form.addRow("&Threshold", self.threshold)
        form.labelForField(self.threshold).setBuddy(self.threshold.slider)
        column(
            model_box,
            self.choice,
            row(self.selected_button, self.layer_button),
            self.reset_button,
        )
        inside = QWidget()
        column(
            inside,
            row(self.open_files_button, self.open_folder_button),
            self.views,
            self.about,
            model_box,
            self.display,
            row(self.export_button, self.script_button),
        ).addStretch(1)
        column(self, (Scrolling(inside), 1), self.run_bar, margin_px=0)

    def _connect(self) -> None:
        self.threshold.settled.connect(self._on_threshold)
        self.choice.model.currentIndexChanged.connect(lambda _place: self._show_threshold())
        self.views.itemDoubleClicked.connect(lambda item: fill(self.session, self._number(item.text(0))))
        signals, self._connections = self.session.signals, Connections(self)
        self._connections.to(signals.views_changed, self._show)
        self._connections.to(signals.run_changed, self._on_run)
        self._connections.to(signals.edited_changed, self._on_edited)
        for changed in (signals.live_changed, signals.measured):
            self._connections.to(changed, self.views.show_view)
        self._connections.to(signals.selected, self._on_selected)
        self._connections.to(signals.restorable_changed, lambda _key: self._restore.ask())

    def _show(self) -> None:
        self.views.show_views()
        self._on_run()
        self._show_threshold()
        self.question.keep_those_about(self.session.views)
        self._restore.ask()
        self._one_exam.ask()

    def _on_run(self) -> None:
        self.progress.show_session()
        # Run alone is disabled while one runs.
        for widget in (self.all_button, self.selected_button, self.layer_button):
            widget.setEnabled(not self.session.is_running)
        # All are not there yet.
        self.all_button.setEnabled(not self.session.is_running and not self.session.opener.is_open)
        self.display.show_session()
        self._show_reset()
        if not self.session.is_running:
            self._show_threshold()

    def _on_edited(self, key: str) -> None:
        self.views.show_view(key)
        self._show_reset()

    def _on_selected(self, key: str, _label: int) -> None:
        self.views.choose(key)
        self._show_threshold()

    def _on_rows(self) -> None:
        keys = self.views.selected_keys()
        if len(keys) == 1:
            self.session.select(keys[0])
        self._show_threshold()
        self._show_reset()

    def _targets(self) -> list[str]:
        """Views that the person means: those selected, else all."""
        return self.views.selected_keys() or list(self.session.views)

    def _target_views(self) -> list[ViewSession]:
        return [self.session.views[key] for key in self._targets() if key in self.session.views]

    def _show_reset(self) -> None:
        meant = self._target_views()
        self.reset_button.setEnabled(any(view.answer is not None and view.edited for view in meant))

    def _is_of_choice(self, view: ViewSession) -> bool:
        """Whether its labels are of the model that is chosen: the threshold of another is none of its."""
        return view.answer is not None and view.answer.card.sha256 == self.choice.card.sha256

    def _show_threshold(self) -> None:
        answer = next((view.answer for view in self._target_views() if self._is_of_choice(view)), None)
        own = self.choice.card.threshold
        self.threshold.show_value(own if answer is None else answer.threshold, own)

    def _on_threshold(self, value: float) -> None:
        keys = [key for key in self._targets() if self._is_of_choice(self.session.views[key])]
        edited = [key for key in keys if self.session.views[key].edited]
        if not edited:
            self._set_threshold(keys, value)
            return
        others = [key for key in keys if key not in edited]
        self._set_threshold(others, value)
        self.question.ask(
            "threshold",
            Question(
                f"{', '.join(edited)}: edited by hand. A new threshold replaces the edits; undo restores "
                "them.",
                tuple(edited),
                ("Replace the edits", partial(self._set_threshold, edited, value)),
                ("Keep the edits", self._show_threshold),
            ),
        )

    def _set_threshold(self, keys: list[str], value: float) -> None:
        for key in keys:
            if key in self.session.views:
                self.session.set_threshold(key, value)

    def _reset(self) -> None:
        for key in self._targets():
            self.session.reset_to_model(key)

    def _take_and_segment(self, layer: Layer, spacing_mm: float | None) -> None:
        try:
            key = self.session.take_layer(layer, spacing_mm=spacing_mm)
        except bac.OpenBacError as error:
            self.session.say(str(error))
            return
        self.segment([key])

    def _copy_script(self) -> None:
        try:
            QGuiApplication.clipboard().setText(script_of(self.session))
        except bac.OpenBacError as error:
            self.session.say(str(error))

    def _number(self, key: str) -> int:
        return list(self.session.views).index(key) + 1

    def _ask_for_files(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(self, "Open mammograms", str(Path.home()), _FILES)
        self.open_paths([Path(file) for file in files])

    def _ask_for_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open an exam folder", str(Path.home()))
        self.open_paths([Path(folder)] if folder else [])
