"""bfloat16, which numpy lacks: the upper half of a float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def bfloat16_to_float32(bits: NDArray[Any]) -> NDArray[np.float32]:
    """Turn bfloat16 bit patterns (uint16, any shape) into the same numbers as float32."""
    single: NDArray[np.float32] = (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return single
