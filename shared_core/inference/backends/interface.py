"""What a backend must be able to do; arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Precision = Literal["float32", "float16", "bfloat16", "mixed"]
"""``mixed``: the decoder of an SCU-Net in bfloat16; features and gates, on which all depends, in float32."""
BackendName = Literal["torch", "openvino", "numpy"]


class OutOfDeviceMemory(Exception):
    """The device has no room for this batch; a smaller one, or the CPU, may do."""


@dataclass(frozen=True)
class BackendInfo:
    """What ran, for the record that goes with every result."""

    name: BackendName
    version: str
    device: str
    """``cpu``, ``cuda:0`` ... as the backend names it."""
    precision: Precision


class Backend(Protocol):
    """Runs a network."""

    @property
    def info(self) -> BackendInfo:
        """What runs."""
        ...

    def release_memory(self) -> None:
        """Give back what is kept for the next call of a step; it is allocated again then."""
        ...


class TileBackend(Backend, Protocol):
    """Runs a network on whole tiles."""

    def tile_logits(self, tiles: Array) -> Array:
        """Logits (n, h, w) of normalised tiles; `OutOfDeviceMemory` where the batch does not fit."""
        ...


class ClassifierBackend(Backend, Protocol):
    """Runs a network on pictures of whole breasts."""

    def explain(self, pictures: Array) -> Array:
        """Heat map and logit (n, 2, h / 16, w / 16) of normalised pictures (n, h, w); memory as above."""
        ...


class GatedBackend(TileBackend, Protocol):
    """Runs SCU-Net in three steps as well, so that the gates can be computed between them."""

    def encode(self, image: Array) -> Array:
        """Features at a quarter before their gate: (n, h, w) to (n, 32, h / 4, w / 4)."""
        ...

    def deepen(self, image: Array, features_2: Array) -> Array:
        """Features at an eighth before their gate, from gated ones: to (n, 64, h / 8, w / 8)."""
        ...

    def decode(self, image: Array, features_2: Array, features_3: Array) -> Array:
        """Logits (n, h, w) from the image and both gated features."""
        ...
