"""A mask in numbered arteries, as a person edits it: labels from a mask, and the numbers of both."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.connected_parts import Box, bounding_box
from shared_core.arteries.judged_image import Judged
from shared_core.arteries.vessel_map import VesselMap
from shared_core.arteries.vessels import find_vessels
from shared_core.mammogram import Mammogram, Mask, PixelSpacing
from shared_core.mass.densitometry import mass_refusal, measure_mass
from shared_core.mass.site_calibration import Calibration
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quantification.calcification_classes import MOST_ARTERIES, UNFOLLOWED_LABEL
from shared_core.quantification.judged_views import judged_other, with_others
from shared_core.quantification.measurement import MeasurementSettings, ViewMeasurement
from shared_core.quantification.numbered_arteries import numbered_arteries
from shared_core.quantification.view import measure_view, view_vessels
from shared_core.weights.card import MaskStyle

Labels = NDArray[np.uint8]


@dataclass(frozen=True)
class LabelNumbers:
    """What is marked with one label."""

    label: int
    area_px: int
    area_mm2: float | None
    length_px: float
    """Calcified, along the centre lines; 0 where nothing can be followed."""
    length_mm: float | None
    mean_calibre_px: float | None
    """Mean width, weighed by length; None where nothing can be followed."""
    mean_calibre_mm: float | None
    segments: int
    box: Box
    """Around it, in px."""
    probability: float | None = None
    """Calibrated, that it is an artery; None where nothing judged its parts, or a person drew it."""


@dataclass(frozen=True)
class LabelledMeasurement:
    """The numbers of a view and of each of its labels."""

    view: ViewMeasurement
    """Of the mask of all labels: as if it were one mask of a file, unless a person numbered its arteries."""
    labels: tuple[LabelNumbers, ...]


def labels_of(mask: Mask, vessels: VesselMap | None) -> Labels:
    """Number a mask by the arteries that `view_vessels` found in it; without them everything is 1.

    Above 0 exactly where `mask` is: the artery's number, or `UNFOLLOWED_LABEL`.
    """
    if vessels is None:
        return mask.astype(np.uint8)
    has_number = (vessels.labels > 0) & (vessels.labels <= MOST_ARTERIES)
    return np.where(mask, np.where(has_number, vessels.labels, UNFOLLOWED_LABEL), 0).astype(np.uint8)


def numbered_labels(prepared: PreparedView, mask: Mask, *, mask_style: MaskStyle) -> Labels:
    """Follow the arteries of a mask and number it by them; see `labels_of`.

    Parameters
    ----------
    prepared
        The view.
    mask
        (rows, columns) bool.
    mask_style
        What the mask covers: only vessel bands are followed.
    """
    return labels_of(mask, view_vessels(prepared, mask, mask_style=mask_style))


def measure_labels(
    prepared: PreparedView,
    labels: Labels,
    *,
    probability: NDArray[np.float32] | None = None,
    mask_style: MaskStyle = "vessel-band",
    settings: MeasurementSettings | None = None,
    raw: Mammogram | None = None,
    calibration: Calibration | None = None,
    judged: Judged | None = None,
    other: Mask | None = None,
    edited: bool = False,
    numbered: bool = False,
) -> LabelledMeasurement:
    """Measure an edited view, all labels together and each alone.

    Parameters
    ----------
    prepared
        The view.
    labels
        (rows, columns) uint8, above 0 where BAC.
    probability
        (rows, columns) float32 where the labels are still the model's; None after an edit.
    raw
        The pixels as read, where calcium can be weighed on them.
    judged
        What the model said of the parts that the labels are of, or began as.
    other
        (rows, columns) bool: calcification that is not along an artery, as it is left. None takes what the
        model judged, and is not known where nothing judged.
    edited
        Whether a person changed labels or `other`: then they are no longer the model's.
    numbered
        Whether a person said which parts are one artery, by joining, parting or renumbering them: each
        number is an artery then. Else the arteries are followed in the mask, whatever their numbers.
    """
    mask = labels > 0
    # `np.bincount` would take 8 bytes a pixel.
    counts = cv2.calcHist([labels], [0], None, [256], [0.0, 256.0])
    present = [int(label) for label in np.flatnonzero(counts.ravel()[1:]) + 1]
    vessels = None
    if numbered and mask_style == "vessel-band":
        own_numbers = [label for label in present if label != UNFOLLOWED_LABEL]
        vessels = numbered_arteries(prepared, labels, own_numbers)
    refused = mass_refusal(prepared.header, calibration=calibration)
    mass = refused
    if refused is None and raw is not None:
        mass = measure_mass(
            raw, mask, calibration=calibration, breast=prepared.breast_mask, mask_style=mask_style
        )
    view = measure_view(
        prepared,
        mask,
        probability,
        mask_style=mask_style,
        settings=settings or MeasurementSettings(),
        vessels=vessels,
        mass=mass,
        judged=None if edited else judged,
    )
    if other is not None or edited:
        view = with_others(view, other if other is not None else judged_other(judged, labels.shape))
    said = judged.probabilities(labels) if judged is not None else {}
    own = (
        replace(_label_numbers(labels, label, prepared.spacing), probability=said.get(label))
        for label in present
    )
    return LabelledMeasurement(view, tuple(own))


def _label_numbers(labels: Labels, label: int, spacing: PixelSpacing | None) -> LabelNumbers:
    mask = labels == label
    box = bounding_box(mask)
    assert box is not None
    own = mask[box.slices]
    # A margin keeps the outline of a band that ends at the box from being cut.
    found = find_vessels(np.pad(own, 2), spacing=spacing)
    area_px = int(np.count_nonzero(own))
    lengths = [vessel.length_px for vessel in found.vessels]
    calibres_mm = [vessel.mean_calibre_mm for vessel in found.vessels if vessel.mean_calibre_mm is not None]
    calibres_px = [vessel.mean_calibre_px for vessel in found.vessels]
    return LabelNumbers(
        label=label,
        area_px=area_px,
        area_mm2=area_px * spacing.pixel_area_mm2 if spacing is not None else None,
        length_px=found.total_length_px,
        length_mm=found.total_length_mm,
        mean_calibre_px=float(np.average(calibres_px, weights=lengths)) if calibres_px else None,
        mean_calibre_mm=float(np.average(calibres_mm, weights=lengths)) if calibres_mm else None,
        segments=sum(vessel.segments for vessel in found.vessels),
        box=box,
    )
