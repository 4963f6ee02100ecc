"""A model from a network that was trained elsewhere: read, made a graph, tried out, and given a card."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import DeviceError, ModelError
from shared_core.inference.foreign.exported_program import is_exported_program, read_exported_program
from shared_core.inference.foreign.facts import Facts, StatedFacts, complete
from shared_core.inference.foreign.monai_bundle import Bundle, bundle_at, network_of, stated_by
from shared_core.inference.foreign.onnx_outline import require_plain
from shared_core.inference.foreign.torchscript import fixed_to, is_torchscript, read_torchscript
from shared_core.inference.plain_network import PlainNetwork, try_out
from shared_core.networks.options import USUAL
from shared_core.networks.table import IMPORTED
from shared_core.weights.card import GraphFile, ModelCard, TilingPreset
from shared_core.weights.card_json import CARD_FILE, WEIGHTS_FILE, card_json
from shared_core.weights.imported_model import NOT_STATED, PROCESSED_AS, ImportedModel
from shared_core.weights.registry import load_card
from shared_core.weights.safetensors import safetensors_bytes

Kind = Literal["onnx", "torchscript", "exported-program", "monai-bundle"]
Graph = Mapping[str, NDArray[Any]]

AGREES: Final = 1e-3
"""Largest difference of the graph from the network in torch, as a share of the largest number it gives."""


def kind_of(path: Path) -> Kind | None:
    """What a file or folder holds; None where it is no network, such as weights alone."""
    if path.suffix.lower() == ".onnx":
        return "onnx"
    if bundle_at(path) is not None:
        return "monai-bundle"
    if is_exported_program(path):
        return "exported-program"
    return "torchscript" if is_torchscript(path) else None


def import_network(
    path: Path, *, name: str, stated: StatedFacts, licence: str = "", origin: str = ""
) -> ImportedModel:
    """Turn a network into a graph and a card.

    Parameters
    ----------
    path
        ONNX, TorchScript, a program of ``torch.export``, or a MONAI bundle.
    stated
        What is known of it; a bundle says some itself.
    origin
        Of the network, where `path` is a part of something larger.

    Raises
    ------
    DeviceError
        OpenVINO, or torch for what needs it, is not installed; or one tile does not fit in memory.
    UsageError
        Something that must be known was not stated, or is out of range.
    ModelError
        The file is damaged, could run code, does what cannot be turned into a graph, takes or gives something
        else than stated, or gives numbers that are not finite.
    """
    kind = kind_of(path)
    if kind == "monai-bundle":
        bundle = bundle_at(path)
        assert bundle is not None
        return _from_bundle(bundle, name=name, stated=stated, licence=licence)
    facts = complete(stated)
    if find_spec("openvino") is None:
        raise DeviceError("Importing a network needs OpenVINO; run pip install openvino.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}; check the path.") from None
    if kind == "onnx":
        arrays = _graph_of_onnx(content, facts)
    elif kind is None:
        raise ModelError(f"{path} is no ONNX file, TorchScript file, exported program or MONAI bundle.")
    else:
        arrays = _graph_of_torch(path, kind, facts)
    made_by = f"origin: {origin or path.name}, sha256 {hashlib.sha256(content).hexdigest()}, {kind}"
    return _model(arrays, facts, name=name, title=origin or path.name, licence=licence, made_by=made_by)


def _from_bundle(bundle: Bundle, *, name: str, stated: StatedFacts, licence: str) -> ImportedModel:
    stated = stated_by(bundle, stated)
    inside, content = network_of(bundle)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(inside).name
        path.write_bytes(content)
        origin = f"{bundle.path.name}, {inside}"
        return import_network(path, name=name, stated=stated, licence=licence, origin=origin)


def _graph_of_onnx(content: bytes, facts: Facts) -> Graph:
    from shared_core.inference.backends.openvino_export import graph_arrays
    from shared_core.inference.backends.openvino_graph import checked_shapes, last_line
    from shared_core.inference.backends.openvino_options import ov

    require_plain(content)
    try:
        graph = ov.Core().read_model(model=content)
    except Exception as error:  # OpenVINO raises RuntimeErrors of its own
        raise ModelError(f"The ONNX file cannot be used: {last_line(error)}.") from None
    checked_shapes(graph, facts.tile_px, facts.classes)
    return graph_arrays(graph)


def _graph_of_torch(path: Path, kind: Kind, facts: Facts) -> Graph:
    """The graph of a network in torch; a `ModelError` where both give different numbers for a sample."""
    if find_spec("torch") is None:
        raise DeviceError(f"Importing {path} needs torch; run pip install torch.")
    import torch

    from shared_core.inference.backends.openvino_export import exported
    from shared_core.inference.backends.openvino_graph import OpenVinoGraph, last_line

    network: torch.jit.ScriptModule | torch.export.ExportedProgram
    if kind == "exported-program":
        network = read_exported_program(path)
        runs: Any = network.module()
    else:
        network = runs = read_torchscript(path)
    tile, problem = sample(facts.tile_px), ""
    for channels in (1, 3):
        image = torch.from_numpy(tile)[None, None].repeat(1, channels, 1, 1)
        try:
            with torch.no_grad():
                answer = runs(image)
            break
        except (RuntimeError, AssertionError, ValueError, TypeError) as error:
            problem = last_line(error)
    else:
        raise ModelError(f"{path} cannot run on a tile of {facts.tile_px} px: {problem}.")
    if not isinstance(answer, torch.Tensor) or answer.shape != (1, facts.classes, *tile.shape):
        given = tuple(answer.shape) if isinstance(answer, torch.Tensor) else type(answer).__name__
        raise ModelError(
            f"{path} gives {given} for a tile of {facts.tile_px} px; stated were {facts.classes} "
            f"map{'s' if facts.classes > 1 else ''} of the tile's size."
        )
    if isinstance(network, torch.jit.ScriptModule):
        network = fixed_to(network, image)
    arrays = exported(network, channels=channels, tile_px=facts.tile_px)
    backend = OpenVinoGraph(arrays, tile_px=facts.tile_px, classes=facts.classes, logits=False)
    wanted = answer[0, 0].float().numpy()
    found = backend.tile_logits(tile[None])[0]
    if np.abs(found - wanted).max() > AGREES * max(float(np.abs(wanted).max()), 1e-6):
        raise ModelError(f"{path} gives other numbers as a graph than in torch; export it to ONNX.")
    return arrays


def sample(side_px: int) -> NDArray[np.float32]:
    """A smooth pattern with edges, as normalised input."""
    ramp = np.linspace(-2.0, 2.0, side_px, dtype=np.float32)
    waves = np.sin(5 * ramp)[:, None] * np.cos(3 * ramp)[None, :]
    waves[side_px // 3 : side_px // 2] += 1.0
    return np.asarray(waves, np.float32)


def _model(
    arrays: Graph, facts: Facts, *, name: str, title: str, licence: str, made_by: str
) -> ImportedModel:
    weights = safetensors_bytes(arrays)
    sha256 = hashlib.sha256(weights).hexdigest()
    base = load_card(PROCESSED_AS)
    card = replace(
        base,
        name=name,
        title=f"{name}: imported from {title}",
        network=IMPORTED,
        network_options=USUAL,
        weights_file=WEIGHTS_FILE,
        sha256=sha256,
        size_bytes=len(weights),
        graph=GraphFile(WEIGHTS_FILE, sha256, len(weights), facts.classes, facts.bac_class),
        url="",
        output="logits" if facts.output == "logits" else "raw",
        normalisation_mean=facts.mean,
        normalisation_sd=facts.sd,
        input_spacing_mm=facts.spacing_mm,
        # Breast and intensities as with every other model; the filter is the network's alone.
        input_median_px=facts.median_px,
        tiling=TilingPreset(facts.tile_px, facts.tile_px * 7 // 8, "weighted"),
        threshold=facts.threshold,
        mask_style=facts.mask_style,
        licence=licence or NOT_STATED,
        citation=NOT_STATED,
        training_data=NOT_STATED,
        limitations=(
            "What it was trained on and where it fails is not known here.",
            "The quantities have not been validated against clinical outcomes.",
        ),
        parameters=0,
        made_by=(made_by,),
    )
    _require_working(card, arrays)
    return ImportedModel(card_json(card, CARD_FILE), weights)


def _require_working(card: ModelCard, arrays: Graph) -> None:
    backend = PlainNetwork(card, arrays, "openvino").backend("cpu", "openvino", "float32", 1)
    try_out(backend, card)
