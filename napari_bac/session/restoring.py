"""What a view has to be so that restored edits are measured on what they were made on."""

from __future__ import annotations

from collections.abc import Mapping

from napari_bac.session.edit_store import SavedEdits
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac


def prepare_as_saved(view: ViewSession, saved: SavedEdits, settings: bac.MeasurementSettings) -> str:
    """Make a view what it was when edits of it were saved; a sentence where it cannot be, else empty.

    Labels of a model that are there stay what the edits are compared with, and the view as that model saw it.
    """
    if view.answer is not None:
        return _other_model_words(view.origin or {}, saved)
    view.mask_style, view.began_as = saved.mask_style, saved.began_as
    began, present = saved.began_as or {}, view.opened.prepared.preset
    used = "of the default model" if present is None else present.name
    preset = saved.preset or _preset_of_model(began)
    if preset is None:
        return (
            f"the model {began.get('model_name')} that these corrections began with is not at hand, so they "
            f"are measured with the preprocessing {used}."
        )
    try:
        prepared = bac.prepared_by(view.opened.prepared, preset)
    except bac.OpenBacError as error:
        return f"these corrections are measured with the preprocessing {used}: {error}"
    if prepared is not view.opened.prepared:
        view.take_prepared(prepared, settings)
    return ""


def _other_model_words(now: Mapping[str, object], saved: SavedEdits) -> str:
    before = saved.began_as or {}
    if all(now.get(name) == before.get(name) for name in ("model_sha256", "threshold")):
        return ""
    began = f"with {_words(before)}" if before.get("model_name") else "by hand"
    return f"these corrections began {began}; they are measured as corrections of {_words(now)} now."


def _words(origin: Mapping[str, object]) -> str:
    cut = origin.get("threshold")
    at = f" at threshold {bac.threshold(cut)}" if isinstance(cut, float) else ""
    return f"{origin.get('model_name')}{at}"


def _preset_of_model(origin: Mapping[str, object]) -> bac.PreprocessingPreset | None:
    """Of the model that labels began with, if it is at hand; of labels without one that of the default."""
    name, sha256 = origin.get("model_name"), origin.get("model_sha256")
    if not name:
        return bac.default_model().preprocessing
    cards = (card for card in bac.list_models() if (card.name, card.sha256) == (name, sha256))
    return next((card.preprocessing for card in cards), None)
