"""Models: their cards, and finding, checking and reading their weights."""

from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.location import require_weights
from shared_core.weights.registry import DEFAULT_MODEL, list_models, load_card

__all__ = [
    "DEFAULT_MODEL",
    "ModelCard",
    "TilingPreset",
    "list_models",
    "load_card",
    "require_weights",
]
