"""A network that was saved as a graph of plain arithmetic, on OpenVINO: CPU inference without torch.

The graph and its constants, in OpenVINO's own format, lie in a safetensors file as two arrays of bytes.
Reading them runs no code: the graph names operations of fixed sets, and no library is loaded for others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import ModelError
from shared_core.inference.backends.interface import Array, BackendInfo, Precision
from shared_core.inference.backends.openvino_options import ov
from shared_core.inference.backends.openvino_request import OpenVinoRequest

GRAPH, CONSTANTS = "graph", "constants"
"""Names of the two arrays."""
Arrays = Mapping[str, NDArray[Any]]
MOST_GRAPH_BYTES: Final = 50_000_000


class OpenVinoGraph:
    """Runs tiles of the one size that the graph was made for.

    Parameters
    ----------
    arrays
        `GRAPH` and `CONSTANTS`.
    classes, bac_class
        Maps that the graph gives, and which of them is BAC.
    logits
        With several maps: whether they are logits, so that BAC's is taken against those of the others.
    """

    def __init__(
        self,
        arrays: Arrays,
        *,
        tile_px: int,
        classes: int = 1,
        bac_class: int = 0,
        logits: bool = True,
        precision: Precision = "float32",
        threads: int | None = 1,
    ) -> None:
        graph = read_graph(arrays)
        self._bac, self._logits = bac_class, logits
        self._request = OpenVinoRequest(graph, checked_shapes(graph, tile_px, classes), precision, threads)

    @property
    def info(self) -> BackendInfo:
        """What runs."""
        return self._request.info

    def release_memory(self) -> None:
        """Give back the activations."""
        self._request.release_memory()

    def tile_logits(self, tiles: Array) -> Array:
        """Logits, or what the card says that the graph gives, (n, h, w), of normalised tiles."""
        return np.stack([one_map(self._request.maps(tile), self._bac, logits=self._logits) for tile in tiles])


def one_map(maps: Array, bac_class: int, *, logits: bool) -> Array:
    """The map of BAC of (classes, h, w): the class's own, or its logit against the other classes together."""
    own: Array = maps[bac_class]
    if len(maps) == 1 or not logits:
        return own
    others = np.delete(maps, bac_class, axis=0)
    top = others.max(axis=0)
    together: Array = np.log(np.exp(others - top).sum(axis=0)) + top
    against: Array = own - together
    return against


def read_graph(arrays: Arrays) -> Any:
    """An OpenVINO graph from its two arrays of bytes.

    A `ModelError` where they are not there, damaged, or ask for operations that OpenVINO does not have.
    """
    missing = [name for name in (GRAPH, CONSTANTS) if name not in arrays or arrays[name].dtype != np.uint8]
    if missing:
        raise ModelError(f"The file holds no {missing[0]!r}, so it is no saved graph; check the model card.")
    text, constants = (np.ascontiguousarray(arrays[name]).tobytes() for name in (GRAPH, CONSTANTS))
    if len(text) > MOST_GRAPH_BYTES:
        raise ModelError("The graph is larger than any network of use; get the file again.")
    try:
        return ov.Core().read_model(model=text, weights=constants)
    except Exception as error:  # OpenVINO raises RuntimeErrors of its own
        raise ModelError(
            f"The graph cannot be read by OpenVINO ({last_line(error)}); get the file again."
        ) from None


def last_line(error: Exception) -> str:
    """The last words of a message over many lines, short."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip(".:")[:160] if lines else type(error).__name__


def checked_shapes(graph: Any, tile_px: int, classes: int) -> int:
    """Fix a graph to one tile and return its channels.

    A `ModelError` where it has other inputs or outputs than one image and `classes` maps of its size.
    """
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise ModelError(
            f"The network has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs; it must have one "
            "image and one map."
        )
    wanted = graph.inputs[0].get_partial_shape()
    if wanted.rank.is_dynamic or wanted.rank.get_length() != 4:
        raise ModelError(
            f"The network takes an input of shape {wanted}; it must be images (1, channels, h, w)."
        )
    channels = wanted[1].get_length() if wanted[1].is_static else 1
    if channels not in (1, 3):
        raise ModelError(f"The network takes {channels} channels; it must take 1 or 3.")
    fits = [1, channels, tile_px, tile_px]
    if not wanted.compatible(ov.PartialShape(fits)):
        raise ModelError(f"The network takes images of shape {wanted}, not tiles of {tile_px} px.")
    try:
        graph.reshape(fits)
    except RuntimeError as error:
        raise ModelError(f"The network cannot take tiles of {tile_px} px: {last_line(error)}.") from None
    given = graph.outputs[0].get_partial_shape()
    if given.is_dynamic or list(given.to_shape()) != [1, classes, tile_px, tile_px]:
        raise ModelError(
            f"The network gives {given} for a tile of {tile_px} px; it must give {classes} "
            f"map{'s' if classes > 1 else ''} of the tile's size."
        )
    return int(channels)
