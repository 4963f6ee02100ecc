"""The published preset gives what the published code gives on real mammograms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from shared_core import Model, analyze_view, load_model

IMAGES = (
    "cbis-ddsm-P_00646-LCC.png",
    "monai-density-A1.jpg",
    "monai-density-A2.jpg",
    "monai-density-A4.jpg",
    "monai-density-B1.jpg",
    "monai-density-C3.jpg",
    "monai-density-D2.jpg",
    "monai-density-D4.jpg",
)


@pytest.fixture(scope="module")
def published() -> Model:
    return load_model("scunet-emory-2021-published", device="cpu")


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> dict[str, dict[str, float]]:
    document: dict[str, dict[str, float]] = json.loads(
        (shared_dir / "golden" / "published-scunet-metrics.json").read_text(encoding="utf-8")
    )
    return document


@pytest.mark.parametrize("name", IMAGES)
def test_published_preset_reproduces_the_published_metrics(
    name: str, real_mammograms: Path, published: Model, golden: dict[str, dict[str, float]]
) -> None:
    result = analyze_view(real_mammograms / name, model=published)
    wanted, got = golden[name], result.measurement
    exact = name.endswith(".png")

    def close(value: float, reference: float) -> bool:
        """Counts: exact on the PNG; on a JPEG another decoder may differ by a grey level."""
        return value == reference if exact else abs(value - reference) <= max(0.005 * reference, 5)

    assert result.probability.tiles == wanted["tiles"]
    assert close(got.breast_area_px, wanted["breast_area_px"])
    assert close(got.am_px, wanted["AM"])
    assert close(got.tam_px, wanted["TAM100"])
    assert (
        got.sim == wanted["SIM"]
        if exact
        else abs(got.sim - wanted["SIM"]) <= max(0.005 * wanted["SIM"], 1000)
    )
    assert (
        got.tsim == wanted["TSIM100"]
        if exact
        else abs(got.tsim - wanted["TSIM100"]) <= max(0.005 * wanted["TSIM100"], 1000)
    )
    assert got.pm == pytest.approx(wanted["PM"], rel=1e-5 if exact else 5e-3)
    assert float(result.probability.values.max()) == pytest.approx(
        wanted["p_max"], abs=1e-4 if exact else 5e-3
    )


@pytest.mark.parametrize("backend", ["torch", "openvino", "numpy"])
def test_probability_is_the_published_one_on_every_backend(
    backend: str, shared_dir: Path, real_mammograms: Path
) -> None:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    model = load_model(
        "scunet-emory-2021-published",
        device="cpu",
        backend=backend,  # type: ignore[arg-type]
    )
    name = "cbis-ddsm-P_00646-LCC"
    values = analyze_view(real_mammograms / f"{name}.png", model=model).probability.values
    wanted = np.load(shared_dir / "golden" / f"{name}.probability.npz")["p"] / 65535
    assert np.abs(values - wanted).max() < 1e-4
