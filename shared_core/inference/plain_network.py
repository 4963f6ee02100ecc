"""Networks without windowed gates, ready for torch or as a graph; tried on one tile before any image is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import DeviceError, ModelError
from shared_core.inference.backends.interface import (
    Backend,
    BackendName,
    ClassifierBackend,
    OutOfDeviceMemory,
    Precision,
    TileBackend,
)
from shared_core.networks.classifiers import STEP_PX
from shared_core.networks.options import checked_classifier, checked_network
from shared_core.networks.scunet_lean import LeanScuNet, fold_scunet
from shared_core.networks.table import IMPORTED
from shared_core.weights.card import ModelCard
from shared_core.weights.ensemble import read_members
from shared_core.weights.location import require_graph
from shared_core.weights.safetensors import read_safetensors

Arrays = Mapping[str, NDArray[Any]]

LEAST_BYTES_A_PIXEL: Final = 4 * 32
"""A network holds at least so much a pixel of a tile while it works: two layers of sixteen channels."""


@dataclass(frozen=True, eq=False)
class PlainNetwork:
    """A network for tiles or views; `arrays` are its weights for torch, or its graph for OpenVINO."""

    card: ModelCard
    arrays: Arrays
    made_for: BackendName

    def backend(
        self, device: str, backend: BackendName, precision: Precision, threads: int | None
    ) -> Backend:
        """Put it on a device: a `ClassifierBackend` where the card has a heat map, else a `TileBackend`."""
        if self.card.heat_map is not None:
            return self._classifier(device, precision, threads)
        if self.made_for == "openvino":
            from shared_core.inference.backends.openvino_graph import OpenVinoGraph

            graph = self.card.graph
            assert graph is not None
            return OpenVinoGraph(
                self.arrays,
                tile_px=self.card.tiling.tile_px,
                classes=graph.classes,
                bac_class=graph.bac_class,
                logits=self.card.output == "logits",
                precision=precision,
                threads=threads,
            )
        from shared_core.inference.backends.torch_network import TorchNetwork

        return TorchNetwork(
            self.card.network,
            self.card.network_options,
            self.arrays,
            device=device,
            precision=precision,
            threads=threads,
        )

    def _classifier(self, device: str, precision: Precision, threads: int | None) -> Backend:
        rule = self.card.heat_map
        assert rule is not None
        if self.made_for == "openvino":
            from shared_core.inference.backends.openvino_classifier import OpenVinoClassifier

            size = (rule.rows, rule.columns)
            return OpenVinoClassifier(self.arrays, size=size, precision=precision, threads=threads)
        from shared_core.inference.backends.torch_classifier import TorchClassifier

        return TorchClassifier(
            self.card.network,
            self.card.network_options,
            self.arrays,
            device=device,
            precision=precision,
            threads=threads,
        )


Network = LeanScuNet | PlainNetwork


def read_networks(
    card: ModelCard, backend: BackendName, weights: Path, *, weights_dir: Path | None
) -> tuple[Network, ...]:
    """The networks of a model for a backend: one, or those of an ensemble.

    A `ModelError` where it is unknown or a file is unfit.
    """
    if card.heat_map is not None:
        checked_classifier(card.network, card.network_options)
        if backend == "torch":
            return (PlainNetwork(card, read_safetensors(weights), backend),)
    elif card.network != IMPORTED:
        network = checked_network(card.network, card.network_options)
        if network.windowed_gates:
            return tuple(fold_scunet(arrays) for arrays in read_members(weights, card))
        if backend == "torch":
            return tuple(PlainNetwork(card, arrays, backend) for arrays in read_members(weights, card))
    return (PlainNetwork(card, read_safetensors(require_graph(card, weights_dir=weights_dir)), "openvino"),)


def try_out(backend: Backend, card: ModelCard) -> None:
    """Run one tile or view, so that what is wrong with a network is told once and before any image.

    Raises
    ------
    ModelError
        It gives numbers that are not finite, or not one map of the tile's size.
    DeviceError
        One tile needs more memory than there is.
    """
    rule, tile_px = card.heat_map, card.tiling.tile_px
    rows, columns = (tile_px, tile_px) if rule is None else (rule.rows, rule.columns)
    what = "tile" if rule is None else "view"
    too_large = (
        f"One {what} of model {card.name}, {rows} x {columns} px, does not fit in memory; "
        f"use a model with smaller {what}s or a larger machine."
    )
    memory = memory_bytes()
    if memory is not None and rows * columns * LEAST_BYTES_A_PIXEL > memory:
        raise DeviceError(too_large)
    down, across = (np.linspace(-2.0, 2.0, side, dtype=np.float32) for side in (rows, columns))
    tile = np.sin(7 * down)[:, None] * across[None, :]
    wanted: tuple[int, ...] = (rows, columns)
    try:
        if rule is None:
            answer = cast(TileBackend, backend).tile_logits(tile[None])
        else:
            answer = cast(ClassifierBackend, backend).explain(tile[None])
            wanted = (2, rows // STEP_PX, columns // STEP_PX)
    except (OutOfDeviceMemory, MemoryError):
        raise DeviceError(too_large) from None
    if answer.shape != (1, *wanted):
        raise ModelError(
            f"Model {card.name} gives {answer.shape[1:]} for a {what} of {rows} x {columns} px; "
            "check the model card."
        )
    require_finite(answer, card)


def require_finite(answer: NDArray[np.float32], card: ModelCard) -> None:
    """A `ModelError` where a network gave a number that is not finite."""
    if not np.isfinite(answer).all():
        raise ModelError(f"Model {card.name} gives numbers that are not finite; use another model.")


def memory_bytes() -> int | None:
    """Of this machine; None where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
