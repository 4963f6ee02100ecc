"""SCU-Net on numpy alone gives what the other backends give, wherever neither of them is installed."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

import shared_core
from shared_core.errors import DeviceError
from shared_core.hosting import mammogram_from_array
from shared_core.inference.backends.numpy_scunet import NumpyScuNet
from shared_core.inference.engine import segment
from shared_core.inference.model import Model, choose, choose_for, load_model
from shared_core.networks.scunet_lean import fold_scunet
from shared_core.weights.registry import load_card
from tests.inference.conftest import prepared_view, texture
from tests.inference.test_backends import TOLERANCE
from tests.networks.random_scunet import random_scunet, state_of
from tests.tram_track import tram_track


def test_tiles_are_those_of_torch(random_model: Model) -> None:
    own = NumpyScuNet(random_model.net)
    tiles = np.random.default_rng(0).normal(size=(2, 64, 96)).astype(np.float32)
    wanted = random_model.backend.tile_logits(tiles)
    np.testing.assert_allclose(own.tile_logits(tiles), wanted, atol=1e-4 * np.abs(wanted).max())


@pytest.mark.parametrize("network", ["scunet", "scunet-thin"])
def test_probabilities_are_those_of_torch_within_the_stated_tolerance(
    random_model: Model, network: str
) -> None:
    from shared_core.inference.backends.torch_scunet import TorchScuNet

    net = fold_scunet(state_of(random_scunet(5, network)))
    view = prepared_view(texture((300, 280)))
    maps = [
        segment(view, dataclasses.replace(random_model, net=net, backend=backend))
        for backend in (TorchScuNet(net), NumpyScuNet(net))
    ]
    assert np.abs(maps[0].values - maps[1].values).max() < TOLERANCE
    assert maps[1].backend.name == "numpy"


def test_threads_change_no_digit(random_model: Model) -> None:
    tiles = np.random.default_rng(1).normal(size=(1, 256, 256)).astype(np.float32)
    one, four = (NumpyScuNet(random_model.net, threads=threads).tile_logits(tiles) for threads in (1, 4))
    np.testing.assert_array_equal(one, four)


def test_the_bundled_model_marks_the_same_pixels_of_a_tram_track() -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    view = mammogram_from_array(tram_track().astype(np.uint16) * 16, name="LCC", spacing_mm=(0.07, 0.07))
    masks = [
        shared_core.analyze_view(view, model=load_model(device="cpu", backend=backend)).mask
        for backend in ("openvino", "numpy")
    ]
    assert masks[0].any()
    np.testing.assert_array_equal(*masks)


def test_an_installation_without_torch_and_openvino_segments() -> None:
    program = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] in ('torch', 'openvino'): raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "hidden = ('torch', 'openvino')\n"
        "importlib.util.find_spec = lambda name, *a: None if name in hidden else found(name, *a)\n"
        "import numpy\n"
        "from shared_core.inference.model import load_model\n"
        "model = load_model()\n"
        "model.backend.tile_logits(numpy.zeros((1, 64, 64), numpy.float32))\n"
        "print(model.backend.info.name, 'torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("numpy False\n", 0), done.stderr


def test_what_numpy_cannot_do_is_said_in_a_sentence(random_model: Model) -> None:
    with pytest.raises(DeviceError, match="runs on the CPU; for cuda use the torch backend"):
        choose("cuda", "numpy")
    with pytest.raises(DeviceError, match="float32 alone, not in bfloat16"):
        load_model(device="cpu", backend="numpy", precision="bfloat16")
    plain = dataclasses.replace(load_card("openbac-1"), network="u-net")
    with pytest.raises(DeviceError, match="is no SCU-Net, so numpy alone does not run it"):
        choose_for(plain, "cpu", "numpy")
