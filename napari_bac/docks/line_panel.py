"""Draw an artery along its middle: on and off, the width of the band, finish and cancel."""

from __future__ import annotations

from qtpy.QtWidgets import QCheckBox, QDoubleSpinBox, QLabel, QWidget

from napari_bac.docks.connections import Connections
from napari_bac.docks.widgets import button, column, row, sentence, with_tip
from napari_bac.editing.centre_line import CentreLineTool
from napari_bac.session.exam_session import ExamSession
from shared_core import hosting as bac

_BUTTONS_PX = 42


class LinePanel(QWidget):
    """Controls of the centre-line tool."""

    def __init__(self, session: ExamSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.tool = CentreLineTool(session)
        self.draw = button(
            "D&raw artery",
            "Click along an artery; it becomes a band of this width (as annotated in Guo 2021) with the "
            "next free number.\nDrag to move the image. Enter or double-click finishes, Backspace removes "
            "the last point, Esc cancels.",
        )
        self.draw.setCheckable(True)
        self.follow = with_tip(
            QCheckBox("Follow &calcium"),
            "A click takes the artery that is there, from one end of its calcium to the other; each further "
            "click goes on to where it points.\nOff: points are joined by straight lines.",
        )
        self.follow.setChecked(self.tool.follows)
        self.width_box = with_tip(
            QDoubleSpinBox(), "Width of the band; the published model was trained with 1.9 mm (27 pixels)"
        )
        self.width_box.setAccessibleName("Width of the band")
        # napari's theme leaves no room for the unit beside its buttons.
        widest_px = self.width_box.fontMetrics().horizontalAdvance("10.0 mm") + _BUTTONS_PX
        self.width_box.setStyleSheet(f"min-width: {widest_px}px")
        self.finish = button("Finish", "Create the band (Enter, or double-click the image)", self.tool.finish)
        self.cancel = button("Cancel", "Discard this line (Esc)", self.tool.cancel)
        self.hint = sentence()
        self._lay_out()
        self.follow.toggled.connect(self._on_follow)
        self.draw.toggled.connect(lambda on: self.tool.start() if on else self.tool.stop())
        self.width_box.valueChanged.connect(self._on_width)
        connections = Connections(self)
        connections.to(self.tool.changed, self._show)
        connections.to(session.signals.views_changed, self._on_views)
        connections.finally_(self.tool.stop)
        self._on_views()

    @property
    def in_pixels(self) -> bool:
        """Whether the spacing of a view is not known, so that widths are in pixels."""
        return any(not view.spacing_is_known for view in self._session.views.values())

    def _lay_out(self) -> None:
        label = QLabel("W&idth")
        label.setBuddy(self.width_box)
        tools = row(self.draw, self.follow, label, self.width_box)
        tools.addStretch(1)
        # Beside the tools nothing would fit into the panel on a laptop.
        column(self, tools, row((self.hint, 1), self.finish, self.cancel), margin_px=0)

    def _on_views(self) -> None:
        # The keys are bound to the layers that are there.
        self.tool.stop()
        self.draw.setEnabled(bool(self._session.views))
        in_pixels = self.in_pixels
        self.width_box.blockSignals(True)
        self.width_box.setDecimals(0 if in_pixels else 1)
        self.width_box.setRange(*((2, 140) if in_pixels else (0.2, 10)))
        self.width_box.setSingleStep(1 if in_pixels else 0.1)
        self.width_box.setSuffix(" px" if in_pixels else " mm")
        self.width_box.setValue(
            self.tool.width_mm / bac.ASSUMED_SPACING_MM if in_pixels else self.tool.width_mm
        )
        self.width_box.blockSignals(False)
        self._show()

    def _on_follow(self, on: bool) -> None:
        self.tool.follows = on
        self._show()

    def _on_width(self, value: float) -> None:
        self.tool.set_width(value * bac.ASSUMED_SPACING_MM if self.in_pixels else value)

    def _show(self) -> None:
        tool = self.tool
        self.draw.blockSignals(True)
        self.draw.setChecked(tool.active)
        self.draw.blockSignals(False)
        for widget in (self.finish, self.cancel):
            widget.setVisible(tool.active)
        self.finish.setEnabled(len(tool.points) > 1)
        self.hint.setVisible(tool.active)
        begun = f"{tool.key}: click to go on. " if tool.follows else f"{tool.key}: {_points_words(tool)}. "
        first = "Click on an artery. " if tool.follows else "Click along an artery. "
        said = begun if tool.points else first
        self.hint.setText(said + "Enter: finish. Backspace: take the last click back. Esc: cancel.")


def _points_words(tool: CentreLineTool) -> str:
    return bac.counted(len(tool.points), "point")
