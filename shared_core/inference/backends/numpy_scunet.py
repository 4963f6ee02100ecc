"""Lean SCU-Net on numpy alone: CPU inference where neither torch nor OpenVINO has a build.

A convolution is a product of matrices over a strip of rows at a time, small enough for the processor's
cache. Strips are the same however many threads share them, so their number changes no digit.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import DeviceError
from shared_core.inference.backends.interface import Array, BackendInfo, Precision
from shared_core.networks.scunet_lean import LeanContext, LeanConv, LeanScuNet

STRIP_VALUES: Final = 1 << 18
"""Of the matrix that a strip is unfolded into: 1 MB."""
AlongAxis = tuple[NDArray[np.intp], NDArray[np.intp], Array]
"""Of a doubled axis: the places before and after each new place, and the weight of the one after."""


class NumpyScuNet:
    """The lean network as products of matrices; float32 alone.

    `threads` of None takes all processors.
    """

    def __init__(self, net: LeanScuNet, *, precision: Precision = "float32", threads: int | None = 1) -> None:
        if precision != "float32":
            raise DeviceError(f"The numpy backend computes in float32 alone, not in {precision}.")
        self._net = net
        self._threads = threads or os.cpu_count() or 1
        self._info = BackendInfo("numpy", np.__version__, "cpu", precision)

    @property
    def info(self) -> BackendInfo:
        """What runs."""
        return self._info

    def release_memory(self) -> None:
        """Nothing is kept."""

    def tile_logits(self, tiles: Array) -> Array:
        """Answer whole tiles with their own gates, as published."""
        return np.stack([self._tile(tile[None]) for tile in tiles])

    def encode(self, image: Array) -> Array:
        """Features at a quarter before their gate."""
        return np.stack([self._encode(one[None]) for one in image])

    def deepen(self, image: Array, features_2: Array) -> Array:
        """Features at an eighth before their gate, from gated ones."""
        pairs = zip(image, features_2, strict=True)
        return np.stack([self._deepen(one[None], features) for one, features in pairs])

    def decode(self, image: Array, features_2: Array, features_3: Array) -> Array:
        """Logits from the image and both gated features."""
        sets = zip(image, features_2, features_3, strict=True)
        return np.stack(
            [self._decode(self._features_1(one[None]), second, third, False) for one, second, third in sets]
        )

    def _tile(self, image: Array) -> Array:
        half = _shrink(image)
        features_1 = self._features_1(image)
        second = self._context(features_1, half, self._net.context_2)
        second *= _gate(second, self._net.context_2)
        third = self._context(second, _shrink(half), self._net.context_3)
        third *= _gate(third, self._net.context_3)
        return self._decode(features_1, second, third, True)

    def _encode(self, image: Array) -> Array:
        return self._context(self._features_1(image), _shrink(image), self._net.context_2)

    def _deepen(self, image: Array, features_2: Array) -> Array:
        return self._context(features_2, _shrink(_shrink(image)), self._net.context_3)

    def _features_1(self, x: Array) -> Array:
        for conv in self._net.stem:
            x = self._conv(conv, x)
        return x

    def _context(self, features: Array, shrunken: Array, context: LeanContext) -> Array:
        x = np.concatenate([features, np.repeat(shrunken, 3, axis=0)])
        fusion = context.fusion
        x *= fusion.scale[:, None, None]
        x += fusion.offset[:, None, None]
        x = self._conv(context.down, _activated(x, fusion.slope))
        joined = np.concatenate([_by_channel(context.near, x), _by_channel(context.surround, x)])
        return self._conv(context.reduce, _activated(joined, context.slope))

    def _decode(self, features_1: Array, features_2: Array, features_3: Array, corners: bool) -> Array:
        x = features_3
        for skip, (first, second) in (
            (features_2, self._net.decoder_2),
            (features_1, self._net.decoder_1),
        ):
            x = self._conv(second, self._conv(first, skip, _double(x, corners)))
        logits: Array = _double(self._conv(self._net.head, x), corners)[0]
        return logits

    def _conv(self, conv: LeanConv, *inputs: Array) -> Array:
        """Convolve arrays (channels, h, w) as if one after the other."""
        kernel, step = conv.weight.shape[-1], conv.stride
        padded = _padded(inputs, conv.dilation * (kernel // 2))
        height, width = (-(-side // step) for side in inputs[0].shape[1:])
        matrix = conv.weight.reshape(len(conv.weight), -1)
        out = np.empty((len(matrix), height, width), np.float32)
        rows = max(1, STRIP_VALUES // (matrix.shape[1] * width))

        def strip(first: int) -> None:
            last = min(first + rows, height)
            unfolded = _unfolded(padded, conv, slice(first, last), width)
            answer = (matrix @ unfolded).reshape(len(matrix), last - first, width)
            if conv.bias is not None:
                answer += conv.bias[:, None, None]
            out[:, first:last] = answer if conv.slope is None else _activated(answer, conv.slope)

        self._share(strip, range(0, height, rows))
        return out

    def _share(self, work: Callable[[int], None], parts: range) -> None:
        if self._threads == 1 or len(parts) == 1:
            for part in parts:
                work(part)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(work, parts))


def _padded(inputs: tuple[Array, ...], pad: int) -> Array:
    """Arrays one after the other with zeros around."""
    if not pad and len(inputs) == 1:
        return inputs[0]
    height, width = inputs[0].shape[1:]
    out = np.zeros((sum(map(len, inputs)), height + 2 * pad, width + 2 * pad), np.float32)
    channel = 0
    for array in inputs:
        out[channel : channel + len(array), pad : pad + height, pad : pad + width] = array
        channel += len(array)
    return out


def _unfolded(padded: Array, conv: LeanConv, rows: slice, width: int) -> Array:
    """(values under the kernel, places) of some rows of the answer."""
    kernel, step, gap = conv.weight.shape[-1], conv.stride, conv.dilation
    count = rows.stop - rows.start
    out = np.empty((len(padded), kernel, kernel, count, width), np.float32)
    for y in range(kernel):
        top = rows.start * step + y * gap
        for x in range(kernel):
            left = x * gap
            out[:, y, x] = padded[
                :, top : top + (count - 1) * step + 1 : step, left : left + (width - 1) * step + 1 : step
            ]
    return out.reshape(len(padded) * kernel * kernel, count * width)


def _by_channel(conv: LeanConv, x: Array) -> Array:
    """A convolution of each channel by itself."""
    kernel, gap = conv.weight.shape[-1], conv.dilation
    _, height, width = x.shape
    padded = _padded((x,), gap * (kernel // 2))
    out, part = np.zeros_like(x), np.empty_like(x)
    for row in range(kernel):
        for column in range(kernel):
            shifted = padded[:, row * gap : row * gap + height, column * gap : column * gap + width]
            out += np.multiply(shifted, conv.weight[:, 0, row, column, None, None], out=part)
    if conv.bias is not None:
        out += conv.bias[:, None, None]
    return out


def _activated(x: Array, slope: Array) -> Array:
    """PReLU in place, with one slope or one a channel."""
    below = np.minimum(x, 0)
    below *= slope[:, None, None]
    np.maximum(x, 0, out=x)
    x += below
    return x


def _gate(x: Array, context: LeanContext) -> Array:
    return context.gate.weights(x.mean(axis=(1, 2), dtype=np.float32))[:, None, None]


def _shrink(x: Array) -> Array:
    """Half the size: means of 3 x 3 with zeros around."""
    height, width = (-(-side // 2) for side in x.shape[1:])
    padded = _padded((x,), 1)
    parts = [
        padded[:, row : row + 2 * height - 1 : 2, column : column + 2 * width - 1 : 2]
        for row in range(3)
        for column in range(3)
    ]
    total = np.zeros((len(x), height, width), np.float32)
    for part in parts:
        total += part
    total /= 9
    return total


def _double(x: Array, corners: bool) -> Array:
    """Twice the size, bilinear."""
    for axis in (1, 2):
        before, after, weight = _doubled_axis(x.shape[axis], corners)
        weight = weight[:, None] if axis == 1 else weight
        low = np.take(x, before, axis)
        x = np.take(x, after, axis)
        x -= low
        x *= weight
        x += low
    return x


def _doubled_axis(size: int, corners: bool) -> AlongAxis:
    """Where the places of a doubled axis lie: its ends on those before, or its pixels in halves."""
    new = np.arange(2 * size)
    place = new * ((size - 1) / (2 * size - 1)) if corners else np.clip((new + 0.5) / 2 - 0.5, 0, None)
    before = np.minimum(place.astype(np.intp), size - 1)
    after = np.minimum(before + 1, size - 1)
    return before, after, (place - before).astype(np.float32)
