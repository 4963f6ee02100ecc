"""What happens when the device is full."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from shared_core.errors import DeviceError
from shared_core.inference.backends.interface import GatedBackend, OutOfDeviceMemory
from shared_core.inference.backends.torch_scunet import TorchScuNet
from shared_core.inference.model import Model
from shared_core.inference.runner import Runner
from tests.told import codes

Array = NDArray[np.float32]


class SmallDevice(TorchScuNet):
    """The real network on a device with room for so many tiles."""

    room = 2

    def tile_logits(self, tiles: Array) -> Array:
        if len(tiles) > self.room:
            raise OutOfDeviceMemory("full")
        return super().tile_logits(tiles)


class NoRoom(SmallDevice):
    """Not even one tile fits."""

    room = 0


def _tiles(count: int) -> Array:
    return np.random.default_rng(0).normal(size=(count, 64, 64)).astype(np.float32)


def test_full_device_halves_the_batch_and_says_so(random_model: Model) -> None:
    runner = Runner(SmallDevice(random_model.net), batch_size=8)
    answers = runner.tile_logits(_tiles(7))
    np.testing.assert_allclose(answers, random_model.backend.tile_logits(_tiles(7)), atol=1e-5)
    assert runner.batch_size == 2
    assert codes(runner.notices) == ["device-memory-batches"] * 2
    assert "batches of 2" in runner.notices[-1].text


def test_device_without_room_for_one_tile_hands_over_to_the_cpu(random_model: Model) -> None:
    def fallback() -> GatedBackend:
        return random_model.backend

    runner = Runner(NoRoom(random_model.net), batch_size=4, cpu_fallback=fallback)
    answers = runner.tile_logits(_tiles(3))
    np.testing.assert_allclose(answers, random_model.backend.tile_logits(_tiles(3)), atol=1e-5)
    assert runner.notices[-1].code == "device-memory-cpu"
    assert runner.info is random_model.backend.info


def test_cpu_without_room_is_a_clear_error(random_model: Model) -> None:
    with pytest.raises(DeviceError, match="too little memory for one tile"):
        Runner(NoRoom(random_model.net)).tile_logits(_tiles(1))
