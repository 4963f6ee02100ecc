"""Counts of a mask that a person edits, kept exact from change to change at the cost of the change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import bounding_box
from shared_core.grades.guo import thresholded_area_px, thresholded_intensity_sum
from shared_core.grades.ibrahim import percent
from shared_core.mammogram import Mask
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.first_numbers import FirstNumbers
from shared_core.quantification.measurement import MeasurementSettings, without_areas
from shared_core.quantification.view import breast_area

Labels = NDArray[np.uint8]
Region = tuple[slice, slice]

LABELS = 256
_GREYS = 256


@dataclass(frozen=True)
class LiveNumbers:
    """What can be told at every stroke; the same names and values as in `ViewMeasurement`."""

    am_px: int
    sim: int
    tam_px: int
    tsim: int
    bac_area_mm2: float | None
    bac_in_breast_area_px: int
    bac_percent_of_breast: float | None
    tam_per_breast_area: float | None


class LiveCounts:
    """Grey-level histogram of every label of a view.

    A private copy of the labels is compared with the edited array, in the region that is known to have
    changed or in all of it; whatever way the labels were changed, the counts are those of a recount.

    Parameters
    ----------
    prepared
        The view; `image_u8` is the intensity.
    settings
        X, comparison, pectoral muscle.
    """

    def __init__(self, prepared: PreparedView, settings: MeasurementSettings | None = None) -> None:
        self._prepared = prepared
        self._settings = settings or MeasurementSettings()
        self._breast = breast_area(prepared, self._settings)
        shape = prepared.image_u8.shape
        self._copy: Labels = np.zeros(shape, np.uint8)
        # (label, grey level): pixels; beside it those that the denominator leaves out.
        self._pixels = np.zeros((LABELS, _GREYS), np.int64)
        self._left_out = np.zeros((LABELS, _GREYS), np.int64)
        # A bit a pixel: a view of 13 megapixels takes 2 MB.
        self._reference: NDArray[np.uint8] | None = None
        self._differing_px = 0
        self._numbers = FirstNumbers()

    @property
    def area_px(self) -> NDArray[np.int64]:
        """(256,) pixels of each label; label 0 is not counted."""
        area: NDArray[np.int64] = self._pixels.sum(axis=1)
        area[0] = 0
        return area

    @property
    def differing_px(self) -> int:
        """Pixels that are marked here and not in the reference, or there and not here."""
        return self._differing_px

    @property
    def renumbered_px(self) -> int:
        """Pixels whose artery has another number than they were first marked with, since `begin_numbers`."""
        return self._numbers.renumbered_px

    def begin_numbers(self) -> None:
        """Take the numbers as they are now for the first ones."""
        self._numbers = FirstNumbers()

    def compare_with(self, reference: Mask | None) -> None:
        """Count the pixels that differ from a mask, as the model's, now and after every update.

        None stands for an empty mask.
        """
        self._reference = None if reference is None else np.packbits(reference, axis=1)
        marked = self._copy > 0
        self._differing_px = int(np.count_nonzero(marked if reference is None else marked != reference))

    def update(self, labels: Labels, region: Region | None = None) -> NDArray[np.intp]:
        """Take in a change.

        Parameters
        ----------
        labels
            (rows, columns) uint8 as they are now.
        region
            That holds every change since the last call; None where that is not known.

        Returns
        -------
        Labels of which pixels came or went, ascending, without 0.

        Raises
        ------
        ValueError
            If the labels do not have the shape of the view, or are not uint8.
        """
        if labels.shape != self._copy.shape or labels.dtype != np.uint8:
            raise ValueError(
                f"labels must be uint8 of shape {self._copy.shape}, not {labels.dtype} {labels.shape}"
            )
        region = region or self._changed_box(labels)
        if region is None:
            return np.empty(0, np.intp)
        before, now = self._copy[region], labels[region]
        changed = before != now
        if not changed.any():
            return np.empty(0, np.intp)
        was, became = before[changed], now[changed]
        grey = self._prepared.image_u8[region][changed]
        self._count(self._pixels, was, became, grey)
        if self._breast.left_out is not None:
            out = self._breast.left_out[region][changed]
            self._count(self._left_out, was[out], became[out], grey[out])
        there = self._of_reference(region)[changed]
        self._differing_px += int(np.count_nonzero((became > 0) != there))
        self._differing_px -= int(np.count_nonzero((was > 0) != there))
        rows, columns = np.nonzero(changed)
        top, left = region[0].start or 0, region[1].start or 0
        self._numbers.follow((rows + top) * labels.shape[1] + columns + left, was, became)
        before[...] = now
        touched = np.union1d(was, became).astype(np.intp)
        return touched[touched > 0]

    def numbers(self, *, heat_map: bool = False) -> LiveNumbers:
        """The numbers of all labels together; of a heat map none that needs an area of calcium."""
        x, comparison = self._settings.intensity_threshold, self._settings.intensity_comparison
        histogram = self._pixels[1:].sum(axis=0)
        counted = histogram - self._left_out[1:].sum(axis=0)
        am_px, counted_px = int(histogram.sum()), int(counted.sum())
        spacing, breast_px = self._prepared.spacing, self._breast.area_px
        counted_tam = thresholded_area_px(counted, x, comparison)
        known = LiveNumbers(
            am_px=am_px,
            sim=int(histogram @ np.arange(_GREYS)),
            tam_px=thresholded_area_px(histogram, x, comparison),
            tsim=thresholded_intensity_sum(histogram, x, comparison),
            bac_area_mm2=am_px * spacing.pixel_area_mm2 if spacing is not None else None,
            bac_in_breast_area_px=counted_px,
            bac_percent_of_breast=percent(counted_px, breast_px),
            tam_per_breast_area=counted_tam / breast_px if breast_px > 0 else None,
        )
        return without_areas(known) if heat_map else known

    def _count(self, table: NDArray[np.int64], was: Labels, became: Labels, grey: NDArray[np.uint8]) -> None:
        size = table.size
        here = became.astype(np.intp) * _GREYS + grey
        gone = was.astype(np.intp) * _GREYS + grey
        table += (np.bincount(here, minlength=size) - np.bincount(gone, minlength=size)).reshape(table.shape)

    def _of_reference(self, region: Region) -> Mask:
        rows, columns = region
        if self._reference is None:
            return np.zeros(self._copy[region].shape, np.bool_)
        bits = np.unpackbits(self._reference[rows], axis=1, count=self._copy.shape[1])
        return bits[:, columns].view(np.bool_)

    def _changed_box(self, labels: Labels) -> Region | None:
        box = bounding_box(self._copy != labels)
        return box.slices if box is not None else None
