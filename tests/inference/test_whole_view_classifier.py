"""A classifier of whole views: probability, heat map on the view, and what must not be said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.cohort.reviewed_view import recorded_view
from shared_core.errors import ModelError
from shared_core.exporting.mask_files import read_mask
from shared_core.inference.engine import segment
from shared_core.inference.model import load_model
from shared_core.inference.whole_view import on_rectangle
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.networks.options import NetworkOptions
from shared_core.pipeline import analyze_view
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.working_copy import ContentBox
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.reading.reader import read_mammogram
from shared_core.records.results_folder import read_results
from shared_core.records.view_and_exam import view_record
from shared_core.weights.card import TilingPreset
from shared_core.weights.heat_map_rule import HeatMapRule
from tests.tram_track import SHAPE, write_tram_track

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("openvino", reason="OpenVINO is not installed")

from tests.tiny_classifier import RULE, write_classifier

SURE = 9.0
"""Logit that makes every view positive."""


@pytest.fixture(scope="module")
def positive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classifier(tmp_path_factory.mktemp("positive"), logit=SURE)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tram_track(tmp_path_factory.mktemp("view") / "LCC.png")


def test_torch_and_openvino_give_the_same_probability_map_and_mask(positive: Path, view: Path) -> None:
    found = [
        analyze_view(view, model=load_model(positive, backend=backend, device="cpu"))
        for backend in ("torch", "openvino")
    ]
    probabilities = [result.probability.image_probability for result in found]
    assert probabilities[0] == pytest.approx(probabilities[1], abs=1e-6)
    np.testing.assert_allclose(*(result.probability.values for result in found), atol=1e-4)
    assert np.mean(found[0].mask != found[1].mask) < 1e-4
    assert found[0].mask.any()


def test_a_positive_view_has_a_mask_a_notice_and_neither_area_nor_grades(positive: Path, view: Path) -> None:
    result = analyze_view(view, model=load_model(positive), spacing_mm=0.1)
    values, measured = result.probability.values, result.measurement
    assert values.shape == SHAPE
    assert values.min() >= 0
    assert 0.9 < values.max() <= 1
    np.testing.assert_array_equal(result.mask, values > 0.3)
    assert not result.mask[~result.prepared.valid_mask].any()
    assert measured.bac_probability == result.probability.image_probability
    assert measured.bac_probability is not None
    assert measured.bac_probability > 0.9
    assert measured.am_px == np.count_nonzero(result.mask)
    assert measured.heat_map
    of_calcium = (measured.bac_area_mm2, measured.bac_percent_of_breast, measured.tam_per_breast_area)
    assert of_calcium == (None,) * 3
    assert (measured.pm, measured.area_grade, measured.csbi_grade, measured.vessels_count) == (None,) * 4
    assert "heat-map" in [notice.code for notice in result.notices]
    assert result.provenance["heat_map"] == {"rows": 96, "columns": 48, "positive_from": 0.5}
    assert result.provenance["resampled"] is True


def test_a_negative_view_has_a_probability_and_nothing_marked(tmp_path: Path, view: Path) -> None:
    result = analyze_view(view, model=load_model(write_classifier(tmp_path, logit=-SURE)))
    measured = result.measurement
    assert measured.bac_probability is not None
    assert measured.bac_probability < 0.1
    assert not result.mask.any()
    assert not result.probability.values.any()
    assert measured.am_px == 0
    assert "heat-map" not in [notice.code for notice in result.notices]


def test_the_threshold_moves_the_mask_and_not_the_probability(positive: Path, view: Path) -> None:
    model = load_model(positive)
    wide, narrow = (analyze_view(view, model=model, threshold=cut) for cut in (0.2, 0.7))
    assert narrow.mask.sum() < wide.mask.sum()
    assert not (narrow.mask & ~wide.mask).any()
    assert narrow.measurement.bac_probability == wide.measurement.bac_probability


def test_nothing_outside_of_the_breast_changes_the_answer(positive: Path, view: Path) -> None:
    model = load_model(positive)
    prepared = prepare(read_mammogram(view), model.card.preprocessing)
    known = segment(prepared, model)
    prepared.display_u8[~prepared.breast_mask] = 255
    np.testing.assert_array_equal(segment(prepared, model).values, known.values)


def test_the_spacing_of_the_picture_is_told_for_rows_and_columns(positive: Path, view: Path) -> None:
    mammogram = read_mammogram(view, spacing_mm=(0.1, 0.2))
    assert mammogram.spacing == PixelSpacing(0.1, 0.2, SpacingSource.USER)
    model = load_model(positive)
    prepared = prepare(mammogram, model.card.preprocessing)
    found = segment(prepared, model)
    rows, columns = np.ptp(np.argwhere(prepared.breast_mask), axis=0) + 1
    assert found.model_spacing_mm is not None
    # Otsu's rectangle lies within that of the breast.
    assert found.model_spacing_mm[0] == pytest.approx(0.1 * rows / RULE.rows, rel=0.05)
    assert found.model_spacing_mm[1] == pytest.approx(0.2 * columns / RULE.columns, rel=0.05)


def test_the_command_line_writes_the_same_and_a_heat_map(positive: Path, view: Path, tmp_path: Path) -> None:
    known = analyze_view(view, model=str(positive))
    out = tmp_path / "results"
    arguments = ["analyze", str(view), "-o", str(out), "--model", str(positive), "-q", "--probability"]
    assert main(arguments) == 0
    (mask,) = out.rglob("*_mask.png")
    np.testing.assert_array_equal(read_mask(mask, known.mask.shape), known.mask)
    (row,) = read_results(out).views
    assert row["bac_probability"] == pytest.approx(known.measurement.bac_probability)
    assert row["mask_style"] == "heat-map"
    assert "heat-map" in str(row["notice_codes"])
    assert len(list(out.rglob("*probability*"))) == 1


def test_a_recorded_view_says_the_same_until_a_person_edits_it(positive: Path, view: Path) -> None:
    result = analyze_view(view, model=str(positive))
    record = view_record(
        result.header,
        result.prepared,
        result.measurement,
        provenance=result.provenance,
        notices=result.notices,
    )
    settings = MeasurementSettings()
    same = recorded_view(
        result.prepared, result.mask, record, began_as=result.mask, settings=settings, card=None
    )
    assert same.measurement == replace(result.measurement, parts_px=())
    assert "heat-map" in [notice.code for notice in same.notices]
    changed = result.mask.copy()
    changed[:, :200] = False
    edited = recorded_view(result.prepared, changed, record, began_as=result.mask, settings=settings)
    assert "heat-map" not in [notice.code for notice in edited.notices]
    assert edited.measurement is not None
    assert edited.measurement.bac_probability is None
    assert edited.measurement.area_grade is None


def test_a_map_is_scaled_to_one_and_a_flat_one_is_nothing() -> None:
    heat = np.zeros((6, 3), np.float32)
    heat[2, 1] = 7.5
    placed = on_rectangle(heat + 2, ContentBox(0, 600, 0, 300))
    assert placed.shape == (600, 300)
    assert placed.max() == pytest.approx(1, abs=0.01)
    assert placed[:100].max() == 0
    peak = np.unravel_index(placed.argmax(), placed.shape)
    assert abs(peak[0] - 250) <= 1
    assert abs(peak[1] - 150) <= 1
    assert not on_rectangle(np.full((6, 3), 4.0, np.float32), ContentBox(0, 9, 0, 9)).any()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heat_map": HeatMapRule(100, 48)}, "heat_map.rows and heat_map.columns must be multiples of 16"),
        ({"heat_map": HeatMapRule(96, 48, 1.0)}, "heat_map.positive_from must lie between 0 and 1"),
        ({"heat_map": None}, "mask_style must be heat-map with a heat_map"),
        ({"mask_style": "calcium"}, "mask_style must be heat-map with a heat_map"),
        ({"network": "unet"}, "no network for whole views 'unet'"),
        ({"network_options": NetworkOptions(backbone="resnet18")}, "has no option 'backbone'"),
        ({"output": "raw"}, "heat_map is for models with logits"),
    ],
)
def test_a_card_that_cannot_keep_its_word_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        write_classifier(tmp_path, **changes)


def test_a_card_of_another_size_than_its_graph_is_refused(tmp_path: Path) -> None:
    card = write_classifier(tmp_path, heat_map=HeatMapRule(48, 96), tiling=TilingPreset())
    with pytest.raises(ModelError, match="for pictures of 48 x 96 px"):
        load_model(card, backend="openvino")


def test_the_command_line_says_its_probability_and_no_area(
    view: Path, positive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["analyze", str(view), "-o", str(tmp_path / "out"), "--model", str(positive), "--no-pictures"]
    assert main([*arguments, "--workers", "0"]) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("[1/1]")]
    assert line == f"[1/1] {view.name}: Probability of BAC 1.00"
