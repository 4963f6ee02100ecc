"""SCU-Net in the exact lean form that runs: the same function with a fraction of the work.

Batch norms are folded into convolutions, the three equal input channels into one, and the 1x1 head
goes before the last bilinear doubling (both are linear, and the doubling's weights add up to 1).
Nothing is approximated; folding is done in float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import ModelError

Array = NDArray[np.float32]
State = Mapping[str, NDArray[np.floating]]

NORM_EPS_ENCODER = 1e-3
NORM_EPS_DECODER = 1e-5


@dataclass(frozen=True, eq=False)
class LeanConv:
    """One convolution with all that was folded into it; `slope` is the PReLU's, None for none."""

    weight: Array
    """(out, in / groups, k, k)."""
    bias: Array | None
    slope: Array | None
    stride: int = 1
    dilation: int = 1
    groups: int = 1


@dataclass(frozen=True, eq=False)
class LeanFusion:
    """Per-channel scale, offset and PReLU slope."""

    scale: Array
    offset: Array
    slope: Array


@dataclass(frozen=True, eq=False)
class LeanGate:
    """The two dense layers of a gate: ``sigmoid(b2 + W2 relu(b1 + W1 mean))``."""

    squeeze_weight: Array
    squeeze_bias: Array
    excite_weight: Array
    excite_bias: Array

    def weights(self, pooled: Array) -> Array:
        """Channel weights in (0, 1) for pooled features; the last axis holds the channels."""
        hidden = np.maximum(pooled @ self.squeeze_weight.T + self.squeeze_bias, 0.0)
        logits = hidden @ self.excite_weight.T + self.excite_bias
        weights: Array = 1.0 / (1.0 + np.exp(-logits))
        return weights


@dataclass(frozen=True, eq=False)
class LeanContext:
    """A context block up to its gate: down, near + surround, reduce."""

    fusion: LeanFusion
    down: LeanConv
    near: LeanConv
    surround: LeanConv
    slope: Array
    """PReLU slopes over the joined (near, surround) channels."""
    reduce: LeanConv
    gate: LeanGate


@dataclass(frozen=True, eq=False)
class LeanScuNet:
    """All arrays of the lean network."""

    stem: tuple[LeanConv, LeanConv, LeanConv]
    context_2: LeanContext
    context_3: LeanContext
    decoder_2: tuple[LeanConv, LeanConv]
    decoder_1: tuple[LeanConv, LeanConv]
    head: LeanConv


class _Folder:
    """Reads a state by name in float64 and folds neighbouring linear steps."""

    def __init__(self, state: State) -> None:
        self.state = state

    def get(self, name: str) -> NDArray[np.float64]:
        try:
            return np.asarray(self.state[name], np.float64)
        except KeyError:
            raise ModelError(
                f"The weights hold no {name!r}, so they are not those of an SCU-Net; check the model card."
            ) from None

    def norm(self, name: str, eps: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        scale = self.get(f"{name}.weight") / np.sqrt(self.get(f"{name}.running_var") + eps)
        return scale, self.get(f"{name}.bias") - self.get(f"{name}.running_mean") * scale

    def unit(self, name: str, stride: int = 1, *, merge_input: bool = False) -> LeanConv:
        scale, offset = self.norm(f"{name}.norm", NORM_EPS_ENCODER)
        weight = self.get(f"{name}.conv.weight") * scale[:, None, None, None]
        if merge_input:
            weight = weight.sum(axis=1, keepdims=True)
        return LeanConv(_f32(weight), _f32(offset), _f32(self.get(f"{name}.act.weight")), stride)

    def decoder(self, name: str, index: int) -> LeanConv:
        scale, offset = self.norm(f"{name}.norm_{index}", NORM_EPS_DECODER)
        weight = self.get(f"{name}.conv_{index}.weight") * scale[:, None, None, None]
        bias = self.get(f"{name}.conv_{index}.bias") * scale + offset
        return LeanConv(_f32(weight), _f32(bias), _f32(self.get(f"{name}.act_{index}.weight")))

    def context(self, name: str, fusion: str, dilation: int) -> LeanContext:
        scale, offset = self.norm(f"{fusion}.norm", NORM_EPS_ENCODER)
        down = self.unit(f"{name}.down", stride=2)
        channels = down.weight.shape[0]
        joined_scale, joined_offset = self.norm(f"{name}.norm", NORM_EPS_ENCODER)
        near = self.get(f"{name}.near.weight") * joined_scale[:channels, None, None, None]
        surround = self.get(f"{name}.surround.weight") * joined_scale[channels:, None, None, None]
        gate = LeanGate(
            *(_f32(self.get(f"{name}.gate.{part}")) for part in ("squeeze.weight", "squeeze.bias")),
            *(_f32(self.get(f"{name}.gate.{part}")) for part in ("excite.weight", "excite.bias")),
        )
        return LeanContext(
            fusion=LeanFusion(_f32(scale), _f32(offset), _f32(self.get(f"{fusion}.act.weight"))),
            down=down,
            near=LeanConv(_f32(near), _f32(joined_offset[:channels]), None, groups=channels),
            surround=LeanConv(
                _f32(surround), _f32(joined_offset[channels:]), None, dilation=dilation, groups=channels
            ),
            slope=_f32(self.get(f"{name}.act.weight")),
            reduce=LeanConv(_f32(self.get(f"{name}.reduce.weight")), None, None),
            gate=gate,
        )


def fold_scunet(state: State) -> LeanScuNet:
    """Fold the arrays of an SCU-Net, by the names of `ScuNet`, of any floating dtype.

    A `ModelError` where an array is missing or of another network.
    """
    folder = _Folder(state)
    stem_1 = folder.unit("stem_1", stride=2, merge_input=True)
    return LeanScuNet(
        stem=(stem_1, folder.unit("stem_2"), folder.unit("stem_3")),
        context_2=folder.context("context_2", "fusion_2", dilation=2),
        context_3=folder.context("context_3", "fusion_3", dilation=4),
        decoder_2=(folder.decoder("decoder_2", 1), folder.decoder("decoder_2", 2)),
        decoder_1=(folder.decoder("decoder_1", 1), folder.decoder("decoder_1", 2)),
        head=LeanConv(_f32(folder.get("head.weight")), _f32(folder.get("head.bias")), None),
    )


def _f32(array: NDArray[np.floating]) -> Array:
    return np.ascontiguousarray(array, np.float32)
