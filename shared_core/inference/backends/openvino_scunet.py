"""Lean SCU-Net on OpenVINO: CPU inference without torch.

The graphs are built from the folded arrays, so no model file and no converter is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from shared_core.inference.backends.interface import Array, BackendInfo, Precision
from shared_core.inference.backends.openvino_options import cpu_options, ops, ov
from shared_core.networks.scunet_lean import LeanContext, LeanConv, LeanGate, LeanScuNet

Node = Any
"""An OpenVINO graph node; the package ships no types for them."""


class OpenVinoScuNet:
    """The lean network as OpenVINO graphs, compiled at first use for each input shape.

    float32 is the reference; bfloat16 and mixed need a CPU that computes in bfloat16. `threads` of None
    leaves OpenVINO's choice.
    """

    def __init__(self, net: LeanScuNet, *, precision: Precision = "float32", threads: int | None = 1) -> None:
        self._net = net
        self._core = ov.Core()
        self._precision, self._threads = precision, threads
        self._requests: dict[tuple[str, tuple[int, ...]], Any] = {}
        self._info = BackendInfo(
            name="openvino",
            version=ov.__version__.split("-")[0],
            device="cpu",
            precision=precision,
        )

    @property
    def info(self) -> BackendInfo:
        """What runs."""
        return self._info

    def release_memory(self) -> None:
        """Give back the activations of all steps; without this each step keeps its own."""
        for request in self._requests.values():
            request.get_compiled_model().release_memory()

    def tile_logits(self, tiles: Array) -> Array:
        """Answer whole tiles with their own gates, as published."""
        return self._run("tile", self._build_tile, tiles[:, None])[:, 0]

    def encode(self, image: Array) -> Array:
        """Features at a quarter before their gate."""
        return self._run("encode", self._build_encode, image[:, None])

    def deepen(self, image: Array, features_2: Array) -> Array:
        """Features at an eighth before their gate."""
        return self._run("deepen", self._build_deepen, image[:, None], features_2)

    def decode(self, image: Array, features_2: Array, features_3: Array) -> Array:
        """Logits from the image and both gated features."""
        return self._run("decode", self._build_decode, image[:, None], features_2, features_3)[:, 0]

    def _run(self, step: str, build: Callable[..., Node], *inputs: Array) -> Array:
        key = step, inputs[0].shape
        if key not in self._requests:
            parameters = [ops.parameter(list(array.shape), np.float32) for array in inputs]
            model = ov.Model([build(*parameters)], parameters, step)
            options = cpu_options(self._precision_of(step), self._threads)
            self._requests[key] = self._core.compile_model(model, "CPU", options).create_infer_request()
        request = self._requests[key]
        request.infer([np.ascontiguousarray(array) for array in inputs], share_inputs=True)
        # A copy: the request writes its next answer into the same memory.
        answer: Array = np.array(request.get_output_tensor(0).data, np.float32)
        return answer

    def _precision_of(self, step: str) -> Precision:
        # Gates weigh whole windows, so an error before them would be everywhere; one in the decoder stays.
        return "bfloat16" if self._precision == "mixed" and step == "decode" else self._precision

    def _build_tile(self, image: Node) -> Node:
        half = _shrink(image)
        features_1 = self._features_1(image)
        features_2 = _gated(_context(features_1, half, self._net.context_2), self._net.context_2.gate)
        features_3 = _gated(
            _context(features_2, _shrink(half), self._net.context_3), self._net.context_3.gate
        )
        return self._decoded(features_1, features_2, features_3, "align_corners")

    def _build_encode(self, image: Node) -> Node:
        return _context(self._features_1(image), _shrink(image), self._net.context_2)

    def _build_deepen(self, image: Node, features_2: Node) -> Node:
        return _context(features_2, _shrink(_shrink(image)), self._net.context_3)

    def _build_decode(self, image: Node, features_2: Node, features_3: Node) -> Node:
        return self._decoded(self._features_1(image), features_2, features_3, "half_pixel")

    def _features_1(self, x: Node) -> Node:
        for conv in self._net.stem:
            x = _conv(x, conv)
        return x

    def _decoded(self, features_1: Node, features_2: Node, features_3: Node, corners: str) -> Node:
        x = features_3
        for skip, (first, second) in (
            (features_2, self._net.decoder_2),
            (features_1, self._net.decoder_1),
        ):
            x = _conv(_joined_conv(skip, _double(x, corners), first), second)
        return _double(_conv(x, self._net.head), corners)


def _channels(array: Array) -> Node:
    return ops.constant(array.reshape(1, -1, 1, 1))


def _conv(x: Node, conv: LeanConv) -> Node:
    return _finished(_plain_conv(x, conv.weight, conv), conv)


def _joined_conv(skip: Node, up: Node, conv: LeanConv) -> Node:
    """Convolve two inputs as if side by side, without a copy of both: the largest array of a pass."""
    channels = skip.output(0).get_partial_shape()[1].get_length()
    parts = (skip, conv.weight[:, :channels]), (up, conv.weight[:, channels:])
    y = ops.add(*(_plain_conv(x, np.ascontiguousarray(weight), conv) for x, weight in parts))
    return _finished(y, conv)


def _plain_conv(x: Node, weight: Array, conv: LeanConv) -> Node:
    pad = conv.dilation * (weight.shape[-1] // 2)
    strides, pads, dilations = [conv.stride] * 2, [pad] * 2, [conv.dilation] * 2
    if conv.groups == 1:
        return ops.convolution(x, ops.constant(weight), strides, pads, pads, dilations)
    grouped = weight.reshape(conv.groups, -1, *weight.shape[1:])
    return ops.group_convolution(x, ops.constant(grouped), strides, pads, pads, dilations)


def _finished(y: Node, conv: LeanConv) -> Node:
    if conv.bias is not None:
        y = ops.add(y, _channels(conv.bias))
    return y if conv.slope is None else ops.prelu(y, ops.constant(conv.slope))


def _context(features: Node, shrunken: Node, context: LeanContext) -> Node:
    fusion = context.fusion
    x = ops.concat([features, shrunken, shrunken, shrunken], 1)
    x = ops.prelu(
        ops.add(ops.multiply(x, _channels(fusion.scale)), _channels(fusion.offset)),
        ops.constant(fusion.slope),
    )
    x = _conv(x, context.down)
    joined = ops.concat([_conv(x, context.near), _conv(x, context.surround)], 1)
    return _conv(ops.prelu(joined, ops.constant(context.slope)), context.reduce)


def _gated(x: Node, gate: LeanGate) -> Node:
    pooled = ops.reduce_mean(x, ops.constant(np.array([2, 3], np.int64)), False)
    hidden = ops.relu(_dense(pooled, gate.squeeze_weight, gate.squeeze_bias))
    weight = ops.sigmoid(_dense(hidden, gate.excite_weight, gate.excite_bias))
    return ops.multiply(x, ops.unsqueeze(weight, ops.constant(np.array([2, 3], np.int64))))


def _dense(x: Node, weight: Array, bias: Array) -> Node:
    return ops.add(ops.matmul(x, ops.constant(weight), False, True), ops.constant(bias))


def _shrink(x: Node) -> Node:
    return ops.avg_pool(x, [2, 2], [1, 1], [1, 1], [3, 3], False)


def _double(x: Node, corners: str) -> Node:
    scales = ops.constant(np.array([2.0, 2.0], np.float32))
    axes = ops.constant(np.array([2, 3], np.int64))
    return ops.interpolate(
        x, scales, "linear_onnx", "scales", axes=axes, coordinate_transformation_mode=corners
    )
