"""Checkpoints that others saved with torch, checked to be an SCU-Net."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import DeviceError, ModelError
from shared_core.networks.published_names import is_published, scunet_state_from_published
from shared_core.weights.safetensors import read_safetensors

if TYPE_CHECKING:
    from torch import Tensor

Array = NDArray[Any]

_DATA_PARALLEL_PREFIX = "module."
_COUNTER = "num_batches_tracked"
"""Batch norm's count of batches, which takes no part in a result."""


def read_checkpoint(path: Path) -> dict[str, Array]:
    """Read the arrays of an SCU-Net from what ``torch.save`` wrote, or from a safetensors file.

    A state dict, plain or under the entry ``model_state_dict``, with our names or the published ones. No code
    in the file is run. What takes part in a result comes under our names, at the file's precision; bfloat16,
    which numpy lacks, comes as float32, which holds it exactly.

    Raises
    ------
    DeviceError
        torch is not installed.
    ModelError
        The file cannot be read, is damaged, holds anything but tensors, or is of another network.
    """
    if find_spec("torch") is None:
        raise DeviceError(f"Reading the checkpoint {path} needs torch; run pip install torch.")
    is_safetensors = path.suffix.lower() == ".safetensors"
    arrays = read_safetensors(path) if is_safetensors else read_torch_file(path)
    arrays = {name.removeprefix(_DATA_PARALLEL_PREFIX): array for name, array in arrays.items()}
    try:
        state = scunet_state_from_published(arrays) if is_published(arrays) else arrays
    except ModelError as error:
        raise ModelError(f"Checkpoint {path} cannot be used: {error}") from None
    state = {name: array for name, array in state.items() if _COUNTER not in name}
    _check_network(path, state)
    return state


def read_torch_file(path: Path) -> dict[str, Array]:
    """Arrays of a state dict that torch saved, under its own names; errors as of `read_checkpoint`."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch tells of pickles that it refuses in a moment
            saved = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelError(
            f"Checkpoint {path} cannot be read: {error.strerror or error}; check the path."
        ) from None
    except pickle.UnpicklingError:
        # Of a file that is no pickle at all torch says the same as of one that asks for code.
        raise ModelError(
            f"Checkpoint {path} is no file of torch, or holds more than tensors, which could run code; "
            "save the network's state_dict() alone and use that file."
        ) from None
    except Exception:  # torch.load raises whatever its zip and pickle readers raise
        raise ModelError(f"Checkpoint {path} is truncated or damaged; get the file again.") from None
    state = saved.get("model_state_dict", saved) if isinstance(saved, Mapping) else None
    if not isinstance(state, Mapping) or not state:
        raise ModelError(f"Checkpoint {path} holds no state_dict; save the network's state_dict() alone.")
    for name, value in state.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise ModelError(
                f"Checkpoint {path} cannot be used: its entry {str(name)[:80]!r} is not a tensor; "
                "save the network's state_dict() alone."
            )
    arrays = {name: _array(value) for name, value in state.items()}
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelError(
                f"Checkpoint {path} cannot be used: {name} holds numbers that are not finite; "
                "use a checkpoint from before the training failed."
            )
    return arrays


def _array(value: Tensor) -> Array:
    import torch

    value = value.float() if value.dtype == torch.bfloat16 else value
    array: Array = value.contiguous().numpy()
    return array


def _check_network(path: Path, state: Mapping[str, Array]) -> None:
    from shared_core.networks.scunet import ScuNet

    wanted = {name: tuple(value.shape) for name, value in ScuNet().state_dict().items()}
    wanted = {name: shape for name, shape in wanted.items() if _COUNTER not in name}
    for name in sorted(wanted.keys() | state.keys()):
        if name not in state:
            what = "is missing"
        elif name not in wanted:
            what = "is not one of its parts"
        elif state[name].shape != wanted[name]:
            what = f"has the shape {state[name].shape}, expected {wanted[name]}"
        elif state[name].dtype.kind != "f":
            what = f"has the type {state[name].dtype}, expected floating point"
        else:
            continue
        raise ModelError(
            f"Checkpoint {path} is not that of an SCU-Net: {name!r} {what}; use a checkpoint of that network."
        )
