"""The tables of an evaluation: a row a view, a row a group of views, a row a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shared_core.training.evaluation.curves import CurvePoint
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.evaluation.scores import RANKINGS, SCORES, GroupScores
from shared_core.training.short_table import short_table


def views_csv(models: Mapping[str, Sequence[ViewRow]]) -> bytes:
    """One row for each model, by name, and view, at the model's threshold."""
    tags = sorted({tag for rows in models.values() for row in rows for tag in row.tags})
    lines = [_view_cells(name, row, tags) for name, rows in models.items() for row in rows]
    return _csv(lines)


def summary_csv(models: Mapping[str, Sequence[GroupScores]]) -> bytes:
    """One row for each model and group: every score with the ends of its 95 % interval."""
    lines = []
    for name, groups in models.items():
        for group in groups:
            cells: dict[str, Any] = {
                "model": name,
                "tag": group.tag,
                "value": group.value,
                "views": group.views,
                "patients": group.patients,
                "views_with_bac": group.with_bac,
                "views_without_bac": group.without_bac,
            }
            for score in (*SCORES, *RANKINGS):
                found = group.scores.get(score)
                cells[score] = None if found is None else found.value
                low, high = (None, None) if found is None else found.limits
                cells |= {f"{score}_low": low, f"{score}_high": high}
            lines.append(cells)
    return _csv(lines)


def curve_csv(models: Mapping[str, Sequence[CurvePoint]]) -> bytes:
    """One row for each model and threshold."""
    return _csv([{"model": name, **asdict(point)} for name, points in models.items() for point in points])


def _view_cells(model: str, row: ViewRow, tags: Iterable[str]) -> dict[str, Any]:
    point, overlap = row.at_card, row.at_card.overlap
    return {
        "model": model,
        "number": row.number,
        "view_id": row.identity.view_id,
        "patient_id": row.identity.patient_id,
        **{tag: row.tags.get(tag) for tag in tags},
        "kind": row.kind,
        "rows": row.rows,
        "columns": row.columns,
        "spacing_mm": row.spacing_mm,
        "threshold": point.threshold,
        "dice": overlap.dice,
        "recall": overlap.recall,
        "precision": overlap.precision,
        "label_px": row.label_px,
        "marked_px": point.marked_px,
        "true_positive_px": point.true_positive_px,
        "false_positive_px": point.false_positive_px,
        "false_negative_px": point.false_negative_px,
        "marked_mm2": row.area_mm2(point.marked_px),
        "label_mm2": row.area_mm2(row.label_px),
        "vessel_px": row.line_px,
        "vessel_found_px": point.line_found_px,
        "vessel_recall": point.line_found_px / row.line_px if row.line_px else None,
        "parts": point.parts,
        "false_parts": point.false_parts,
        "stray_px": point.stray_px,
        "stray_mm2": row.area_mm2(point.stray_px),
    }


def _csv(lines: Sequence[Mapping[str, Any]]) -> bytes:
    return short_table(list(lines[0]) if lines else [], lines)
