"""The backends give the same answers, and say what they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import DeviceError
from shared_core.inference.backends.torch_scunet import TorchScuNet
from shared_core.inference.engine import segment, segment_steps
from shared_core.inference.gpu_driver import may_have_gpu
from shared_core.inference.model import Model, choose, gpu, make_backend
from shared_core.networks.scunet_lean import fold_scunet
from tests.inference.conftest import prepared_view, texture
from tests.no_network import asked, without_network

TOLERANCE = 1e-4
"""Largest difference of probability between backends in float32 (stated in docs/methods.md)."""


def test_openvino_agrees_with_torch_within_the_stated_tolerance(random_model: Model) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    import dataclasses

    light = dataclasses.replace(
        random_model, backend=make_backend(random_model.net, device="cpu", backend="openvino")
    )
    view = prepared_view(texture((300, 280)))
    torch_map, light_map = segment(view, random_model), segment(view, light)
    assert np.abs(torch_map.values - light_map.values).max() < TOLERANCE
    assert (torch_map.backend.name, light_map.backend.name) == ("torch", "openvino")


def test_thin_network_gives_the_same_on_both_backends_wherever_its_blocks_lie(random_model: Model) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    import dataclasses

    from tests.networks.random_scunet import random_scunet, state_of

    net = fold_scunet(state_of(random_scunet(5, "scunet-thin")))
    torch_model, light = (
        dataclasses.replace(random_model, net=net, backend=make_backend(net, device="cpu", backend=name))
        for name in ("torch", "openvino")
    )
    view = prepared_view(texture((300, 280)))
    torch_map, light_map = segment(view, torch_model), segment(view, light)
    *_, moved = segment_steps(view, light, origin_px=(40, 72))
    assert np.abs(torch_map.values - light_map.values).max() < TOLERANCE
    assert moved.result is not None
    assert np.abs(moved.result.values - light_map.values).max() < TOLERANCE


def test_openvino_tiles_agree_with_torch(random_model: Model) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    light = make_backend(random_model.net, device="cpu", backend="openvino")
    tiles = np.random.default_rng(0).normal(size=(2, 64, 96)).astype(np.float32)
    wanted = random_model.backend.tile_logits(tiles)
    np.testing.assert_allclose(light.tile_logits(tiles), wanted, atol=1e-4 * np.abs(wanted).max())


def test_half_precision_is_recorded_and_close(random_model: Model) -> None:
    half = TorchScuNet(random_model.net, precision="bfloat16")
    tiles = np.random.default_rng(0).normal(size=(1, 64, 64)).astype(np.float32)
    wanted = random_model.backend.tile_logits(tiles)
    assert half.info.precision == "bfloat16"
    assert np.abs(half.tile_logits(tiles) - wanted).max() < 0.1 * np.abs(wanted).max()


def test_gpu_that_is_not_there_is_a_clear_error() -> None:
    if gpu() == "cuda":
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(DeviceError, match="no usable cuda device"):
        choose("cuda", "auto")


def test_without_the_driver_of_a_gpu_torch_is_not_loaded_to_look_for_one() -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    if may_have_gpu():
        pytest.skip("this machine has a driver for GPUs")
    program = (
        "import sys; from shared_core.inference.model import choose; "
        "print(*choose('auto', 'auto'), 'torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["cpu", "openvino", "False"]


def test_a_gpu_is_never_there_without_its_driver() -> None:
    torch = pytest.importorskip("torch")
    assert may_have_gpu() or not (torch.cuda.is_available() or torch.backends.mps.is_available())


def test_openvino_on_a_gpu_is_refused() -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    with pytest.raises(DeviceError, match="runs on the CPU"):
        choose("cuda", "openvino")


@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_float16_on_the_cpu_is_refused(random_model: Model, backend: str) -> None:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    with pytest.raises(DeviceError, match="float16 is for GPUs"):
        make_backend(random_model.net, device="cpu", backend=backend, precision="float16")  # type: ignore[arg-type]


def test_cpu_prefers_the_light_backend_where_installed() -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    assert choose("cpu", "auto") == ("cpu", "openvino")
    assert choose("cpu", "torch") == ("cpu", "torch")


def test_importing_the_openvino_backend_tells_nobody(tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    answer = subprocess.run(
        [sys.executable, "-c", "import shared_core.inference.backends.openvino_scunet"],
        env=without_network(tmp_path) | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert asked(tmp_path) == ""
