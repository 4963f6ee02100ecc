"""Lean SCU-Net on torch: CPU, CUDA or MPS."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from shared_core.inference.backends.interface import Array, BackendInfo, Precision
from shared_core.inference.backends.torch_running import DTYPES, inference
from shared_core.networks.scunet_lean import LeanContext, LeanConv, LeanFusion, LeanGate, LeanScuNet


class TorchScuNet:
    """The lean network as torch operations on one device, e.g. ``cpu``, ``cuda``, ``mps``.

    `precision` is that of weights and activations; float32 is the reference. `threads` are those of one
    operation on a CPU, None leaves torch's choice.
    """

    def __init__(
        self,
        net: LeanScuNet,
        *,
        device: str = "cpu",
        precision: Precision = "float32",
        threads: int | None = 1,
    ) -> None:
        self._device = torch.device(device)
        self._dtype = DTYPES[precision]
        if self._device.type == "cpu" and threads is not None:
            torch.set_num_threads(threads)
        self._stem = [_Conv(conv, self) for conv in net.stem]
        self._context_2 = _Context(net.context_2, self)
        self._context_3 = _Context(net.context_3, self)
        self._decoder_2 = [_Conv(conv, self) for conv in net.decoder_2]
        self._decoder_1 = [_Conv(conv, self) for conv in net.decoder_1]
        self._head = _Conv(net.head, self)
        self._info = BackendInfo(
            name="torch",
            version=torch.__version__,
            device=str(self._device),
            precision=precision,
        )

    @property
    def info(self) -> BackendInfo:
        """What runs."""
        return self._info

    def release_memory(self) -> None:
        """Nothing is kept on a CPU; on a GPU torch's allocator serves all steps from one store."""

    def constant(self, array: NDArray[np.float32]) -> Tensor:
        """Put a weight on the device, in the layout that its convolutions are quickest in."""
        tensor = torch.from_numpy(np.array(array)).to(self._device, self._dtype)
        return tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor

    def tile_logits(self, tiles: Array) -> Array:
        """Answer whole tiles with their own gates, as published."""
        with inference():
            image = self._upload(tiles[:, None])
            half, quarter = _shrunken(image)
            features_1 = self._features_1(image)
            features_2 = self._context_2.gated(self._context_2(features_1, half))
            features_3 = self._context_3.gated(self._context_3(features_2, quarter))
            return self._download(self._decode(features_1, features_2, features_3, align=True)[:, 0])

    def encode(self, image: Array) -> Array:
        """Features at a quarter before their gate."""
        with inference():
            x = self._upload(image[:, None])
            return self._download(self._context_2(self._features_1(x), _shrink(x)))

    def deepen(self, image: Array, features_2: Array) -> Array:
        """Features at an eighth before their gate."""
        with inference():
            quarter = _shrink(_shrink(self._upload(image[:, None])))
            return self._download(self._context_3(self._upload(features_2), quarter))

    def decode(self, image: Array, features_2: Array, features_3: Array) -> Array:
        """Logits from the image and both gated features."""
        with inference():
            features_1 = self._features_1(self._upload(image[:, None]))
            logits = self._decode(features_1, self._upload(features_2), self._upload(features_3), align=False)
            return self._download(logits[:, 0])

    def _features_1(self, x: Tensor) -> Tensor:
        for conv in self._stem:
            x = conv(x)
        return x

    def _decode(self, features_1: Tensor, features_2: Tensor, features_3: Tensor, *, align: bool) -> Tensor:
        x = features_3
        for skip, (first, second) in ((features_2, self._decoder_2), (features_1, self._decoder_1)):
            x = second(first.joined(skip, _double(x, align)))
        return _double(self._head(x), align)

    def _upload(self, array: Array) -> Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(array)).to(self._device, self._dtype)
        return tensor.contiguous(memory_format=torch.channels_last)

    def _download(self, tensor: Tensor) -> Array:
        result: Array = tensor.to(torch.float32).contiguous().cpu().numpy()
        return result


class _Conv:
    def __init__(self, conv: LeanConv, owner: TorchScuNet) -> None:
        self.weight = owner.constant(conv.weight)
        self.bias = None if conv.bias is None else owner.constant(conv.bias)
        self.slope = None if conv.slope is None else owner.constant(conv.slope)
        # One slope for all channels: the same function, which torch has in place.
        self.one_slope = None if conv.slope is None or conv.slope.size > 1 else float(conv.slope[0])
        self.stride, self.dilation, self.groups = conv.stride, conv.dilation, conv.groups
        self.padding = conv.dilation * (conv.weight.shape[-1] // 2)

    def __call__(self, x: Tensor) -> Tensor:
        y = functional.conv2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )
        return self._activated(y)

    def joined(self, skip: Tensor, up: Tensor) -> Tensor:
        """Convolve two inputs as if side by side, without a copy of both: the largest array of a pass."""
        near, far = self.weight[:, : skip.shape[1]], self.weight[:, skip.shape[1] :]
        y = functional.conv2d(up, far, self.bias, padding=self.padding)
        del up
        y += functional.conv2d(skip, near, padding=self.padding)
        return self._activated(y)

    def _activated(self, y: Tensor) -> Tensor:
        if self.one_slope is not None:
            return functional.leaky_relu(y, self.one_slope, inplace=True)
        return y if self.slope is None else functional.prelu(y, self.slope)


class _Fusion:
    def __init__(self, fusion: LeanFusion, owner: TorchScuNet) -> None:
        self.scale = owner.constant(fusion.scale)[:, None, None]
        self.offset = owner.constant(fusion.offset)[:, None, None]
        self.slope = owner.constant(fusion.slope)

    def __call__(self, x: Tensor) -> Tensor:
        return functional.prelu(torch.addcmul(self.offset, x, self.scale), self.slope)


class _Context:
    def __init__(self, context: LeanContext, owner: TorchScuNet) -> None:
        self.fusion = _Fusion(context.fusion, owner)
        self.down = _Conv(context.down, owner)
        self.near = _Conv(context.near, owner)
        self.surround = _Conv(context.surround, owner)
        self.slope = owner.constant(context.slope)
        self.reduce = _Conv(context.reduce, owner)
        self.gate = _Gate(context.gate, owner)

    def __call__(self, features: Tensor, shrunken: Tensor) -> Tensor:
        x = self.down(self.fusion(torch.cat([features, shrunken.expand(-1, 3, -1, -1)], dim=1)))
        return self.reduce(functional.prelu(torch.cat([self.near(x), self.surround(x)], dim=1), self.slope))

    def gated(self, x: Tensor) -> Tensor:
        return x * self.gate(x.mean(dim=(2, 3)))[:, :, None, None]


class _Gate:
    def __init__(self, gate: LeanGate, owner: TorchScuNet) -> None:
        self.squeeze = owner.constant(gate.squeeze_weight), owner.constant(gate.squeeze_bias)
        self.excite = owner.constant(gate.excite_weight), owner.constant(gate.excite_bias)

    def __call__(self, pooled: Tensor) -> Tensor:
        hidden = functional.relu(functional.linear(pooled, *self.squeeze))
        return torch.sigmoid(functional.linear(hidden, *self.excite))


def _shrink(x: Tensor) -> Tensor:
    return functional.avg_pool2d(x, 3, stride=2, padding=1)


def _shrunken(x: Tensor) -> tuple[Tensor, Tensor]:
    half = _shrink(x)
    return half, _shrink(half)


def _double(x: Tensor, align: bool) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=align)
