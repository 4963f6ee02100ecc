"""A small classifier of whole views at random weights, written as training writes one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared_core.networks.options import NetworkOptions
from shared_core.weights.card import GraphFile, ModelCard
from shared_core.weights.card_json import CARD_FILE, GRAPH_FILE, WEIGHTS_FILE, card_json
from shared_core.weights.heat_map_rule import HeatMapRule
from shared_core.weights.registry import load_card
from shared_core.weights.safetensors import safetensors_bytes

TINY = NetworkOptions(3, width=2)
RULE = HeatMapRule(96, 48)


def classifier_card(weights: bytes, **changes: Any) -> ModelCard:
    """Its card; changes are of the fields of a card."""
    settled = {
        "name": "tiny-classifier",
        "network": "vgg16",
        "network_options": TINY,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "size_bytes": len(weights),
        "resample": "never",
        "input_median_px": 0,
        "threshold": 0.3,
        "mask_style": "heat-map",
        "heat_map": RULE,
    }
    return replace(load_card("scunet-emory-2021"), **{**settled, **changes})


def write_classifier(folder: Path, *, seed: int = 5, logit: float = 0.0, **changes: Any) -> Path:
    """Write weights, graph and card to a folder; the path of the card.

    Parameters
    ----------
    logit
        Added to that of every view: far above 0, and every view is positive.
    """
    import torch

    from shared_core.inference.backends.openvino_export import exported
    from shared_core.networks.building import build_classifier
    from shared_core.networks.vgg16 import Explained
    from shared_core.training.network import arrays_of

    torch.manual_seed(seed)
    network = build_classifier("vgg16", TINY).eval()
    with torch.no_grad():
        network.dense_3.bias.add_(logit)
    folder.mkdir(parents=True, exist_ok=True)
    weights = safetensors_bytes(arrays_of(network.state_dict()))
    # What is wrong with a card is told before its graph is made.
    card_json(classifier_card(weights, **changes), "tiny")
    graph = safetensors_bytes(exported(Explained(network), channels=3, tile_px=(RULE.rows, RULE.columns)))
    file = GraphFile(GRAPH_FILE, hashlib.sha256(graph).hexdigest(), len(graph), classes=2)
    card = classifier_card(weights, **{"graph": file, **changes})
    (folder / WEIGHTS_FILE).write_bytes(weights)
    (folder / GRAPH_FILE).write_bytes(graph)
    (folder / CARD_FILE).write_bytes(card_json(card, "tiny"))
    return folder / CARD_FILE
