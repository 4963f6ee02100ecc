"""Whether there is a driver without which torch can use no GPU, told without importing torch."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Final

_CUDA: Final = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
"""The driver's library, which torch looks for by the same name."""
_AMD: Final = Path("/dev/kfd")
"""Device of the driver of AMD's GPUs, which torch calls CUDA as well."""


def may_have_gpu() -> bool:
    """False where no GPU can be used; true says no more than that a driver is there."""
    if sys.platform == "darwin" or _AMD.exists():
        return True
    try:
        ctypes.CDLL(_CUDA)
    except OSError:
        return False
    return True
