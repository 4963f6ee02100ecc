"""How a mask came about: what must be recorded with its numbers, so that they can be reproduced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from shared_core.arteries.candidates import Decision
from shared_core.inference.probability import ProbabilityMap
from shared_core.preprocessing.prepared import PreparedView
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import MaskStyle, ModelCard


def provenance_of(
    prepared: PreparedView,
    probability: ProbabilityMap,
    card: ModelCard,
    *,
    threshold: float,
    decision: Decision | None = None,
) -> dict[str, object]:
    """Everything that must be recorded with a number so that it can be reproduced."""
    spacing = prepared.spacing
    return {
        "software_version": SOFTWARE_VERSION,
        "model_name": card.name,
        "model_sha256": card.sha256,
        "threshold": threshold,
        "temperature": card.temperature,
        "candidates": asdict(card.candidates) if card.candidates is not None else None,
        "tracks": asdict(card.tracks) if card.tracks is not None else None,
        "heat_map": asdict(card.heat_map) if card.heat_map is not None else None,
        "sensitivity": asdict(card.sensitivity) if card.sensitivity is not None else None,
        "parts_refused": sum(parts for _, parts in decision.refused) if decision is not None else None,
        "mask_style": card.mask_style,
        "preprocessing": card.preprocessing.name,
        "input_spacing_mm": card.input_spacing_mm,
        "model_spacing_mm": list(probability.model_spacing_mm) if probability.model_spacing_mm else None,
        "resampled": probability.resampled,
        "stitching": card.tiling.stitching,
        "tile_px": card.tiling.tile_px,
        "stride_px": card.tiling.stride_px,
        "tiles": probability.tiles,
        "backend": f"{probability.backend.name} {probability.backend.version}",
        "device": probability.backend.device,
        "precision": probability.backend.precision,
        "spacing_source": spacing.source.value if spacing is not None else None,
    }


def drawn_provenance(
    prepared: PreparedView,
    *,
    mask_style: MaskStyle,
    edited: bool = True,
    began_as: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The same of a mask that a person drew, or edited without the model's answer at hand.

    Parameters
    ----------
    began_as
        ``mask_file``, ``model_name``, ``model_sha256`` and ``threshold`` of the labels that were taken over
        or edited, where known.
    """
    spacing = prepared.spacing
    return {
        "software_version": SOFTWARE_VERSION,
        "model_name": None,
        **(began_as or {}),
        "mask_style": mask_style,
        "preprocessing": prepared.preset.name if prepared.preset is not None else None,
        "spacing_source": spacing.source.value if spacing is not None else None,
        "edited_by_hand": edited,
    }
