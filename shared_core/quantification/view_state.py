"""Who looked at a view: the state in which its mask stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path


class ViewState(str, Enum):
    """How the mask of a view came about; a view that nothing looked at has no mask and no numbers."""

    NOT_ANALYSED = "not analysed"
    """Nothing marked BAC on it: no model ran, nobody drew. Its numbers are unknown, not zero."""
    BY_MODEL = "by model"
    CORRECTED = "by model, corrected"
    """By a model, then changed by a person."""
    BY_HAND = "by hand"
    FROM_FILE = "from file"
    """Taken from a file that somebody gave, as it is."""

    @property
    def is_analysed(self) -> bool:
        """Whether anything looked at the view."""
        return self is not ViewState.NOT_ANALYSED


def state_of(provenance: Mapping[str, object] | None) -> ViewState:
    """The state that a provenance tells; see `provenance_of` and `drawn_provenance`.

    Parameters
    ----------
    provenance
        With ``model_name``, ``mask_file`` and ``edited_by_hand`` where they are known; None where nothing
        looked at the view.
    """
    if provenance is None:
        return ViewState.NOT_ANALYSED
    model = bool(provenance.get("model_name"))
    if provenance.get("edited_by_hand"):
        return ViewState.CORRECTED if model else ViewState.BY_HAND
    if provenance.get("mask_file"):
        return ViewState.FROM_FILE
    return ViewState.BY_MODEL if model else ViewState.NOT_ANALYSED


def made_by(provenance: Mapping[str, object] | None) -> str | None:
    """What made the mask, for people: the model, or the file that it was taken from; None where unknown."""
    known = provenance or {}
    file = known.get("mask_file")
    made = known.get("model_name") or (Path(str(file)).name if file else None)
    return str(made) if made else None


def state_words(provenance: Mapping[str, object] | None) -> str:
    """``by model, corrected (openbac-1)``: the state, and what made the mask where that is known."""
    made = made_by(provenance)
    return f"{state_of(provenance).value} ({made})" if made else state_of(provenance).value


def analysed_words(analysed: int, total: int) -> str:
    """``1 of 4 views analysed``."""
    return f"{analysed} of {total} {'view' if total == 1 else 'views'} analysed"
