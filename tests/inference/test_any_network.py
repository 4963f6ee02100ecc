"""Every network: trained a few steps, saved, and run on a real image by bac analyze, with and without torch.

Both must agree within `TOLERANCE` of probability; masks may differ where a probability lies that near to the
threshold.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.exporting.png import encode_png
from shared_core.networks.table import NETWORKS, network_named
from shared_core.weights.registry import load_card

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("openvino", reason="OpenVINO is not installed")

from shared_core.networks.options import NetworkOptions  # noqa: E402
from shared_core.training.card_making import Origin, write_model  # noqa: E402
from shared_core.training.computing_device import Machine  # noqa: E402
from shared_core.training.fit import Fitted  # noqa: E402
from shared_core.training.network import arrays_of, make_network  # noqa: E402
from shared_core.training.plan import Plan  # noqa: E402
from shared_core.training.training_step import Stepper  # noqa: E402
from tests.training.drawn import DrawnViews, drawn_patches, drawn_recipe  # noqa: E402

TOLERANCE = 1e-4
JUMPS = {"segnet": 1e-2}
"""SegNet puts a value back where the largest of four was: that jumps where two are equal but for rounding."""
SIDE, LONG_SIDE_PX = 64, 150
STEPS = 2


def trained_card(folder: Path, name: str, channels: int) -> Path:
    """A model of a few steps on drawn bands, written as training writes one."""
    recipe = drawn_recipe(1)
    recipe = replace(
        recipe,
        network=name,  # type: ignore[arg-type]
        network_options=NetworkOptions(channels),  # type: ignore[arg-type]
        patches=replace(recipe.patches, tile_px=SIDE, crop_px=0),
    )
    stepper = Stepper(make_network(recipe, seed=1), recipe, Machine())
    stepper.train_mode()
    patches = drawn_patches(2 * STEPS, seed=3, side=SIDE)
    for step in range(STEPS):
        pair = slice(2 * step, 2 * step + 2)
        stepper.step(patches.images_u8[pair], patches.labels[pair], learning_rate=1e-3)
    fitted = Fitted(arrays_of(stepper.weights()), 0.5, 1, {}, (), {})
    plan = Plan(recipe=recipe, source=DrawnViews(2, 0), output_dir=folder, name=f"{name}-test")
    write_model(folder, fitted, plan, Origin("A few steps", "drawn bands"))
    return folder / "model.json"


@pytest.fixture(scope="session")
def small_film(film_or_drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real digitised mammogram made small, a drawn view where it is not there."""
    image = cv2.imread(str(film_or_drawn), cv2.IMREAD_GRAYSCALE)
    scale = LONG_SIDE_PX / max(image.shape)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    path = tmp_path_factory.mktemp("film") / "film_LCC.png"
    path.write_bytes(encode_png(np.asarray(small, np.uint8)))
    return path


def analysed(image: Path, card: Path, folder: Path, backend: str) -> tuple[np.ndarray, str]:
    """The probability map that ``bac analyze`` writes, as 16-bit numbers, and what ran."""
    code = main(
        [
            *("analyze", str(image), "-o", str(folder), "--model", str(card), "--backend", backend),
            *("--device", "cpu", "--probability", "--quiet", "--no-pictures"),
        ]
    )
    assert code == 0
    (record,) = (path for path in folder.rglob("*.json") if path.parent != folder)
    (written,) = folder.rglob("*probability*.png")
    ran = json.loads(record.read_text(encoding="utf-8"))["model"]["backend"]
    return cv2.imread(str(written), cv2.IMREAD_UNCHANGED), ran


@pytest.mark.parametrize("name", NETWORKS)
def test_trained_network_gives_the_same_map_with_and_without_torch(
    name: str, small_film: Path, tmp_path: Path
) -> None:
    channels = network_named(name).sizes[-1].channels
    card = trained_card(tmp_path / "model", name, channels)
    assert load_card(card).network_options.channels == channels
    maps = {}
    for backend in ("torch", "openvino"):
        maps[backend], ran = analysed(small_film, card, tmp_path / backend, backend)
        assert ran.startswith(backend)
    first, second = (values.astype(np.int64) for values in maps.values())
    assert first.std() > 0
    difference = np.abs(first - second)
    tolerance = JUMPS.get(name, TOLERANCE)
    assert difference.max() <= tolerance * 65535 + 1
    assert np.mean(difference > TOLERANCE * 65535 + 1) < 0.01
