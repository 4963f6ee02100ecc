"""A network that was trained elsewhere: bright thin things against their surroundings, as plain ONNX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 64
FACTS = ("--tile", str(SIDE), "--mean", "0.5", "--sd", "0.25", "--spacing-mm", "0.07")
MEANING = ("--gives", "logits", "--mask-style", "calcium")


def centre_surround() -> NDArray[np.float32]:
    """(1, 1, 9, 9): the middle against a ring."""
    kernel = np.full((9, 9), -1.0 / 56, np.float32)
    kernel[2:7, 2:7] = 1.0 / 25
    return kernel[None, None]


def onnx_network(
    *,
    side: int | str = SIDE,
    classes: int = 1,
    channels: int = 1,
    gain: float = 12.0,
    domain: str = "",
    external: str = "",
) -> Any:
    """The network as an ONNX model.

    Parameters
    ----------
    side
        A text leaves it open.
    domain
        Of the last operator.
    external
        File that the kernel is said to be in.
    """
    from onnx import TensorProto, helper, numpy_helper

    kernel = np.repeat(centre_surround() * gain / channels, channels, axis=1)
    kernel = np.concatenate([kernel * (1 if number == classes - 1 else -1) for number in range(classes)])
    weight = numpy_helper.from_array(kernel.astype(np.float32), "kernel")
    if external:
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        entry = weight.external_data.add()
        entry.key, entry.value = "location", external
    bias = numpy_helper.from_array(np.full(classes, -2.0, np.float32), "bias")
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, channels, side, side])
    answer = helper.make_tensor_value_info("answer", TensorProto.FLOAT, [1, classes, side, side])
    nodes = [
        helper.make_node("Conv", ["image", "kernel", "bias"], ["raised"], pads=[4, 4, 4, 4]),
        helper.make_node("Identity", ["raised"], ["answer"], domain=domain),
    ]
    graph = helper.make_graph(nodes, "lines", [image], [answer], [weight, bias])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_onnx(path: Path, **values: Any) -> Path:
    """See `onnx_network`."""
    path.write_bytes(onnx_network(**values).SerializeToString())
    return path


def imported_card(folder: Path) -> Path:
    """The model that ``bac models import`` makes of it."""
    from shared_core.cli.main import main

    network = write_onnx(folder / "lines.onnx")
    code = main(["models", "import", str(network), "-o", str(folder / "lines"), *FACTS, *MEANING])
    assert code == 0
    return folder / "lines" / "model.json"


def metadata(**changes: Any) -> bytes:
    """``configs/metadata.json`` of a MONAI bundle for it, as MONAI's schema has it."""
    image = {
        "type": "image",
        "format": "magnitude",
        "num_channels": 1,
        "spatial_shape": [SIDE, SIDE],
        "dtype": "float32",
        "value_range": [0, 1],
        "is_patch_data": True,
        "channel_def": {"0": "image"},
    }
    answer = {
        "type": "image",
        "format": "segmentation",
        "num_channels": 2,
        "spatial_shape": [SIDE, SIDE],
        "dtype": "float32",
        "value_range": [],
        "is_patch_data": True,
        "channel_def": {"0": "background", "1": "BAC"},
    }
    return json.dumps(
        {
            "version": "0.1.0",
            "network_data_format": {
                "inputs": {"image": {**image, **changes}},
                "outputs": {"pred": answer},
            },
        }
    ).encode()
