"""One view as it hangs on an exam sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import Box, bounding_box
from shared_core.mammogram import Laterality, Mask
from shared_core.pictures.lettering import BRIGHT, FINDING, OTHER, QUIET, Line, fitting
from shared_core.pictures.outline import draw_outlines
from shared_core.pictures.reduced_view import ReducedView
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.reading.orientation import Turn, hanging_turn
from shared_core.wording import phrases

_NAME_PX = 300


@dataclass(frozen=True, eq=False)
class SheetView:
    """A measured view, made small."""

    reduced: ReducedView
    measurement: ViewMeasurement

    @property
    def label(self) -> str:
        """``LCC``; ``??`` where nothing is known."""
        return self.reduced.header.view_label

    @property
    def crop(self) -> Box:
        """The breast's rectangle in `reduced`, so that chest walls meet on the sheet."""
        rows, columns = self.reduced.gray_u8.shape
        return bounding_box(self.reduced.breast) or Box(0, 0, rows, columns)

    @cached_property
    def turn(self) -> Turn:
        """What makes it hang upright, but for left and right."""
        return replace(hanging_turn(self.reduced.header, self.reduced.breast)[0], mirrored=False)

    @property
    def hung_shape(self) -> tuple[int, int]:
        """(rows, columns) of `crop` as it hangs."""
        rows, columns = self.crop.rows, self.crop.columns
        return (columns, rows) if self.turn.transposed else (rows, columns)

    @property
    def mirrored(self) -> bool:
        """Whether it must be mirrored for the chest walls to meet."""
        wall = _chest_wall(self.turn.of(self.reduced.breast[self.crop.slices]))
        side = self.reduced.header.laterality
        return (side is Laterality.LEFT and wall == "right") or (side is Laterality.RIGHT and wall == "left")

    def unit_per_px(self, in_mm: bool) -> float:
        """Length of a pixel of `reduced` in mm, or else in pixels of the source."""
        spacing = self.reduced.header.spacing
        return (spacing.column_mm if in_mm and spacing is not None else 1.0) / self.reduced.scale[1]


def fitting_scale(views: Sequence[SheetView], *, rows: int, columns: int, in_mm: bool) -> float:
    """The largest scale, in picture pixels per mm or source pixel, at which every view fits."""
    return min(
        min(rows / view.hung_shape[0], columns / view.hung_shape[1]) / view.unit_per_px(in_mm)
        for view in views
    )


def panel_picture(view: SheetView, factor: float) -> NDArray[np.uint8]:
    """The breast with its BAC outlined, RGB, `factor` times the size of `view.reduced`."""
    crop, reduced = view.crop, view.reduced
    size = max(round(crop.columns * factor), 1), max(round(crop.rows * factor), 1)
    gray = cv2.resize(
        reduced.gray_u8[crop.slices], size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    )
    picture = np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    for outlines, colour in ((reduced.other_outlines, OTHER), (reduced.outlines, FINDING)):
        draw_outlines(
            picture,
            outlines,
            scale=(reduced.scale[0] * factor, reduced.scale[1] * factor),
            colour=colour,
            thickness_px=1,
            origin=(crop.top / reduced.scale[0], crop.left / reduced.scale[1]),
        )
    return np.ascontiguousarray(replace(view.turn, mirrored=view.mirrored).of(picture))


def panel_lines(view: SheetView, text_px: int) -> list[Line]:
    """What stands beside a panel."""
    measurement, header = view.measurement, view.reduced.header
    lines = [Line(phrases.view_name(view.label), round(1.4 * text_px))]
    if "?" in view.label:
        lines.append(Line(fitting(header.name, text_px, _NAME_PX), text_px, QUIET))
    lines += [Line(modifier.value, text_px, QUIET) for modifier in header.modifiers]
    if measurement.heat_map:
        lines.append(Line(phrases.classified(measurement), text_px))
    if measurement.am_px or not measurement.heat_map:
        colour = FINDING if measurement.am_px else BRIGHT
        lines.append(Line(phrases.short_bac_area(measurement), text_px, colour))
    if measurement.bac_percent_of_breast is not None:
        lines.append(Line(f"{phrases.percentage(measurement.bac_percent_of_breast)} %", text_px))
    if measurement.other_count:
        lines.append(Line(phrases.short_other(measurement), text_px, OTHER))
    if not view.turn.is_upright:
        lines.append(Line("turned upright", text_px, QUIET))
    if view.mirrored:
        lines.append(Line("mirrored", text_px, QUIET))
    return lines


def _chest_wall(inside: Mask) -> str:
    """The side at which the breast is cut off by the image: there it is tall, at the nipple it is not."""
    edge = max(inside.shape[1] // 20, 1)
    left, right = np.count_nonzero(inside[:, :edge]), np.count_nonzero(inside[:, -edge:])
    return "left" if left > right else "right"
