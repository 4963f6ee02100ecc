"""Models: their cards, and finding, fetching, checking and reading their weights."""

from shared_core.weights.card import ModelCard, TilingPreset
from shared_core.weights.default_model import OFFLINE, PREFERRED, ModelChoice, default_choice
from shared_core.weights.fetch import fetch_weights, require_weights
from shared_core.weights.location import find_weights
from shared_core.weights.registry import list_models, load_card

__all__ = [
    "OFFLINE",
    "PREFERRED",
    "ModelCard",
    "ModelChoice",
    "TilingPreset",
    "default_choice",
    "fetch_weights",
    "find_weights",
    "list_models",
    "load_card",
    "require_weights",
]
