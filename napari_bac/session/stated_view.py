"""What a person states of a view of a session."""

from __future__ import annotations

from napari_bac.session.exam_session import ExamSession
from napari_bac.views.layer_pixels import pixels_of
from napari_bac.views.opened_view import METADATA, with_stated
from shared_core import hosting as bac


def state_facts(session: ExamSession, key: str, facts: bac.StatedFacts) -> str:
    """Take what is stated of a view; return its key, which may be another one then.

    Labels that a person made stay; those of a model go, as what it was told of the image changed.

    Raises
    ------
    OpenBacError
        The image cannot be read any more.
    """
    view = session.views[key]
    opened = with_stated(view.opened, facts, pixels_of(view.image))
    labels, edited, preset = view.label_pixels().copy(), view.edited, view.opened.prepared.preset
    view.image.metadata[METADATA] = opened
    session.autosave.taken_anew = view
    try:
        # Without its labels a view is none; its image layer is then taken anew.
        session.viewer.layers.remove(view.labels)
        new = session.take_layer(view.image, in_place=view.in_place)
    finally:
        session.autosave.taken_anew = None
    view.image.name = new
    again = session.views[new]
    if edited and again.label_pixels().shape == labels.shape:
        if preset is not None:
            again.take_prepared(bac.prepared_by(again.opened.prepared, preset), session.settings)
        again.began_as, again.mask_style = view.origin, view.mask_style
        again.take_restored(labels, numbered=view.numbered)
        session.signals.edited_changed.emit(new)
    elif labels.any():
        session.say(
            f"{new}: what is known of the image changed, so its labels were removed; segment it again."
        )
    session.hang()
    return new
