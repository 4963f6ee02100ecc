"""Run a backend in batches; when the device is full, take smaller ones, then the CPU, and say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import DeviceError
from shared_core.inference.backends.interface import (
    Backend,
    BackendInfo,
    ClassifierBackend,
    GatedBackend,
    OutOfDeviceMemory,
    TileBackend,
)
from shared_core.notices import Notice
from shared_core.notices.of_results import DEVICE_MEMORY_BATCHES, DEVICE_MEMORY_CPU

Array = NDArray[np.float32]
Step = Callable[..., Array]


class Runner:
    """Keeps a backend going with `batch_size` tiles at once.

    `cpu_fallback` makes a CPU backend of the same model; None where `backend` is one.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        batch_size: int = 1,
        cpu_fallback: Callable[[], Backend] | None = None,
    ) -> None:
        self.batch_size = batch_size
        self.notices: list[Notice] = []
        self._backend = backend
        self._cpu_fallback = cpu_fallback

    @property
    def info(self) -> BackendInfo:
        """What runs now."""
        return self._backend.info

    def release_memory(self) -> None:
        """See `Backend.release_memory`."""
        self._backend.release_memory()

    def tile_logits(self, tiles: Array) -> Array:
        """Whole tiles, (n, h, w) to (n, h, w)."""
        return self._run(lambda backend: _tiled(backend).tile_logits, tiles)

    def explain(self, pictures: Array) -> Array:
        """See `ClassifierBackend.explain`."""
        return self._run(lambda backend: _classifier(backend).explain, pictures)

    def encode(self, image: Array) -> Array:
        """See `GatedBackend.encode`."""
        return self._run(lambda backend: _gated(backend).encode, image)

    def deepen(self, image: Array, features_2: Array) -> Array:
        """See `GatedBackend.deepen`."""
        return self._run(lambda backend: _gated(backend).deepen, image, features_2)

    def decode(self, image: Array, features_2: Array, features_3: Array) -> Array:
        """See `GatedBackend.decode`."""
        return self._run(lambda backend: _gated(backend).decode, image, features_2, features_3)

    def _run(self, step: Callable[[Backend], Step], *inputs: Array) -> Array:
        answers: list[Array] = []
        first = 0
        while first < len(inputs[0]):
            chunk = [array[first : first + self.batch_size] for array in inputs]
            try:
                answers.append(step(self._backend)(*chunk))
            except OutOfDeviceMemory as error:
                self._make_room(error)
            else:
                first += len(chunk[0])
        return answers[0] if len(answers) == 1 else np.concatenate(answers)

    def _make_room(self, error: OutOfDeviceMemory) -> None:
        device = self._backend.info.device
        if self.batch_size > 1:
            self.batch_size //= 2
            self.notices.append(DEVICE_MEMORY_BATCHES.notice(device=device, batch_size=self.batch_size))
        elif self._cpu_fallback is not None:
            self._backend = self._cpu_fallback()
            self._cpu_fallback = None
            self.notices.append(DEVICE_MEMORY_CPU.notice(device=device))
        else:
            raise DeviceError(
                f"{device} has too little memory for one tile; close other programs and try again."
            ) from error


def _tiled(backend: Backend) -> TileBackend:
    """Tiles are asked for only of networks that are no classifiers."""
    return cast(TileBackend, backend)


def _classifier(backend: Backend) -> ClassifierBackend:
    """Pictures are asked for only where the card has a heat map, which other networks may not."""
    return cast(ClassifierBackend, backend)


def _gated(backend: Backend) -> GatedBackend:
    """Steps are asked for only where the card says ``seamless``, which networks without gates may not."""
    return cast(GatedBackend, backend)
