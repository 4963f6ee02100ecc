"""The files of an evaluation."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.png import encode_png
from shared_core.records.canonical_json import json_bytes
from shared_core.training.evaluation.difference import in_words
from shared_core.training.evaluation.gallery import gallery_picture
from shared_core.training.evaluation.model_scores import Evaluation
from shared_core.training.evaluation.page import page
from shared_core.training.evaluation.plots import (
    free_response_plot,
    precision_recall_plot,
    reliability_plot,
    tags_plot,
)
from shared_core.training.evaluation.tables import curve_csv, summary_csv, views_csv
from shared_core.training.example import ViewSource
from shared_core.version import SOFTWARE_VERSION


def write_evaluation(evaluation: Evaluation, source: ViewSource, folder: Path) -> Evaluation:
    """Write ``evaluation.json``, tables, plots, the worst views, and ``evaluation.md`` as the last."""
    models = {model.name: model for model in evaluation.models}
    write_bytes(folder / "views.csv", views_csv({name: model.rows.rows for name, model in models.items()}))
    write_bytes(folder / "summary.csv", summary_csv({name: model.groups for name, model in models.items()}))
    write_bytes(folder / "curve.csv", curve_csv({name: model.curve for name, model in models.items()}))
    write_bytes(folder / "evaluation.json", json_bytes(document(evaluation)))
    pictures = _write_pictures(evaluation, source, folder)
    done = replace(evaluation, pictures=pictures)
    write_bytes(folder / "evaluation.md", page(done).encode())
    return done


def document(evaluation: Evaluation) -> dict[str, Any]:
    """``evaluation.json``."""
    models = [
        {
            "name": model.name,
            "sha256": model.rows.card.sha256,
            "threshold": model.rows.card.threshold,
            "temperature": model.rows.card.temperature,
            "candidates": model.rows.card.candidates,
            "groups": model.groups,
            "at_threshold": model.at_card,
            "curve": model.curve,
            "calibration": model.calibration,
            "guo": model.guo,
        }
        for model in evaluation.models
    ]
    first = evaluation.models[0].rows
    names = [model.name for model in evaluation.models]
    return {
        "software": {"openbac": SOFTWARE_VERSION},
        "data": first.description,
        "views": len(first.rows),
        "seen_before": evaluation.seen,
        "tolerance_mm": first.tolerance_mm,
        "models": models,
        "differences": [
            {**asdict(one), "words": in_words(one, (names[0], names[1]))} for one in evaluation.differences
        ],
        "guo_differences": evaluation.guo_differences,
        "failures": first.failures,
    }


def _write_pictures(evaluation: Evaluation, source: ViewSource, folder: Path) -> tuple[tuple[str, str], ...]:
    models = evaluation.models
    curves = {model.name: (model.curve, model.at_card) for model in models}
    drawn = [
        ("free-response.png", "free-response curve", free_response_plot(curves)),
        ("precision-recall.png", "precision over recall", precision_recall_plot(curves)),
        (
            "reliability.png",
            "reliability",
            reliability_plot({model.name: model.calibration.bins for model in models}),
        ),
    ]
    if "dice_mean" in models[0].groups[0].scores:
        drawn.append(("tags.png", "Dice by tag", tags_plot({model.name: model.groups for model in models})))
    for model in models:
        picture = gallery_picture(model.rows, source)
        if picture is not None:
            drawn.append((f"worst-{model.name}.png", f"worst views of {model.name}", encode_png(picture)))
    for name, _, content in drawn:
        write_bytes(folder / name, content)
    return tuple((name, text) for name, text, _ in drawn)
