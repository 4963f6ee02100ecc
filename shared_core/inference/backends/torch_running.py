"""What every network needs that runs on torch: number formats, and a full device told as such."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch

from shared_core.inference.backends.interface import OutOfDeviceMemory, Precision

DTYPES: Final[dict[Precision, torch.dtype]] = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}


@contextmanager
def inference() -> Iterator[None]:
    """Without gradients; `OutOfDeviceMemory` where the device is full."""
    try:
        with torch.inference_mode():
            yield
    except torch.OutOfMemoryError as error:
        raise OutOfDeviceMemory(str(error)) from error
    except RuntimeError as error:
        # MPS and older CUDA builds report a full device as a plain RuntimeError.
        if "out of memory" in str(error).lower():
            raise OutOfDeviceMemory(str(error)) from error
        raise
