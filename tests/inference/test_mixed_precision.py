"""Mixed precision: the decoder in bfloat16, all before it in float32."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.errors import DeviceError
from shared_core.inference.backends import openvino_options
from shared_core.inference.model import Model, choose, load_model
from shared_core.pipeline import analyze_view
from tests.tram_track import write_tram_track

pytest.importorskip("openvino", reason="OpenVINO is not installed")
needs_bfloat16 = pytest.mark.skipif(
    not openvino_options.has_bfloat16(), reason="this processor does not compute in bfloat16"
)


def models(name: str = "openbac-1") -> tuple[Model, Model]:
    whole, mixed = (
        load_model(name, device="cpu", backend="openvino", precision=precision)
        for precision in ("float32", "mixed")
    )
    return whole, mixed


@needs_bfloat16
def test_mask_and_probabilities_of_a_film_stay_within_what_is_promised(real_mammograms: Path) -> None:
    whole, mixed = (
        analyze_view(real_mammograms / "cbis-ddsm-P_00646-LCC.png", model=model) for model in models()
    )
    difference = np.abs(whole.probability.values - mixed.probability.values)
    assert 0 < difference.max() <= 0.015
    both = np.count_nonzero(whole.mask & mixed.mask)
    assert 2 * both / (np.count_nonzero(whole.mask) + np.count_nonzero(mixed.mask)) >= 0.998
    assert np.count_nonzero(whole.mask) > 10_000


@needs_bfloat16
def test_what_the_gates_are_made_of_is_the_same_to_the_last_bit() -> None:
    whole, mixed = (model.backend for model in models())
    image = np.random.default_rng(0).normal(size=(1, 128, 128)).astype(np.float32)
    features_2 = whole.encode(image)
    np.testing.assert_array_equal(mixed.encode(image), features_2)
    features_3 = whole.deepen(image, features_2)
    np.testing.assert_array_equal(mixed.deepen(image, features_2), features_3)
    assert np.any(mixed.decode(image, features_2, features_3) != whole.decode(image, features_2, features_3))


@needs_bfloat16
def test_it_is_recorded_with_the_results(tmp_path: Path) -> None:
    image = write_tram_track(tmp_path / "image.png")
    assert main(["analyze", str(image), "-o", str(tmp_path / "out"), "--precision", "mixed", "-q"]) == 0
    (row,) = csv.DictReader((tmp_path / "out" / "views.csv").read_text("utf-8").splitlines())
    assert row["precision"] == "mixed"


def test_a_processor_without_bfloat16_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_options, "has_bfloat16", lambda: False)
    with pytest.raises(DeviceError, match="does not compute in bfloat16"):
        choose("cpu", "auto", "mixed")


def test_a_backend_that_does_not_compute_so_is_refused() -> None:
    with pytest.raises(DeviceError, match="OpenVINO alone"):
        choose("cpu", "numpy", "mixed")


def test_a_model_whose_decoder_is_not_apart_is_refused() -> None:
    with pytest.raises(DeviceError, match="no mixed precision"):
        load_model("scunet-emory-2021-published", device="cpu", backend="openvino", precision="mixed")
