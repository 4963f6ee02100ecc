"""Model cards as JSON: strict reading, so that a typing error never changes a result."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from urllib.parse import urlsplit

from shared_core.documents import DocumentError, from_json
from shared_core.errors import ModelError
from shared_core.networks.classifiers import STEP_PX
from shared_core.networks.options import classifier_problem, network_problem
from shared_core.networks.table import IMPORTED, Network, network_named
from shared_core.weights.candidate_rule import CandidateRule
from shared_core.weights.card import GraphFile, ModelCard, TilingPreset
from shared_core.weights.heat_map_rule import HeatMapRule
from shared_core.weights.picture_scale import BANDS_PX, PictureScale
from shared_core.weights.track_rule import Sensitivity

CARD_FILE, WEIGHTS_FILE, GRAPH_FILE = "model.json", "model.safetensors", "graph.safetensors"
"""In the folder of a model that was trained or imported."""
MOST_MEMBERS = 100
"""Networks of an ensemble."""


def card_json(card: ModelCard, source: str) -> bytes:
    """A sound model card as JSON; see `parse_card`."""
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n"
    parse_card(text, source)
    return text.encode()


def parse_card(text: str, source: str) -> ModelCard:
    """Read a model card from a JSON object with the fields of `ModelCard`.

    Raises
    ------
    ModelError
        Not JSON, or a field is unknown, missing, given twice, of the wrong type or out of range.
    """
    try:
        card = from_json(text, ModelCard)
        _check_values(card)
    except DocumentError as error:
        raise ModelError(error.sentence(f"Model card {source}")) from None
    return card


def _check_values(card: ModelCard) -> None:
    rules = [
        *_file_rules(card),
        *_input_rules(card),
        *_tiling_rules(card.tiling),
        *_output_rules(card),
        *_network_rules(card),
        *_candidate_rules(card.candidates),
        *_track_rules(card),
        *_scale_rules(card.picture_scale),
        *_sensitivity_rules(card.sensitivity),
    ]
    for holds, message in rules:
        if not holds:
            raise DocumentError(message)


def _file_rules(card: ModelCard) -> list[tuple[bool, str]]:
    """Of the name of the model, and the file of its weights."""
    address = urlsplit(card.url)
    return [
        (
            bool(re.fullmatch(r"[a-z0-9][a-z0-9._-]*", card.name)),
            "name must be of a-z, 0-9, '.', '_' and '-'",
        ),
        (
            bool(re.fullmatch(r"\w[\w .+()-]*", card.weights_file)),
            "weights_file must be the name of a file without its folder",
        ),
        (
            card.weights_file.lower().endswith(".safetensors"),
            "weights_file must be a .safetensors file; a checkpoint of torch has to be imported first",
        ),
        (bool(re.fullmatch(r"[0-9a-f]{64}", card.sha256)), "sha256 must be 64 digits of 0-9 and a-f"),
        (card.size_bytes > 0, "size_bytes must be above 0"),
        (
            not card.url or (address.scheme in ("https", "http") and bool(address.netloc)),
            "url must begin with https:// or http://, or be empty",
        ),
    ]


def _input_rules(card: ModelCard) -> list[tuple[bool, str]]:
    """Of what the network is given."""
    preprocessing, median_px = card.preprocessing, card.input_median_px
    return [
        (math.isfinite(card.normalisation_mean), "normalisation_mean must be finite"),
        (0 < card.normalisation_sd < math.inf, "normalisation_sd must be above 0"),
        (0 < card.input_spacing_mm < math.inf, "input_spacing_mm must be above 0"),
        (0 <= card.resample_tolerance < 1, "resample_tolerance must be at least 0 and below 1"),
        (
            preprocessing.median_px == 0 or preprocessing.median_px % 2 == 1,
            "preprocessing.median_px must be odd or 0",
        ),
        (preprocessing.median_px >= 0, "preprocessing.median_px must not be negative"),
        (preprocessing.opening_radius_px >= 0, "preprocessing.opening_radius_px must not be negative"),
        (
            median_px is None or median_px == 0 or (median_px > 0 and median_px % 2 == 1),
            "input_median_px must be odd or 0",
        ),
        (
            card.input == "view" or card.heat_map is None,
            "input cannot be bilateral with a heat_map: a classifier sees the rectangle of one breast",
        ),
    ]


def _output_rules(card: ModelCard) -> list[tuple[bool, str]]:
    """Of what becomes of the network's answer."""
    return [
        (math.isfinite(card.threshold), "threshold must be finite"),
        (
            card.output != "logits" or 0 < card.threshold < 1,
            "threshold of a model with logits must lie between 0 and 1",
        ),
        (card.parameters >= 0, "parameters must not be negative"),
        (1 <= card.members <= MOST_MEMBERS, f"members must be from 1 to {MOST_MEMBERS}"),
        (card.members == 1 or card.graph is None, "an ensemble has no graph"),
        (0 < card.temperature < math.inf, "temperature must be above 0"),
        (
            card.output == "logits" or card.temperature == 1,
            "temperature is for logits; with raw output it must be 1",
        ),
        (
            (card.mask_style == "heat-map") == (card.heat_map is not None),
            "mask_style must be heat-map with a heat_map, and only then",
        ),
    ]


def _tiling_rules(tiling: TilingPreset) -> list[tuple[bool, str]]:
    return [
        (0 < tiling.stride_px <= tiling.tile_px, "tiling.stride_px must be above 0 and at most tile_px"),
        (
            tiling.tile_px % (16 if tiling.stitching == "seamless" else 8) == 0,
            "tiling.tile_px must be a multiple of 8, with seamless stitching of 16",
        ),
    ]


def _network_rules(card: ModelCard) -> list[tuple[bool, str]]:
    tiling, graph = card.tiling, card.graph
    if card.heat_map is not None:
        return _heat_map_rules(card, card.heat_map)
    if card.network == IMPORTED:
        return [
            (graph is not None, "graph must say what the imported network gives"),
            *_graph_rules(graph),
            (
                tiling.stitching in ("maximum", "weighted"),
                f"tiling.stitching cannot be {tiling.stitching} with an imported network",
            ),
        ]
    problem = network_problem(card.network, card.network_options)
    if problem is not None:
        return [(False, problem)]
    network = network_named(card.network)
    return [
        (
            tiling.tile_px % network.side_multiple == 0,
            f"tiling.tile_px must be a multiple of {network.side_multiple} with network {network.name}",
        ),
        (
            tiling.stitching != "seamless" or network.windowed_gates,
            f"tiling.stitching cannot be seamless with network {network.name}; use weighted",
        ),
        *_whole_rules(tiling, network),
        *_graph_rules(graph),
    ]


def _heat_map_rules(card: ModelCard, rule: HeatMapRule) -> list[tuple[bool, str]]:
    problem = classifier_problem(card.network, card.network_options)
    sides = (rule.rows, rule.columns)
    return [
        (problem is None, problem or ""),
        (
            all(side > 0 and side % STEP_PX == 0 for side in sides),
            f"heat_map.rows and heat_map.columns must be multiples of {STEP_PX}",
        ),
        (0 < rule.positive_from < 1, "heat_map.positive_from must lie between 0 and 1"),
        (card.output == "logits", "heat_map is for models with logits"),
        (
            card.candidates is None and card.tracks is None and card.picture_scale is None,
            "heat_map excludes candidates, tracks and picture_scale; leave them out",
        ),
        *_graph_rules(card.graph),
    ]


def _whole_rules(tiling: TilingPreset, network: Network) -> list[tuple[bool, str]]:
    if tiling.stitching != "whole":
        return []
    if network.sees_px is None:
        return [(False, f"tiling.stitching cannot be whole with network {network.name}; use weighted")]
    return [
        (
            tiling.tile_px - tiling.stride_px >= 2 * network.sees_px,
            f"tiling.stride_px must leave {2 * network.sees_px} px of each tile to overlap with network "
            f"{network.name} and whole stitching",
        ),
        (
            tiling.stride_px % network.side_multiple == 0,
            f"tiling.stride_px must be a multiple of {network.side_multiple} with network {network.name} and "
            "whole stitching",
        ),
    ]


def _graph_rules(graph: GraphFile | None) -> list[tuple[bool, str]]:
    if graph is None:
        return []
    return [
        (
            bool(re.fullmatch(r"\w[\w .+()-]*\.safetensors", graph.file)),
            "graph.file must be the name of a .safetensors file without its folder",
        ),
        (bool(re.fullmatch(r"[0-9a-f]{64}", graph.sha256)), "graph.sha256 must be 64 digits of 0-9 and a-f"),
        (graph.size_bytes > 0, "graph.size_bytes must be above 0"),
        (0 <= graph.bac_class < graph.classes, "graph.bac_class must be one of the classes, from 0"),
    ]


def _candidate_rules(rule: CandidateRule | None) -> list[tuple[bool, str]]:
    if rule is None:
        return []
    return [
        (0 <= value < math.inf, f"candidates.{name} must be finite and not negative")
        for name, value in asdict(rule).items()
    ] + [
        (rule.seed_probability < 1, "candidates.seed_probability must be below 1"),
        (rule.least_mean_probability < 1, "candidates.least_mean_probability must be below 1"),
    ]


def _track_rules(card: ModelCard) -> list[tuple[bool, str]]:
    rule = card.tracks
    if rule is None:
        return []
    return [
        (card.candidates is None, "tracks and candidates exclude each other; leave one out"),
        (card.output == "logits", "tracks are for models with logits"),
        (
            bool(re.fullmatch(r"\w[\w .+()-]*\.npz", rule.file)),
            "tracks.file must be the name of a .npz file without its folder",
        ),
        (bool(re.fullmatch(r"[0-9a-f]{64}", rule.sha256)), "tracks.sha256 must be 64 digits of 0-9 and a-f"),
        (0 < rule.low_threshold < 1, "tracks.low_threshold must lie between 0 and 1"),
        (0 <= rule.undecided_from <= 1, "tracks.undecided_from must lie between 0 and 1"),
    ]


def _scale_rules(scale: PictureScale | None) -> list[tuple[bool, str]]:
    if scale is None:
        return []
    count = len(scale.means)
    numbers = (*scale.means, *scale.deviations, *scale.weights, scale.intercept)
    return [
        (all(map(math.isfinite, numbers)), "picture_scale must hold finite numbers"),
        (
            count == len(BANDS_PX) - 1
            and len(scale.deviations) == count
            and len(scale.weights) == count * (count + 3) // 2,
            f"picture_scale must have {len(BANDS_PX) - 1} means and deviations, and a weight for each term",
        ),
        (min(scale.deviations, default=1.0) > 0, "picture_scale.deviations must be above 0"),
        (scale.most_px > 0, "picture_scale.most_px must be above 0"),
        (0 <= scale.sharpening < math.inf, "picture_scale.sharpening must be finite and not negative"),
    ]


def _sensitivity_rules(sensitivity: Sensitivity | None) -> list[tuple[bool, str]]:
    if sensitivity is None:
        return []
    return [
        (
            0 <= share.low <= share.value <= share.high <= 1,
            f"sensitivity.{name} must lie in its interval, and that between 0 and 1",
        )
        for name, share in (("clear", sensitivity.clear), ("faint", sensitivity.faint))
    ]
