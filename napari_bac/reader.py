"""Files and folders to layers: a mammogram, an exam, the latest of several exams, or a mask on its image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import napari
from napari.utils import progress
from napari.utils.notifications import show_error, show_info, show_warning
from qtpy.QtWidgets import QFileDialog

from napari_bac.layout.camera_fit import show_all_when_added
from napari_bac.layout.hanging_protocol import hang, steps_together
from napari_bac.layout.view_layers import image_layer, labels_layer, put
from napari_bac.remedies import error_words
from napari_bac.settings import PLUGIN
from napari_bac.views.exam_choice import apart_words, chosen_exams
from napari_bac.views.given_labels import LABEL_ENDINGS, METADATA_LABELS, read_given_labels, view_of
from napari_bac.views.opened_view import METADATA, OpenedView, open_each, open_view
from shared_core import hosting as bac

LayerData = tuple[Any, ...]
_NOTHING: list[LayerData] = [(None,)]
"""What a reader gives that did its work and has no layers."""
_MOST_NAMED = 3


def reader_for(
    path: str | Sequence[str] | None = None,
) -> Callable[[str | Sequence[str]], list[LayerData]] | None:
    """The reader of napari for files, folders and lists of files; without a path the person is asked for it.

    The command palette offers it as a command, and gives it nothing.
    """
    if path is None:
        _ask_and_open()
        return None
    return read_layers


def read_layers(path: str | Sequence[str]) -> list[LayerData]:
    """Read; what a person should know is shown as a notification, and never raised.

    A list of files is one exam. Layers hang as a radiologist reads them; the images carry an `OpenedView`.
    """
    paths = [Path(path)] if isinstance(path, str) else [Path(one) for one in path]
    try:
        masks = [one for one in paths if one.is_file() and _is_mask(one)]
        images = [one for one in paths if one not in masks]
        layers = _exam_layers(images, masks) if images else []
        layers += _mask_layers(masks, layers) if masks else []
    except bac.OpenBacError as error:
        show_error(error_words(error))
        return _NOTHING
    return layers or _NOTHING


def _ask_and_open() -> None:
    viewer = napari.current_viewer()
    chosen, _ = QFileDialog.getOpenFileNames(None, "Open mammograms or their masks", str(Path.home()))
    if chosen and viewer is not None:
        viewer.open(chosen, plugin=PLUGIN)


def _exam_layers(paths: Sequence[Path], masks: list[Path]) -> list[LayerData]:
    """Images of the exam among files and folders; masks that are found on the way are added to `masks`."""
    listing = bac.find_exams(paths)
    unused = list(listing.unused)
    other = [file for file in unused if file.reason is bac.UnusedReason.NOT_A_MAMMOGRAM]
    segmentations = [file for file in other if bac.is_label_file(file.path)]
    masks += [file.path for file in segmentations]
    unused = [file for file in unused if file not in segmentations]
    if not listing.exams:
        masks += [path for folder in paths if folder.is_dir() for path in _exported_masks(folder)]
        if masks:
            return []
        where = ", ".join(str(path) for path in paths[:_MOST_NAMED])
        if len(unused) == 1 and unused[0].is_failure:
            raise bac.UnreadableImageError(unused[0].text)
        nothing = f"{where}: contains no mammograms; choose the folder of an exam."
        raise bac.UnsupportedImageError(" ".join([nothing, *bac.unused_sentences(unused)]))
    exams, sentence = chosen_exams(listing, paths)
    found = progress(
        open_each(exams), total=sum(len(exam.headers) for exam in exams), desc="Reading mammograms"
    )
    opened: list[OpenedView] = []
    for view in found:
        if isinstance(view, OpenedView):
            opened.append(view)
        else:
            unused.append(view)
    for words in filter(None, (sentence, *apart_words(exams))):
        show_info(words)
    if not opened:
        raise bac.UnreadableImageError(" ".join(bac.unused_sentences(unused)))
    if unused:
        told = show_warning if any(file.is_failure or file.used for file in unused) else show_info
        told("\n".join(bac.unused_sentences(unused)))
    return _image_layers(opened)


def _image_layers(opened: Sequence[OpenedView]) -> list[LayerData]:
    show_all_when_added()
    views: dict[str, OpenedView] = {}
    for view in opened:
        views[view.unique_title(views)] = view
    prepared = {key: view.prepared for key, view in views.items()}
    places = hang(prepared, steps_together(prepared))
    found = []
    for key, view in views.items():
        layer = image_layer(view, key)
        put(layer, places[key])
        found.append(layer.as_layer_data_tuple())
    return found


def _mask_layers(paths: Sequence[Path], with_them: Sequence[LayerData]) -> list[LayerData]:
    """Labels where their images hang, with those images that are known and not there yet."""
    masks = [read_given_labels(path) for path in progress(paths, desc="Reading masks")]
    there = [*(layer[1]["metadata"][METADATA] for layer in with_them), *_views_in_viewer()]
    known = {view.path for view in there}
    missing = dict.fromkeys(given.image for given in masks if given.image not in {None, *known})
    new = _opened([path for path in missing if path is not None])
    found = _image_layers(new) if new else []
    placed = {id(layer[1]["metadata"][METADATA]): layer[1] for layer in (*with_them, *found)}
    for given in masks:
        try:
            _, view = view_of(given, [(view.title, view) for view in (*new, *there)])
        except bac.UsageError:
            # Shown as it is; a session that knows more views says what is wrong.
            metadata = {METADATA_LABELS: given}
            found.append((given.labels, {"name": given.path.stem, "metadata": metadata}, "labels"))
            continue
        layer = labels_layer(view, view.title, given.on(view))
        layer.metadata = {METADATA_LABELS: given}
        if id(view) in placed:
            layer.translate, layer.affine = placed[id(view)]["translate"], placed[id(view)]["affine"]
        found.append(layer.as_layer_data_tuple())
    return found


def _opened(paths: Sequence[Path]) -> list[OpenedView]:
    """Images with the exam that each belongs to: masks of several patients may come together."""
    exams = bac.find_exams(paths).exams if paths else ()
    keys = {header.path: exam.key for exam in exams for header in exam.headers}
    return [open_view(path, exam_key=keys.get(path, "")) for path in paths]


def _views_in_viewer() -> list[OpenedView]:
    viewer = napari.current_viewer()
    layers = viewer.layers if viewer is not None else []
    return [layer.metadata[METADATA] for layer in layers if METADATA in layer.metadata]


def _exported_masks(folder: Path) -> list[Path]:
    """Of an exam that was exported: the records beside them know the mammograms.

    Of each view the labels with their numbers, else the mask.
    """
    found: dict[str, Path] = {}
    for ending in LABEL_ENDINGS:
        for path in folder.rglob(f"*{ending}.png"):
            found[str(path).removesuffix(f"{ending}.png")] = path
    return [found[name] for name in sorted(found)]


def _is_mask(path: Path) -> bool:
    stem = path.name.partition(".")[0]
    kind: bac.FileFormat | None
    try:
        kind = bac.file_format(path)
    except bac.OpenBacError:
        return False
    return bac.is_label_file(path) or (kind != "DICOM" and stem.endswith(LABEL_ENDINGS))
