"""What the labels of a pool, which no training sees, say of its pseudo-labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from shared_core.mammogram import Mask
from shared_core.training.data.patch_store import PatchStore
from shared_core.training.data.real_bac import RealBacViews
from shared_core.training.example import ViewSource
from shared_core.training.plan import Plan
from shared_core.training.pseudo_labels.round_files import PATCHES, ROUNDS


@dataclass(frozen=True)
class PseudoTruth:
    """What hidden labels say of the pseudo-labels of a round from one source."""

    patches: int
    marked_px: int
    right_px: int
    """Of these, on BAC of the label that nobody used."""


@dataclass(frozen=True, eq=False)
class HiddenLabels:
    """Labels of the pool, each view loaded once, and none where it is known that there is no BAC."""

    by_view: dict[str, Mask] = field(default_factory=dict)

    def of(self, source: ViewSource, number: int) -> Mask | None:
        """Of a view; None where it has no BAC."""
        identity = source.identity(number)
        if dict(identity.tags).get("severity") == "none":
            return None
        if isinstance(source, RealBacViews):
            drawing = source.drawings.get(source.images[number].path.name)
            if drawing is None or not drawing.sure:
                return None
        if identity.view_id not in self.by_view:
            self.by_view[identity.view_id] = source.load(number).label
        return self.by_view[identity.view_id]


def pseudo_truths(
    plan: Plan, number: int, sources: Sequence[ViewSource], known: HiddenLabels
) -> dict[str, PseudoTruth]:
    """Of the patches that a round took, by ``real`` and ``simulated``.

    Parameters
    ----------
    number
        Of the round.
    sources
        Of the real and of the simulated pool.
    """
    _, labels, records = PatchStore.load(plan.output_dir / ROUNDS / f"{number:02d}" / PATCHES)
    side, crop_px = plan.recipe.patches.tile_px, plan.recipe.pseudo_labels.crop_px
    found: dict[str, list[tuple[int, int]]] = {"real": [], "simulated": []}
    start = 0
    for record in records:
        count = len(record["corners_px"])
        view, name = record["number"], "real"
        if view >= len(sources[0]):
            view, name = view - len(sources[0]), "simulated"
        labels_of_view = known.of(sources[name != "real"], view)
        marked = right = 0
        for corner, label in zip(record["corners_px"], labels[start : start + count], strict=True):
            marked += int((label == 1).sum())
            if labels_of_view is not None:
                truth = true_crop(labels_of_view, corner, crop_px, side)
                right += int(((label == 1) & truth).sum())
        found[name].append((marked, right))
        start += count
    return {
        name: PseudoTruth(len(own), sum(one for one, _ in own), sum(other for _, other in own))
        for name, own in found.items()
    }


def true_crop(label_of_view: Mask, corner: Sequence[int], crop_px: int, side_px: int) -> Mask:
    """The label of a crop, enlarged as the crop was; views smaller than a patch were padded."""
    label = np.pad(label_of_view.astype(np.uint8), ((0, side_px), (0, side_px)))
    row, column = corner
    crop = label[row : row + crop_px, column : column + crop_px]
    return np.asarray(cv2.resize(crop, (side_px, side_px), interpolation=cv2.INTER_NEAREST) > 0)
