"""Any network of the table on torch, tile by tile: CPU, CUDA or MPS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.errors import ModelError
from shared_core.inference.backends.interface import Array, BackendInfo, Precision
from shared_core.inference.backends.torch_running import DTYPES, inference
from shared_core.networks.building import build
from shared_core.networks.options import NetworkOptions

Arrays = Mapping[str, NDArray[Any]]
Net = TypeVar("Net", bound=torch.nn.Module)
_COUNTER = "num_batches_tracked"


def filled(name: str, options: NetworkOptions, arrays: Arrays) -> torch.nn.Module:
    """A network with these weights, for use; a `ModelError` where they are another network's."""
    with torch.device("meta"):
        network = build(name, options)
    return with_weights(network, arrays, name)


def with_weights(network: Net, arrays: Arrays, name: str) -> Net:
    """A network of torch's device that keeps shapes alone, with weights on the CPU; see `filled`."""
    wanted = {key: value.shape for key, value in network.state_dict().items() if _COUNTER not in key}
    for key in sorted(wanted.keys() | arrays.keys()):
        if key not in wanted or key not in arrays or tuple(arrays[key].shape) != tuple(wanted[key]):
            raise ModelError(
                f"The weights are not those of network {name} with these options: {key!r} is missing, "
                "unknown or of another shape; check the model card."
            )
    state = {key: torch.from_numpy(np.array(array, np.float32)) for key, array in arrays.items()}
    counters = {key: torch.tensor(0) for key in network.state_dict() if _COUNTER in key}
    network.load_state_dict({**state, **counters}, assign=True)
    network.eval().requires_grad_(False)
    return network


class TorchNetwork:
    """A network with its weights on one device; see `TorchScuNet` for the parameters."""

    def __init__(
        self,
        name: str,
        options: NetworkOptions,
        arrays: Arrays,
        *,
        device: str = "cpu",
        precision: Precision = "float32",
        threads: int | None = 1,
    ) -> None:
        self._device, self._dtype = torch.device(device), DTYPES[precision]
        if self._device.type == "cpu" and threads is not None:
            torch.set_num_threads(threads)
        self._channels = options.channels
        network = filled(name, options, arrays).to(self._device, self._dtype)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
        self._info = BackendInfo("torch", torch.__version__, str(self._device), precision)

    @property
    def info(self) -> BackendInfo:
        """What runs."""
        return self._info

    def release_memory(self) -> None:
        """Nothing is kept on a CPU; on a GPU torch's allocator serves all calls from one store."""

    def tile_logits(self, tiles: Array) -> Array:
        """Logits (n, h, w) of normalised tiles."""
        with inference():
            grey = torch.from_numpy(np.ascontiguousarray(tiles)).to(self._device, self._dtype)
            images = grey[:, None].expand(-1, self._channels, -1, -1)
            logits = self._network(images.contiguous(memory_format=torch.channels_last))
            answer: Array = logits[:, 0].to(torch.float32).contiguous().cpu().numpy()
        return answer
