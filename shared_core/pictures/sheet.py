"""The exam sheet: the four views hung as radiologists hang them, with all numbers below.

R-CC and L-CC stand over R-MLO and L-MLO, chest walls back to back, all at one scale. Images stored the
other way round are mirrored, those stored upside down or on their side are turned, and say so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.mammogram import Exam
from shared_core.pictures.lettering import (
    BRIGHT,
    QUIET,
    Line,
    ScaleBar,
    block_size,
    draw_block,
    scale_bar,
    wrapped,
)
from shared_core.pictures.reduced_view import ReducedView
from shared_core.pictures.sheet_panel import (
    SheetView,
    fitting_scale,
    panel_lines,
    panel_picture,
)
from shared_core.pictures.text_table import Column, Row, table_picture
from shared_core.quantification.measurement import ExamMeasurement, ViewMeasurement
from shared_core.quantification.standard_views import choose_standard_views
from shared_core.quantification.view_state import ViewState, analysed_words
from shared_core.wording import phrases

_HANGING: Final = (("RCC", "LCC"), ("RMLO", "LMLO"))
_CELL_ROWS, _CELL_COLUMNS = 900, 800
_LEAST_COLUMNS = 780
"""Of a cell, so that the table below has room."""
_BESIDE_PX = 130
"""Room for the text at the outer side of a panel."""
_EMPTY_ROWS = 160
_EDGE, _TEXT, _SMALL = 32, 22, 19
_MOST_NOTICES = 8
_FRAME = (70, 70, 70)


@dataclass(frozen=True)
class _Slot:
    """A place on the sheet, and who hangs there."""

    view: SheetView | None
    words: str = ""
    """In the frame where nobody hangs."""


def exam_sheet(
    exam: Exam,
    views: Sequence[tuple[ReducedView, ViewMeasurement]],
    measurement: ExamMeasurement,
    *,
    provenances: Iterable[Mapping[str, object]] = (),
) -> NDArray[np.uint8]:
    """Draw the sheet of one exam.

    Parameters
    ----------
    exam
        Key and date stand in the title.
    views
        The measured views, made small by `reduce_view`, in any number and order. Of a standard view the
        one that counts is hung, a missing one is an empty frame; all others are in the table. Without any
        standard view the first four hang side by side.
    measurement
        Of the exam.
    provenances
        Of the masks of the views; what made them is shown, each once.

    Returns
    -------
    (rows, columns, 3) uint8 RGB, about 1600 px wide.
    """
    small = [SheetView(reduced, of_view) for reduced, of_view in views]
    used = dict(choose_standard_views([view.reduced.header for view in small]).positions)
    grid, bar = _grid(_slots(exam, small, used, measurement.views_not_analysed))
    width = grid.shape[1]
    rows = [_view_row(view, counted=index in used.values()) for index, view in enumerate(small)]
    tam = phrases.tam(small[0].measurement) if small else "TAM"
    below = table_picture(_columns(tam), rows, width_px=width - 2 * _EDGE, text_px=_TEXT)
    strips = [
        _title(exam, width),
        grid,
        _text_strip([Line(_scale_words(bar), _SMALL, QUIET)], width, bar=bar if bar.length_px else None),
        np.pad(below, ((_TEXT, _TEXT), (_EDGE, _EDGE), (0, 0))),
        _text_strip(_exam_lines(measurement), width),
        _text_strip(_closing_lines(exam, measurement, provenances, width), width),
    ]
    return np.vstack(strips)


def _slots(
    exam: Exam, views: Sequence[SheetView], used: Mapping[str, int], unread: Collection[str]
) -> list[list[_Slot]]:
    if used:
        return [[_standard_slot(exam, views, used, unread, label) for label in row] for row in _HANGING]
    shown = [_Slot(view) for view in views[:4]]
    return [row for row in (shown[:2], shown[2:]) if row] or [[_Slot(None, "no view was measured")]]


def _standard_slot(
    exam: Exam,
    views: Sequence[SheetView],
    used: Mapping[str, int],
    unread: Collection[str],
    label: str,
) -> _Slot:
    if label in used:
        return _Slot(views[used[label]])
    if label in unread:
        return _Slot(None, f"{phrases.view_name(label)} {ViewState.NOT_ANALYSED.value}")
    found = any(header.view_label == label for header in exam.headers)
    return _Slot(None, f"{phrases.view_name(label)} {'not counted' if found else 'missing'}")


def _grid(slots: Sequence[Sequence[_Slot]]) -> tuple[NDArray[np.uint8], ScaleBar]:
    """The panels at one scale, and the scale bar that is true for all."""
    views = [slot.view for row in slots for slot in row if slot.view is not None]
    in_mm = bool(views) and all(view.reduced.header.spacing is not None for view in views)
    scale = 1.0
    if views:
        scale = fitting_scale(views, rows=_CELL_ROWS, columns=_CELL_COLUMNS, in_mm=in_mm)
    pictures = [
        [
            panel_picture(slot.view, scale * slot.view.unit_per_px(in_mm)) if slot.view is not None else None
            for slot in row
        ]
        for row in slots
    ]
    drawn = [picture for row in pictures for picture in row if picture is not None]
    widest = max((picture.shape[1] for picture in drawn), default=0)
    alone = max(len(row) for row in slots) == 1
    columns = max(widest + _BESIDE_PX, 2 * _LEAST_COLUMNS if alone else _LEAST_COLUMNS)
    strips = []
    for row, of_row in zip(slots, pictures, strict=True):
        heights = [picture.shape[0] for picture in of_row if picture is not None]
        rows = max(heights, default=_EMPTY_ROWS)
        cells = [
            _cell(slot, picture, (rows, columns), side)
            for slot, picture, side in zip(
                row, of_row, ("middle",) if alone else ("left", "right"), strict=False
            )
        ]
        strips.append(np.hstack(cells))
    gap = np.zeros((_EDGE // 2, strips[0].shape[1], 3), np.uint8)
    strips = [strips[0], *(part for strip in strips[1:] for part in (gap, _as_wide(strip, strips[0])))]
    return np.vstack(strips), _bar(views, scale, in_mm=in_mm)


def _bar(views: Sequence[SheetView], scale: float, *, in_mm: bool) -> ScaleBar:
    spacing = views[0].reduced.header.spacing if views and in_mm else None
    px_per_source_px = scale * spacing.column_mm if spacing is not None else 0.0
    return scale_bar(spacing, px_per_source_px, length_mm=50, longest_px=_LEAST_COLUMNS)


def _cell(
    slot: _Slot, picture: NDArray[np.uint8] | None, size: tuple[int, int], side: str
) -> NDArray[np.uint8]:
    """One place of the grid: the panel at the inner side, its text at the outer side."""
    rows, columns = size
    cell = np.zeros((rows, columns, 3), np.uint8)
    if slot.view is None or picture is None:
        cell[8:-8, 8:-8] = _FRAME
        cell[10:-10, 10:-10] = 0
        lines = [Line(slot.words, _TEXT, QUIET)]
        height, width = block_size(lines)
        draw_block(cell, (rows - height) // 2, (columns - width) // 2, lines=lines)
        return cell
    height, width = picture.shape[:2]
    top = (rows - height) // 2
    left = {"left": columns - width - 2, "middle": (columns - width) // 2, "right": 2}[side]
    cell[top : top + height, left : left + width] = picture
    lines = panel_lines(slot.view, _TEXT)
    text_rows, text_columns = block_size(lines)
    at = columns - _EDGE - text_columns if side == "right" else _EDGE
    tops = (_EDGE // 2, max(rows - text_rows - _EDGE // 2, 0))
    # The outer corner with less breast; both are usually empty.
    brightness = [float(cell[top : top + text_rows, max(at, 0) : at + text_columns].mean()) for top in tops]
    draw_block(cell, tops[int(np.argmin(brightness))], at, lines=lines, from_right=side == "right")
    return cell


def _columns(tam: str) -> list[Column]:
    return [
        Column("View", number=False),
        Column("File", number=False),
        Column("In exam", number=False),
        Column("BAC mm²"),
        Column("BAC px"),
        Column("% of breast"),
        Column("Area grade", number=False),
        Column(f"{tam} px"),
        Column(f"{tam} / breast"),
        Column("Parts"),
    ]


def _view_row(view: SheetView, *, counted: bool) -> Row:
    m, header = view.measurement, view.reduced.header
    modifiers = "".join(f", {modifier.value}" for modifier in header.modifiers)
    cells = (
        phrases.view_name(view.label) + modifiers,
        header.name,
        "yes" if counted else "no",
        phrases.area_mm2(m.bac_area_mm2),
        phrases.UNKNOWN if m.heat_map else phrases.count(m.am_px),
        phrases.percentage(m.bac_percent_of_breast),
        phrases.grade(m),
        phrases.UNKNOWN if m.heat_map else phrases.count(m.tam_px),
        f"{m.tam_per_breast_area:.5f}" if m.tam_per_breast_area is not None else phrases.UNKNOWN,
        phrases.count(m.parts_count),
    )
    return Row(cells, BRIGHT if counted else QUIET)


def _title(exam: Exam, width: int) -> NDArray[np.uint8]:
    words = "   ".join(part for part in (exam.key, phrases.date(exam.study_date)) if part)
    return _text_strip([Line(words, round(1.5 * _TEXT))], width)


def _exam_lines(measurement: ExamMeasurement) -> list[Line]:
    lines = []
    if measurement.views_not_analysed:
        lines.append(
            f"Exam: not assessed, {analysed_words(measurement.views_analysed, measurement.views_total)}"
        )
    if measurement.guo_index is not None:
        lines.append(f"Guo index (four views): {measurement.guo_index:.5f}")
    elif measurement.guo_index_available_views is not None:
        views = ", ".join(phrases.view_name(label) for label in measurement.views_used)
        why = "was not analysed" if measurement.views_not_analysed else "is missing"
        lines.append(
            f"Guo index: none, a view {why}; {measurement.guo_index_available_views:.5f} over {views}"
        )
    if measurement.bac_percent_of_breast is not None:
        grade = f", area grade {phrases.grade(measurement)}" if measurement.area_grade is not None else ""
        lines.append(f"Exam: BAC {phrases.percentage(measurement.bac_percent_of_breast)} % of breast{grade}")
    for breast in measurement.breasts:
        if breast.laterality in {label[0] for label in measurement.views_not_analysed}:
            continue
        side = {"L": "Left", "R": "Right"}.get(breast.laterality, breast.laterality)
        views = " and ".join(phrases.view_name(label) for label in breast.views)
        percent = f"{phrases.percentage(breast.mean_bac_percent_of_breast)} %"
        area = breast.mean_bac_area_mm2
        if area is None and breast.mean_bac_percent_of_breast is None:
            continue
        in_mm2 = f"{phrases.area_mm2(area)} mm², " if area is not None else ""
        lines.append(f"{side} breast, mean of {views}: {in_mm2}{percent}")
    return [Line(line, _TEXT) for line in lines]


def _closing_lines(
    exam: Exam, measurement: ExamMeasurement, provenances: Iterable[Mapping[str, object]], width: int
) -> list[Line]:
    texts = [notice.text for notice in (*exam.notices, *measurement.notices)]
    shown = texts[:_MOST_NOTICES]
    if len(texts) > len(shown):
        shown.append(f"... and {len(texts) - len(shown)} more notices, see the table of the exams.")
    room = width - 2 * _EDGE
    lines = [line for text in shown for line in wrapped(text, _SMALL, room)]
    made = "; ".join(dict.fromkeys(map(phrases.model, provenances)))
    last = f"{made}.   {phrases.RESEARCH_USE}" if made else phrases.RESEARCH_USE
    lines += ["", *wrapped(last, _SMALL, room)]
    return [Line(line, _SMALL, QUIET) for line in lines]


def _scale_words(bar: ScaleBar) -> str:
    if bar.length_px:
        return "all views at the same scale in mm"
    return f"{bar.text}: all views at the same scale in pixels"


def _text_strip(lines: list[Line], width: int, *, bar: ScaleBar | None = None) -> NDArray[np.uint8]:
    rows, _ = block_size(lines, bar)
    strip = np.zeros((rows + _TEXT, width, 3), np.uint8)
    draw_block(strip, _TEXT // 2, _EDGE, lines=lines, bar=bar)
    return strip


def _as_wide(strip: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.pad(strip, ((0, 0), (0, other.shape[1] - strip.shape[1]), (0, 0)))
