"""How the images are shown: window, inverted, the probability; and the keys that do it on the canvas."""

from __future__ import annotations

from qtpy.QtWidgets import QCheckBox, QComboBox, QGridLayout, QGroupBox, QLabel

from napari_bac.docks.widgets import sentence, with_tip
from napari_bac.editing.view_keys import KEYS
from napari_bac.layout.window_level import PRESETS, invert, is_inverted, show_preset
from napari_bac.session.exam_session import ExamSession


class DisplayBox(QGroupBox):
    """Changes the layers of a session's views."""

    def __init__(self, session: ExamSession) -> None:
        super().__init__("Display")
        self._session = session
        self.window = with_tip(
            QComboBox(),
            "Grey levels shown from black to white (key W). Or drag on the image with the right mouse button",
        )
        self.window.addItems(list(PRESETS))
        self.window.activated.connect(lambda _place: self._show_preset())
        self.invert = with_tip(QCheckBox("&Invert"), "Show bright as dark (key G)")
        self.invert.clicked.connect(lambda on: invert(self._images(), inverted=on))
        self.probability = with_tip(
            QCheckBox("&Probability"),
            "Overlay the model's probability on the segmented views; of an ensemble its spread, too",
        )
        self.probability.clicked.connect(self._show_probability)
        self.keys = with_tip(
            sentence("Keys on the canvas: Ctrl+1–4 one view, Q all, H (hold) hides labels, U outlines"),
            "\n".join(f"{key}: {what}" for key, what in KEYS.items()),
        )
        label = QLabel("&Window")
        label.setBuddy(self.window)
        layout = QGridLayout(self)
        layout.addWidget(label, 0, 0)
        layout.addWidget(self.window, 0, 1, 1, 2)
        layout.addWidget(self.invert, 1, 1)
        layout.addWidget(self.probability, 1, 2)
        layout.addWidget(self.keys, 2, 0, 1, 3)
        layout.setColumnStretch(2, 1)

    def show_session(self) -> None:
        """Show what holds for the session's layers now."""
        views = list(self._session.views.values())
        self.setEnabled(bool(views))
        self.invert.setChecked(bool(views) and is_inverted(views[0].image))
        answered = [view.key for view in views if view.answer is not None]
        self.probability.setEnabled(bool(answered))
        self.probability.setChecked(any(self._session.probabilities.is_shown(key) for key in answered))

    def _images(self) -> list:
        return [view.image for view in self._session.views.values()]

    def _show_preset(self) -> None:
        show_preset((image for image in self._images() if image.visible), self.window.currentText())

    def _show_probability(self, on: bool) -> None:
        for key, view in self._session.views.items():
            if on and view.answer is not None:
                self._session.probabilities.show(key)
            elif not on:
                self._session.probabilities.hide(key)
