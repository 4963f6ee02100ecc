"""Turn a torch network into a graph that runs without torch; see `OpenVinoGraph`."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.errors import ModelError
from shared_core.inference.backends.openvino_graph import CONSTANTS, GRAPH, last_line
from shared_core.inference.backends.openvino_options import ov
from shared_core.inference.backends.telemetry import nothing_sent


def exported(
    network: torch.nn.Module | torch.export.ExportedProgram,
    *,
    channels: int,
    tile_px: int | tuple[int, int],
) -> dict[str, NDArray[Any]]:
    """The graph of a network on the CPU, in evaluation mode, for one input, as the arrays of `OpenVinoGraph`.

    Weights keep float32. A `ModelError` where the network does what OpenVINO has no operation for.

    Parameters
    ----------
    tile_px
        Side of the input, or its (rows, columns).
    """
    rows, columns = (tile_px, tile_px) if isinstance(tile_px, int) else tile_px
    shape = [1, channels, rows, columns]
    more: dict[str, Any] = {"example_input": torch.zeros(shape), "input": shape}
    if isinstance(network, torch.export.ExportedProgram):
        more = {}
    try:
        with warnings.catch_warnings(), torch.no_grad(), nothing_sent():
            warnings.simplefilter("ignore")  # that sizes are taken as fixed, which they are
            graph = ov.convert_model(network, **more)
            graph.reshape(shape)
    except Exception as error:  # the converter raises whatever its parts raise
        raise ModelError(
            f"The network cannot be turned into a graph ({last_line(error)}); save it traced, or export it "
            "to ONNX."
        ) from None
    return graph_arrays(graph)


def graph_arrays(graph: Any) -> dict[str, NDArray[Any]]:
    """An OpenVINO graph as two arrays of bytes; of the same network they are the same."""
    # OpenVINO's own names count what the process has made before.
    graph.set_friendly_name("network")
    for number, operation in enumerate(graph.get_ordered_ops()):
        operation.set_friendly_name(f"{operation.get_type_name()}_{number}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.xml"
        ov.save_model(graph, path, compress_to_fp16=False)
        parts = {GRAPH: path, CONSTANTS: path.with_suffix(".bin")}
        return {name: np.frombuffer(file.read_bytes(), np.uint8) for name, file in parts.items()}
