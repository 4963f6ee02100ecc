"""Networks without gates: what is wrong with one is told once, before any image."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.errors import DeviceError, ModelError
from shared_core.exporting.png import encode_png
from shared_core.inference.engine import segment
from shared_core.inference.model import load_model
from shared_core.inference.resampling import to_model_view
from shared_core.networks.options import NetworkOptions
from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.card_json import CARD_FILE, WEIGHTS_FILE, card_json
from shared_core.weights.registry import load_card
from shared_core.weights.safetensors import safetensors_bytes

torch = pytest.importorskip("torch", reason="torch is not installed")

from shared_core.networks.building import build  # noqa: E402  (needs torch)
from shared_core.training.network import arrays_of  # noqa: E402  (needs torch)
from tests.inference.conftest import prepared_view, texture  # noqa: E402

ONE_CHANNEL = NetworkOptions(1)


def card_for(weights: bytes, **changes: Any) -> ModelCard:
    settled = {
        "name": "own",
        "network": "fpenet",
        "network_options": ONE_CHANNEL,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "size_bytes": len(weights),
        "tiling": TilingPreset(64, 48, "weighted"),
    }
    return replace(load_card("scunet-emory-2021"), **{**settled, **changes})


def written(folder: Path, arrays: dict[str, np.ndarray], **changes: Any) -> Path:
    weights = safetensors_bytes(arrays)
    (folder / WEIGHTS_FILE).write_bytes(weights)
    (folder / CARD_FILE).write_bytes(card_json(card_for(weights, **changes), "own"))
    return folder / CARD_FILE


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    torch.manual_seed(4)
    return arrays_of(build("fpenet", ONE_CHANNEL).state_dict())


def test_overlaps_are_blended_and_the_whole_valid_area_is_answered(
    tmp_path: Path, arrays: dict[str, np.ndarray]
) -> None:
    model = load_model(written(tmp_path, arrays), backend="torch", device="cpu")
    image = texture((150, 210))
    result = segment(prepared_view(image), model)
    assert result.values.shape == image.shape
    assert (result.values > 0).all()
    jumps = np.abs(np.diff(result.values, axis=1)).max(axis=0)
    assert jumps[47] < 5 * np.median(jumps), "a seam at the border of the first tile"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network": "fpnet"}, "there is no network 'fpnet' in this version: did you mean 'fpenet'"),
        ({"network_options": {"channels": 2}}, "network_options.channels must be 1 or 3, not 2"),
        ({"network_options": {"chanels": 1}}, "unknown field 'network_options.chanels'"),
        ({"network_options": {"width": 8}}, "network fpenet has no option 'width'"),
        ({"tiling": {"tile_px": 68, "stride_px": 48, "stitching": "weighted"}}, "must be a multiple of 8"),
        ({"tiling": {"tile_px": 64, "stride_px": 48}}, "cannot be seamless with network fpenet"),
        ({"graph": {"file": "../x", "sha256": "0" * 64, "size_bytes": 1}}, "graph.file must be the name"),
        ({"graph": {"file": "g.safetensors", "sha256": "0", "size_bytes": 1}}, "graph.sha256 must be 64"),
        ({"network": "imported"}, "graph must say what the imported network gives"),
    ],
)
def test_unfit_card_fails_a_batch_of_images_once_and_before_it_begins(
    changes: dict[str, Any],
    message: str,
    tmp_path: Path,
    arrays: dict[str, np.ndarray],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = written(tmp_path, arrays)
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
    refused(path, tmp_path, message, capsys)


def refused(card: Path, folder: Path, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``bac analyze`` of two images says one sentence and leaves nothing behind."""
    images = folder / "images"
    images.mkdir()
    for name in ("a_LCC.png", "a_RCC.png"):
        (images / name).write_bytes(encode_png(texture((150, 120))))
    out = folder / "results"
    try:
        code = main(["analyze", str(images), "-o", str(out), "--model", str(card), "--quiet"])
    except SystemExit as stop:  # wrong usage, told with the usage
        code = stop.code  # type: ignore[assignment]
    assert code
    said = [line for line in capsys.readouterr().err.splitlines() if card.name in line or message in line]
    assert len(said) == 1
    assert message in said[0]
    assert not out.exists() or not list(out.iterdir())


def test_network_that_gives_no_numbers_is_refused_before_a_batch(
    tmp_path: Path, arrays: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    arrays["head.weight"] = np.full_like(arrays["head.weight"], 3e38)
    card = written(tmp_path, arrays)
    refused(card, tmp_path, "gives numbers that are not finite", capsys)


def test_weights_of_another_network_are_refused_before_a_batch(
    tmp_path: Path, arrays: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    card = written(tmp_path, arrays, network="dabnet")
    refused(card, tmp_path, "weights are not those of network dabnet", capsys)


def test_tile_larger_than_memory_is_refused_without_being_made(
    tmp_path: Path, arrays: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    card = written(tmp_path, arrays, tiling=TilingPreset(4_000_000, 4_000_000, "weighted"))
    refused(card, tmp_path, "does not fit in memory", capsys)


def test_model_without_a_graph_runs_with_torch_alone(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    card = written(tmp_path, arrays)
    assert load_model(card, device="cpu").backend.info.name == "torch"
    with pytest.raises(DeviceError, match="saved without a graph"):
        load_model(card, device="cpu", backend="openvino")


def test_unknown_network_of_a_card_in_memory_is_refused(
    arrays: dict[str, np.ndarray], tmp_path: Path
) -> None:
    written(tmp_path, arrays)
    weights = (tmp_path / WEIGHTS_FILE).read_bytes()
    with pytest.raises(ModelError, match="There is no network 'other'"):
        load_model(card_for(weights, network="other"), weights_dir=tmp_path, backend="torch")


def test_network_with_a_filter_of_its_own_sees_the_image_without_that_of_the_preparation(
    tmp_path: Path, arrays: dict[str, np.ndarray]
) -> None:
    image = texture((128, 128))
    filtered = cv2.medianBlur(image, 5)
    view = replace(prepared_view(filtered), display_u8=image)
    plain = load_model(written(tmp_path, arrays), backend="torch", device="cpu")
    for side, wanted in ((None, filtered), (0, image), (3, cv2.medianBlur(image, 3))):
        seen = to_model_view(view, replace(plain.card, input_median_px=side))
        np.testing.assert_array_equal(seen.image_u8, wanted)
