"""Reading a model's weights from a file without torch, and without trusting the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import ModelError
from shared_core.weights.safetensors import read_safetensors
from shared_core.weights.torch_archive import read_torch_archive

Array = NDArray[Any]
_ZIP_MAGIC = b"PK\x03\x04"
_DATA_PARALLEL_PREFIX = "module."


def read_checkpoint(path: Path) -> dict[str, Array]:
    """Read the named arrays of a checkpoint.

    Reads what ``torch.save`` writes since torch 1.6 (a zip archive), either a state dict or a
    dictionary with the entry ``model_state_dict``, and ``.safetensors``. No code in the file is
    run: the pickle inside may build dictionaries and tensors, and nothing else.

    Returns
    -------
    dict
        Name without a leading ``module.`` to array, in the file's order and at the file's precision;
        bfloat16 comes as float32, which holds it exactly.

    Raises
    ------
    ModelError
        The file cannot be read, is truncated or damaged, holds anything but arrays, or holds a
        number that is not finite.
    """
    try:
        with path.open("rb") as stream:
            is_zip = stream.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
        if is_zip:
            arrays = read_torch_archive(path)
        elif path.suffix.lower() == ".safetensors":
            arrays = read_safetensors(path)
        else:
            raise ValueError("it is neither a torch checkpoint of torch 1.6 or later nor a .safetensors file")
        arrays = {name.removeprefix(_DATA_PARALLEL_PREFIX): array for name, array in arrays.items()}
        for name, array in arrays.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError(f"array {name} holds numbers that are not finite")
    except OSError as error:
        raise ModelError(
            f"Weights {path} cannot be read: {error.strerror or error}; check the file."
        ) from None
    except MemoryError:
        raise ModelError(f"Weights {path} do not fit into memory.") from None
    except ValueError as error:
        raise ModelError(f"Weights {path} cannot be used: {error}; get the file again.") from None
    return arrays
