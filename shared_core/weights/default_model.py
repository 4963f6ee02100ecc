"""Which model runs where nobody names one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.cache import CACHE_VARIABLE
from shared_core.errors import ModelError, OutputError
from shared_core.weights.card import ModelCard
from shared_core.weights.fetch import fetch_weights
from shared_core.weights.location import WEIGHTS_VARIABLE, find_weights
from shared_core.weights.registry import load_card

PREFERRED: Final[str] = "openbac-1"
"""The default model: of those that can be had, the one that did best in docs/validation.md."""
OFFLINE: Final[str] = "openbac-1"
"""Runs where the preferred one cannot be had; its weights come with the package."""

PATIENCE_S: Final = 5.0
"""How long a server may take to answer before the offline model takes over."""

_Key = tuple[object, ...]


@dataclass(frozen=True)
class ModelChoice:
    """A model, and why it is another than the preferred one."""

    card: ModelCard
    note: str = ""
    """One sentence for the results where the preferred model could not be had; else empty."""


def default_choice(*, weights_dir: Path | None = None, download: bool = True) -> ModelChoice:
    """The preferred model where its weights are here or can be downloaded, else the offline one.

    Decided once per process for the same folders, so that one run never mixes two models, and waits for a
    network that is not there once.

    Parameters
    ----------
    weights_dir
        Folder searched first for the weights, and where they are downloaded to; see `fetch_weights`.
    download
        Whether the network may be used.

    Raises
    ------
    ModelError
        A folder that was named for weights is none, or there are weights of the preferred model's name
        with a wrong sha256: something is wrong that the user should know of.
    """
    preferred = load_card(PREFERRED)
    places = (os.environ.get(WEIGHTS_VARIABLE), os.environ.get(CACHE_VARIABLE))
    key = (PREFERRED, OFFLINE, weights_dir, download, *places)
    if key not in _decided:
        reason = _reason_against(preferred, weights_dir, download)
        _decided[key] = ModelChoice(load_card(OFFLINE), _note(reason)) if reason else ModelChoice(preferred)
    return _decided[key]


_decided: dict[_Key, ModelChoice] = {}


def _reason_against(card: ModelCard, weights_dir: Path | None, download: bool) -> str:
    """Why a model's weights cannot be had; empty where they are here now."""
    if find_weights(card, weights_dir=weights_dir) is not None:
        return ""
    if not download:
        return "were not to be downloaded"
    try:
        fetch_weights(card, weights_dir=weights_dir, patience_s=PATIENCE_S)
    except (ModelError, OutputError):
        # A firewall answers with silence, a refusal or a page of its own; what it was has no place in a
        # result, which must be the same tomorrow.
        return "cannot be downloaded"
    return ""


def default_phrase() -> str:
    """The rule in a few words."""
    return PREFERRED if PREFERRED == OFFLINE else f"{PREFERRED}, or {OFFLINE} where that cannot be had"


def _note(reason: str) -> str:
    return (
        f"The weights of the default model {PREFERRED} are not on this machine and {reason}: {OFFLINE}, "
        f"which comes with OpenBAC, is used; `bac models fetch {PREFERRED}` gets them or says why not."
    )
