"""A whole evaluation: real engine, resumed, cancelled, in processes, two models, all files."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

from shared_core.errors import Cancelled, UsageError
from shared_core.inference.model import Model, make_backend
from shared_core.networks.scunet_lean import fold_scunet
from shared_core.training.evaluation.model_runs import Entry, ModelRows, evaluate_models, mask_path
from shared_core.training.evaluation.model_scores import evaluate_rows
from shared_core.training.evaluation.report import write_evaluation
from shared_core.training.evaluation.row import row_document
from shared_core.weights.candidate_rule import CandidateRule
from shared_core.weights.card import TilingPreset
from tests.networks.random_scunet import random_scunet, state_of
from tests.training.evaluation.drawn import CARD, NOTHING, DrawnViews, band, view

VIEWS = DrawnViews(
    (
        view(band(300, 50, 350), patient="P1", name="LCC", tags=(("severity", "mild"),)),
        view(NOTHING, patient="P1", name="LMLO", tags=(("severity", "none"),)),
        view(band(200, 50, 350), patient="P2", name="RCC", tags=(("severity", "mild"),)),
    )
)


def lively_model(seed: int = 5, name: str = "lively") -> Model:
    """Random weights; the threshold is such that it marks some of every view."""
    card = replace(CARD, name=name, tiling=TilingPreset(128, 96, "seamless"))
    net = fold_scunet(state_of(random_scunet(seed)))
    return Model(card, net, make_backend(net, device="cpu", backend="torch"), Path("none"), 1)


@pytest.fixture(scope="module")
def model() -> Model:
    return lively_model()


def evaluated(model: Model, folder: Path, views: DrawnViews = VIEWS, **options: object) -> ModelRows:
    entry = Entry(model.card, folder, lambda: model)
    return evaluate_models([entry], views, **options)[0]  # type: ignore[arg-type]


def test_rows_and_masks_of_every_view(model: Model, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    rows = evaluated(model, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [row.identity.view_id for row in rows.rows] == ["LCC", "LMLO", "RCC"]
    for row in rows.rows:
        mask = cv2.imread(str(mask_path(tmp_path, row)), cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        assert np.count_nonzero(mask) == row.at_card.marked_px


def test_an_evaluation_that_was_stopped_goes_on_to_the_same_rows(model: Model, tmp_path: Path) -> None:
    whole = evaluated(model, tmp_path / "whole")
    seen: list[int] = []
    with pytest.raises(Cancelled):
        evaluated(
            model,
            tmp_path / "parts",
            progress=lambda done, _: seen.append(done),
            cancelled=lambda: max(seen) >= 2,
        )
    assert seen == [0, 1, 2]
    views = DrawnViews(VIEWS.views)
    parts = evaluated(model, tmp_path / "parts", views)
    assert views.loaded == [2]
    assert [row_document(row) for row in parts.rows] == [row_document(row) for row in whole.rows]


def test_another_model_or_other_views_are_refused(model: Model, tmp_path: Path) -> None:
    evaluated(model, tmp_path)
    other = replace(model, card=replace(model.card, threshold=0.6))
    with pytest.raises(UsageError, match="another model"):
        evaluated(other, tmp_path)
    with pytest.raises(UsageError, match="another data and views"):
        evaluated(model, tmp_path, DrawnViews(VIEWS.views[:2]))


def test_a_view_that_fails_is_named_and_the_others_are_scored(model: Model, tmp_path: Path) -> None:
    rows = evaluated(model, tmp_path, DrawnViews(VIEWS.views, broken=(1,)))
    assert [row.number for row in rows.rows] == [0, 2]
    assert [(failure.view_id, failure.error) for failure in rows.failures] == [
        ("LMLO", "view 1 is broken; mend it.")
    ]
    with pytest.raises(UsageError, match="No view could be scored with lively: view 0 is broken"):
        evaluate_rows([evaluated(model, tmp_path / "none", DrawnViews(VIEWS.views[:1], broken=(0,)))])


def test_processes_give_the_same_rows(model: Model, tmp_path: Path) -> None:
    here = evaluated(model, tmp_path / "here")
    entry = Entry(model.card, tmp_path / "there", lively_model)
    there = evaluate_models([entry], VIEWS, workers=2)[0]
    for one, other in zip(here.rows, there.rows, strict=True):
        assert row_document(one)["at_card"] == row_document(other)["at_card"]


def test_two_models_share_views_and_are_compared_in_all_files(model: Model, tmp_path: Path) -> None:
    strict = replace(model, card=replace(model.card, name="strict", threshold=0.9))
    entries = [Entry(m.card, tmp_path / m.card.name, lambda m=m: m) for m in (strict, model)]
    evaluation = evaluate_rows(evaluate_models(entries, VIEWS))
    write_evaluation(evaluation, VIEWS, tmp_path)
    names = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert names == {
        *("evaluation.json", "evaluation.md", "views.csv", "summary.csv", "curve.csv"),
        *("free-response.png", "precision-recall.png", "reliability.png", "tags.png"),
        *("worst-strict.png", "worst-lively.png"),
    }
    content = json.loads((tmp_path / "evaluation.json").read_bytes())
    assert [one["name"] for one in content["models"]] == ["strict", "lively"]
    assert content["views"] == 3
    difference = next(one for one in content["differences"] if one["name"] == "false_px_mean")
    assert difference["difference"]["difference"] <= 0
    with (tmp_path / "views.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [(line["model"], line["view_id"]) for line in lines][:4] == [
        ("strict", "LCC"),
        ("strict", "LMLO"),
        ("strict", "RCC"),
        ("lively", "LCC"),
    ]
    marked = {(line["model"], line["view_id"]): int(line["marked_px"]) for line in lines}
    assert marked["strict", "LCC"] < marked["lively", "LCC"]
    page = (tmp_path / "evaluation.md").read_text(encoding="utf-8")
    assert "# strict and lively" in page
    assert "paired bootstrap" in page
    assert "| severity | mild | 2 | 2 |" in page
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    write_evaluation(evaluate_rows(evaluate_models(entries, VIEWS)), VIEWS, tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}


def test_two_models_of_one_name_are_refused(model: Model, tmp_path: Path) -> None:
    rows = evaluated(model, tmp_path)
    with pytest.raises(UsageError, match="one name"):
        evaluate_rows([rows, rows])


def test_cards_that_differ_in_threshold_and_rule_only_share_the_probabilities(
    model: Model, tmp_path: Path
) -> None:
    ruled = replace(
        model.card, name="ruled", threshold=0.7, candidates=CandidateRule(least_length_mm=5, gap_mm=5)
    )
    # Other weights would show in the counts, were they asked.
    entries = [
        Entry(model.card, tmp_path / "plain", lambda: model),
        Entry(ruled, tmp_path / "ruled", lambda: lively_model(6)),
    ]
    plain, other = evaluate_models(entries, VIEWS, thresholds=(0.5, 0.9))
    for one, two in zip(plain.rows, other.rows, strict=True):
        assert np.array_equal(one.probabilities.all, two.probabilities.all)
        assert one.at_card.marked_px >= two.at_card.marked_px
        assert [point.threshold for point in two.sweep] == [0.5, 0.9]
