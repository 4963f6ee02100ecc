"""A network for whole views on torch, with its heat map: CPU, CUDA or MPS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.inference.backends.interface import Array, BackendInfo, Precision
from shared_core.inference.backends.torch_network import with_weights
from shared_core.inference.backends.torch_running import DTYPES, inference
from shared_core.networks.building import build_classifier
from shared_core.networks.options import NetworkOptions
from shared_core.networks.vgg16 import Explained


def explained(name: str, options: NetworkOptions, arrays: Mapping[str, NDArray[Any]]) -> Explained:
    """A classifier with these weights, for use; a `ModelError` where they are another network's."""
    with torch.device("meta"):
        network = build_classifier(name, options)
    return Explained(with_weights(network, arrays, name)).eval()


class TorchClassifier:
    """A classifier with its weights on one device; see `TorchScuNet` for the parameters."""

    def __init__(
        self,
        name: str,
        options: NetworkOptions,
        arrays: Mapping[str, NDArray[Any]],
        *,
        device: str = "cpu",
        precision: Precision = "float32",
        threads: int | None = 1,
    ) -> None:
        self._device, self._dtype = torch.device(device), DTYPES[precision]
        if self._device.type == "cpu" and threads is not None:
            torch.set_num_threads(threads)
        self._channels = options.channels
        self._network = explained(name, options, arrays).to(self._device, self._dtype)
        self._info = BackendInfo("torch", torch.__version__, str(self._device), precision)

    @property
    def info(self) -> BackendInfo:
        """What runs."""
        return self._info

    def release_memory(self) -> None:
        """Nothing is kept on a CPU; on a GPU torch's allocator serves all calls from one store."""

    def explain(self, pictures: Array) -> Array:
        """See `ClassifierBackend.explain`."""
        with inference():
            grey = torch.from_numpy(np.ascontiguousarray(pictures)).to(self._device, self._dtype)
            answer = self._network(grey[:, None].expand(-1, self._channels, -1, -1))
            maps: Array = answer.to(torch.float32).contiguous().cpu().numpy()
        return maps
