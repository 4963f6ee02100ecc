"""A network for whole views that was saved as a graph, on OpenVINO: CPU inference without torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from shared_core.errors import ModelError
from shared_core.inference.backends.interface import Array, BackendInfo, Precision
from shared_core.inference.backends.openvino_graph import Arrays, read_graph
from shared_core.inference.backends.openvino_request import OpenVinoRequest


class OpenVinoClassifier:
    """Runs pictures of the one size that the graph was made for."""

    def __init__(
        self,
        arrays: Arrays,
        *,
        size: tuple[int, int],
        precision: Precision = "float32",
        threads: int | None = 1,
    ) -> None:
        graph = read_graph(arrays)
        self._request = OpenVinoRequest(graph, _checked_channels(graph, size), precision, threads)

    @property
    def info(self) -> BackendInfo:
        """What runs."""
        return self._request.info

    def release_memory(self) -> None:
        """Give back the activations."""
        self._request.release_memory()

    def explain(self, pictures: Array) -> Array:
        """See `ClassifierBackend.explain`."""
        return np.stack([self._request.maps(picture) for picture in pictures])


def _checked_channels(graph: Any, size: tuple[int, int]) -> int:
    """Channels of the input; a `ModelError` where it takes no pictures of this size or gives no two maps."""
    shapes = [port.get_partial_shape() for port in (*graph.inputs, *graph.outputs)]
    known = [list(shape.to_shape()) for shape in shapes if not shape.is_dynamic]
    fits = (
        (len(graph.inputs), len(graph.outputs)) == (1, 1)
        and [len(shape) for shape in known] == [4, 4]
        and known[0][2:] == list(size)
        and known[1][1] == 2
        and known[0][1] in (1, 3)
    )
    if not fits:
        raise ModelError(
            f"The graph takes and gives {', '.join(str(shape) for shape in shapes)}; for pictures of "
            f"{size[0]} x {size[1]} px it must give a heat map and a logit; check the model card."
        )
    return int(known[0][1])
