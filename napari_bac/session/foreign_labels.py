"""Labels of a layer that another plugin or the person made, taken for a view."""

from __future__ import annotations

from napari.layers import Labels, Layer

from napari_bac.session.exam_session import ExamSession
from napari_bac.views.layer_pixels import in_bytes
from shared_core import hosting as bac


def use_labels(session: ExamSession, layer: Layer | None, key: str) -> None:
    """Take the labels of a layer for a view, as one step of undo; the layer stays as it is.

    Parameters
    ----------
    layer
        Labels of the shape of the image, of any type of whole numbers, in memory or not.
    key
        Of the view.

    Raises
    ------
    UsageError
        It is no labels layer, or belongs to a view; it has another shape, or more numbers than can be told
        apart.
    """
    if not isinstance(layer, Labels):
        raise bac.UsageError("Select the layer of the labels in the layer list first.")
    if any(layer is view.labels for view in session.views.values()):
        raise bac.UsageError(f"{layer.name} belongs to a view; select a layer of labels of your own.")
    view = session.views[key]
    shape = view.opened.prepared.image_u8.shape
    labels = in_bytes(layer, shape)
    if labels is None:
        rows, columns = shape
        raise bac.UsageError(
            f"{layer.name} cannot be used for {key}: labels of {rows} x {columns} pixels (rows x columns) "
            "with at most 255 numbers are needed."
        )
    # They are numbers of arteries, all of them: what is no artery stays as it is.
    session.set_labels(key, bac.both_classes(labels, bac.other_mask(view.label_pixels())))
