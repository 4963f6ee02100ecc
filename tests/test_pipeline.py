"""The one path: default processing on real images, exams, failures, provenance."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core import (
    Cancelled,
    Model,
    OpenBacError,
    ViewResult,
    analyze_exam,
    analyze_view,
    load_model,
    mask_from_probability,
    measure_view,
    prepare,
    read_mammogram,
    segment,
    segment_steps,
)
from shared_core.errors import ModelError, UsageError
from shared_core.pipeline import DEFAULT_SETTINGS
from shared_core.weights.location import require_weights
from shared_core.weights.registry import load_card
from tests.told import codes

FILM = "cbis-ddsm-P_00646-LCC.png"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("scunet-emory-2021", device="cpu")


@pytest.fixture(scope="module")
def whole(view_with_bac: Path, model: Model) -> ViewResult:
    """The film, then a drawn view, analysed by default."""
    return analyze_view(view_with_bac, model=model)


def _dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_default_finds_the_calcified_artery_and_nothing_on_label_border_or_disc(
    real_mammograms: Path, model: Model
) -> None:
    mask = analyze_view(real_mammograms / FILM, model=model).mask
    # Places read off the picture: points on the tram track, the marker disc, the label, the image rim.
    for row, column in ((1057, 850), (1043, 960), (1000, 1040), (1155, 450), (1090, 600)):
        assert mask[row - 15 : row + 16, column - 15 : column + 16].any(), (row, column)
    assert not mask[1308 - 40 : 1308 + 40, 567 - 40 : 567 + 40].any()
    assert not mask[:120, :160].any()
    assert not mask[:20].any()
    assert not mask[-20:].any()
    assert 15_000 < mask.sum() < 26_000


def test_moving_the_grid_changes_the_default_mask_by_less_than_a_hundredth(
    real_mammograms: Path, model: Model
) -> None:
    prepared = prepare(read_mammogram(real_mammograms / FILM), model.card.preprocessing)
    masks = []
    for origin in ((0, 0), (200, 200)):
        *_, last = segment_steps(prepared, model, origin_px=origin)
        assert last.result is not None
        masks.append(mask_from_probability(last.result.values, 0.5))
    assert _dice(*masks) > 0.985


def test_steps_one_by_one_give_the_same_as_one_call(
    view_with_bac: Path, model: Model, whole: ViewResult
) -> None:
    prepared = prepare(read_mammogram(view_with_bac), model.card.preprocessing)
    probability = segment(prepared, model)
    mask = mask_from_probability(probability.values, model.card.threshold)
    measurement = measure_view(
        prepared,
        mask,
        probability.values,
        mask_style=model.card.mask_style,
        settings=DEFAULT_SETTINGS,
    )
    np.testing.assert_array_equal(mask, whole.mask)
    assert measurement == whole.measurement


def test_every_result_says_how_it_was_made(view_with_bac: Path, model: Model) -> None:
    result = analyze_view(view_with_bac, model=model, threshold=0.7)
    assert result.provenance["model_name"] == "scunet-emory-2021"
    assert result.provenance["model_sha256"] == model.card.sha256
    assert result.provenance["threshold"] == 0.7
    assert result.provenance["spacing_source"] is None
    assert "model-spacing-assumed" in codes(result.notices)
    assert result.measurement.bac_area_mm2 is None
    assert result.measurement.am_px == int((result.probability.values > 0.7).sum())


def test_spacing_of_the_user_gives_areas_in_mm2_and_the_models_scale(
    view_with_bac: Path, model: Model
) -> None:
    result = analyze_view(view_with_bac, model=model, spacing_mm=0.13)
    assert result.provenance["spacing_source"] == "given by the user"
    assert result.provenance["resampled"] is True
    assert result.measurement.bac_area_mm2 == pytest.approx(result.measurement.am_px * 0.13**2)


def test_exam_of_four_films_is_measured_with_the_border_findings_gone(
    cbis_dicoms: Path, model: Model
) -> None:
    result = analyze_exam(cbis_dicoms / "sfm-malign-0", model=model)
    assert sorted(view.header.view_label for view in result.views) == ["LCC", "LMLO", "RCC", "RMLO"]
    assert not result.failures
    assert result.measurement.missing_views == ()
    # The published processing marks 22,240 and 28,710 px of film border on two of these views.
    assert max(view.measurement.am_px for view in result.views) < 2_000


def test_view_that_fails_does_not_stop_the_exam(cbis_dicoms: Path, tmp_path: Path, model: Model) -> None:
    source = sorted((cbis_dicoms / "sfm-benign-0").glob("*.dcm"))
    for file in source[:2]:
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / source[2].name).write_bytes(source[2].read_bytes()[:100_000])
    result = analyze_exam(tmp_path, model=model)
    assert len(result.views) == 2
    assert len(result.failures) == 1
    assert source[2].name in result.failures[0].error


def test_two_exams_are_not_one(cbis_dicoms: Path, model: Model) -> None:
    with pytest.raises(UsageError, match="2 exams"):
        analyze_exam(cbis_dicoms, model=model)


def test_cancelling_leaves_at_once(view_with_bac: Path, model: Model) -> None:
    with pytest.raises(Cancelled):
        analyze_view(view_with_bac, model=model, cancelled=lambda: True)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, 7.0])
def test_impossible_threshold_is_refused(view_with_bac: Path, model: Model, threshold: float) -> None:
    with pytest.raises(OpenBacError, match="between 0 and 1"):
        analyze_view(view_with_bac, model=model, threshold=threshold)


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    card = load_card("scunet-emory-2021")
    content = bytearray(require_weights(card).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / card.weights_file).write_bytes(content)
    own = replace(card, name="mine", sha256="0" * 64)
    with pytest.raises(ModelError, match="sha256"):
        load_model(own, weights_dir=tmp_path)
    (tmp_path / card.weights_file).write_bytes(content[:1000])
    own = replace(own, sha256=hashlib.sha256(content[:1000]).hexdigest())
    with pytest.raises(ModelError, match="truncated"):
        load_model(own, weights_dir=tmp_path)


def test_whole_path_works_where_torch_is_not_installed(view_with_bac: Path, whole: ViewResult) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from importlib import util; find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest)\n"
        "from pathlib import Path\n"
        "from shared_core import analyze_view, load_model\n"
        f"model = load_model('scunet-emory-2021')\n"
        f"result = analyze_view({str(view_with_bac)!r}, model=model)\n"
        "print(result.provenance['backend'].split()[0], result.measurement.am_px)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    backend, am_px = answer.stdout.split()
    assert backend == "openvino"
    assert int(am_px) == pytest.approx(whole.measurement.am_px, abs=3)
