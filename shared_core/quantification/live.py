"""Counts of a mask that a person edits, kept exact from change to change at the cost of the change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import bounding_box
from shared_core.grades.guo import thresholded_area_px, thresholded_intensity_sum
from shared_core.grades.ibrahim import percent
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.calcification_classes import (
    OTHER_LABEL,
    artery_labels,
    artery_mask,
    other_mask,
)
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
        # Arteries and other calcification, a bit a pixel each: of a view of 13 megapixels they take 3 MB.
        self._reference: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None
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
        """Pixels that are marked here and not in the reference, or there and not here, or of other class."""
        return self._differing_px

    @property
    def renumbered_px(self) -> int:
        """Pixels whose artery has another number than they were first marked with, since `begin_numbers`."""
        return self._numbers.renumbered_px

    def begin_numbers(self) -> None:
        """Take the numbers as they are now for the first ones."""
        self._numbers = FirstNumbers()

    def compare_with(self, reference: Labels | None) -> None:
        """Count the pixels that differ in class from labels, as the model's, now and after every update.

        None stands for labels without a mark.
        """
        if reference is None:
            self._reference = None
            self._differing_px = int(np.count_nonzero(self._copy))
            return
        self._reference = (
            np.packbits(artery_mask(reference), axis=1),
            np.packbits(other_mask(reference), axis=1),
        )
        self._differing_px = int(np.count_nonzero(_classes(self._copy) != _classes(reference)))

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
        self._differing_px += int(np.count_nonzero(_classes(became) != there))
        self._differing_px -= int(np.count_nonzero(_classes(was) != there))
        rows, columns = np.nonzero(changed)
        top, left = region[0].start or 0, region[1].start or 0
        places = (rows + top) * labels.shape[1] + columns + left
        # What is no artery has no number: moved there and back, a part is not renumbered.
        self._numbers.follow(places, artery_labels(was), artery_labels(became))
        before[...] = now
        touched = np.union1d(was, became).astype(np.intp)
        return touched[touched > 0]

    def numbers(self, *, heat_map: bool = False) -> LiveNumbers:
        """The numbers of all arteries together; of a heat map none that needs an area of calcium."""
        x, comparison = self._settings.intensity_threshold, self._settings.intensity_comparison
        histogram = _of_arteries(self._pixels)
        counted = histogram - _of_arteries(self._left_out)
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

    def _of_reference(self, region: Region) -> NDArray[np.uint8]:
        """Classes, as `_classes` has them."""
        rows, columns = region
        if self._reference is None:
            return np.zeros(self._copy[region].shape, np.uint8)
        arteries, others = (
            np.unpackbits(bits[rows], axis=1, count=self._copy.shape[1])[:, columns]
            for bits in self._reference
        )
        return np.asarray(arteries + 2 * others, np.uint8)

    def _changed_box(self, labels: Labels) -> Region | None:
        box = bounding_box(self._copy != labels)
        return box.slices if box is not None else None


def _classes(labels: Labels) -> NDArray[np.uint8]:
    """0 where nothing is marked, 1 of an artery, 2 of other calcification."""
    return (labels > 0).astype(np.uint8) + other_mask(labels)


def _of_arteries(table: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(table[1:].sum(axis=0) - table[OTHER_LABEL])
