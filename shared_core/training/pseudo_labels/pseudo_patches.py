"""The pseudo-labels of a round on disk: crops of the patches that were taken."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.simulation.randomness import stream
from shared_core.training.data.patch_store import PatchStore
from shared_core.training.data.patches import load_patches
from shared_core.training.network import probabilities
from shared_core.training.patch import PatchSet
from shared_core.training.pseudo_labels.contact_sheet import MOST_SHOWN, SHEET_FILE, write_sheet
from shared_core.training.pseudo_labels.labelling import crops_of, pseudo_label
from shared_core.training.pseudo_labels.round_files import PATCHES, Selection, Taken
from shared_core.training.recipe import Recipe

_CROPS: Final = "pseudo-label crops"
Pixels = NDArray[np.uint8]


def cut_pseudo_labels(
    folder: Path,
    selection: Selection,
    pool: PatchSet,
    network: torch.nn.Module,
    recipe: Recipe,
    *,
    device: torch.device,
    seed: int,
) -> PatchSet:
    """Label the patches of a round by a network, cut crops and draw the contact sheet, or go on with it.

    The same selection and weights give the same bytes, wherever it was stopped in between.
    """
    labeller = _Labeller(network, recipe, device, pool)
    if not (folder / SHEET_FILE).exists():
        shown = selection.taken[:MOST_SHOWN]
        labels = np.stack([labeller.label(one) for one in shown])
        images = np.stack([labeller.image(one) for one in shown])
        write_sheet(folder, selection.taken, images, labels, selection.number)
    store = PatchStore.open(
        folder / PATCHES,
        tile_px=recipe.patches.tile_px,
        made_of={"selection": msgspec.to_builtins(selection), "seed": seed},
    )
    for taken in selection.taken[store.views :]:
        rng = stream(seed, _CROPS, selection.number, taken.patch)
        crops = crops_of(labeller.image(taken), labeller.label(taken), recipe.pseudo_labels, rng)
        corners = crops.corners_px + np.array([taken.row_px, taken.column_px])
        record = {"number": taken.view, "view": taken.view_id, "corners_px": corners.tolist()}
        store.add(record, crops.images_u8, crops.labels)
    store.finish()
    return load_patches(folder / PATCHES)


def shares(count: int, validating: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the crops that teach and of those that validate: evenly spread, such as every tenth."""
    numbers = np.arange(count)
    due = np.floor((numbers + 1) * validating + 1e-9) > np.floor(numbers * validating + 1e-9)
    return numbers[~due], numbers[due]


class _Labeller:
    """One patch at a time, so that a label never depends on what else was in the batch."""

    def __init__(
        self, network: torch.nn.Module, recipe: Recipe, device: torch.device, pool: PatchSet
    ) -> None:
        self._network, self._recipe, self._device, self._pool = network, recipe, device, pool

    def image(self, taken: Taken) -> Pixels:
        return np.array(self._pool.images_u8[taken.patch])

    def label(self, taken: Taken) -> Pixels:
        found = probabilities(self._network, self.image(taken)[None], self._recipe, self._device)[0]
        outside = np.asarray(self._pool.labels[taken.patch]) != 0
        return pseudo_label(found, outside, self._recipe.pseudo_labels)
