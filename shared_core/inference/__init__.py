"""Run a model on a prepared view, tile by tile."""

from shared_core.inference.engine import segment, segment_steps
from shared_core.inference.model import Model, load_model
from shared_core.inference.probability import ProbabilityMap, Step, TileAnswer

__all__ = [
    "Model",
    "ProbabilityMap",
    "Step",
    "TileAnswer",
    "load_model",
    "segment",
    "segment_steps",
]
