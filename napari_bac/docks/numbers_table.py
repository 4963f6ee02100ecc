"""The numbers of the views and of the exam, and the sentences that belong to them."""

from __future__ import annotations

from qtpy.QtGui import QKeyEvent, QKeySequence
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from napari_bac.docks.clipboard import copy_table
from napari_bac.docks.connections import Connections
from napari_bac.docks.numbers_model import NumbersModel
from napari_bac.docks.widgets import RIGHT
from napari_bac.remedies import all_notice_words
from napari_bac.session.exam_session import ExamSession

_WIDEST_NAME = "Calcified length, mm "
_FRAMES_PX = 14
_NO_SPACING = "The pixel spacing is unknown: areas and lengths are in pixels."
_MASK_STYLES = {
    "vessel-band": "bands along the arteries",
    "calcium": "the calcium alone: no vessels, no grades",
    "heat-map": "where a classifier looked: no areas, no vessels, no grades",
}


class NumbersTable(QTableView):
    """Numbers of a session."""

    def __init__(self, session: ExamSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers = NumbersModel(session, self)
        self.setModel(self.numbers)
        self.setAccessibleName("Numbers of the views and the exam")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(self.fontMetrics().horizontalAdvance("0.000000") + 10)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setHighlightSections(False)
        # Units come with the views: then the columns stay where they are.
        self.verticalHeader().setFixedWidth(self.fontMetrics().horizontalAdvance(_WIDEST_NAME) + 10)
        self.horizontalHeader().setDefaultAlignment(RIGHT)
        connections = Connections(self)
        connections.to(session.signals.views_changed, self.numbers.reset)
        connections.to(session.signals.live_changed, self.numbers.refresh)
        connections.to(session.signals.measured, self.numbers.refresh)
        connections.to(session.signals.edited_changed, self.numbers.refresh)
        connections.to(session.signals.exam_measured, self.numbers.refresh_exam)

    def width_of(self, columns: int) -> int:
        """What shows so many columns without scrolling, in pixels of the screen."""
        beside = self.verticalHeader().minimumWidth() + self.verticalScrollBar().sizeHint().width()
        return beside + columns * self.horizontalHeader().minimumSectionSize() + _FRAMES_PX

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies all of it."""
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_table(self, row_names=True)
        else:
            super().keyPressEvent(event)


def note_sentences(session: ExamSession) -> list[str]:
    """What a person should know beside the numbers: notices of each view and of the exam, each once."""
    sentences: dict[str, list[str]] = {}
    for view in session.views.values():
        for words in all_notice_words(view.told):
            sentences.setdefault(words, []).append(view.key)
        if not view.spacing_is_known:
            sentences.setdefault(_NO_SPACING, []).append(view.key)
    told = [f"{', '.join(keys)}: {words}" for words, keys in sentences.items()]
    styles = {view.mask_style for view in session.views.values()}
    told += [f"Masks mark {_MASK_STYLES.get(style, style)}." for style in sorted(styles)]
    if session.exam is not None and len(session.views) > 1:
        told += [f"Exam: {words}" for words in all_notice_words(session.exam.notices)]
    return told
