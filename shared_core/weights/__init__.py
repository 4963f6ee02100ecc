"""Models: their cards, and finding, fetching, checking and reading their weights."""

from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.fetch import fetch_weights, require_weights
from shared_core.weights.location import find_weights
from shared_core.weights.registry import DEFAULT_MODEL, list_models, load_card

__all__ = [
    "DEFAULT_MODEL",
    "ModelCard",
    "TilingPreset",
    "fetch_weights",
    "find_weights",
    "list_models",
    "load_card",
    "require_weights",
]
