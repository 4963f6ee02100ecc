"""The outlines of one view as a presentation state: lines on the mammogram itself that can be switched off.

Grayscale Softcopy Presentation State (PS3.3 A.33.1). The lines stay outside the calcium, as on our pictures.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import GrayscaleSoftcopyPresentationStateStorage

from shared_core.dicom_objects.colours import cielab
from shared_core.dicom_objects.data_sets import dataset_of
from shared_core.dicom_objects.equipment import CONTENT_CREATOR, Making, finished, new_object
from shared_core.dicom_objects.images.grayscale_pipeline import put_grayscale
from shared_core.dicom_objects.source_image import SourceImage
from shared_core.errors import UsageError
from shared_core.mammogram import Mask, PixelSpacing
from shared_core.pictures.lettering import BRIGHT, FINDING, OTHER
from shared_core.pictures.outline import Contour, mask_outlines
from shared_core.records.record_types import ViewRecord
from shared_core.wording import phrases

_LINES, _OTHERS, _WORDS = "BAC OUTLINES", "OTHER OUTLINES", "BAC WORDS"
_MARGIN_MM, _MARGIN_PX, _LEAST_PX = 0.3, 4, 2
_MOST_POINTS: Final = 8000
"""Of a line: its coordinates must fit into 64 KB (PS3.5 7.1.2, VR FL)."""
_MOST_LINES: Final = 1000
_TOLERANCE_PX: Final = 0.25


def presentation_state(
    source: SourceImage,
    mask: Mask,
    *,
    other: Mask | None = None,
    record: ViewRecord,
    making: Making,
    number: int,
) -> Dataset:
    """The outlines of one view on its mammogram; area, share and model in the upper left corner.

    Calcification that is not along an artery, `other`, lies on a layer of its own.

    Raises
    ------
    UsageError
        Mask and mammogram differ in size.
    """
    size = source.header.rows, source.header.columns
    if mask.shape != size:
        raise UsageError(
            f"The mask of {source.header.name} has {mask.shape} pixels and the mammogram {size}"
            " (rows, columns); give the mask of this mammogram."
        )
    dataset = new_object(
        source,
        "gsps",
        making,
        sop_class=str(GrayscaleSoftcopyPresentationStateStorage),
        number=number,
    )
    _put_identification(dataset, source, making)
    images = [source.reference()]
    dataset.ReferencedSeriesSequence = [
        dataset_of(SeriesInstanceUID=source.series_uid, ReferencedImageSequence=images)
    ]
    put_grayscale(dataset, source)
    _put_displayed_area(dataset, source)
    lines, left_out = _outlines(mask, source.header.spacing)
    others, others_left_out = _outlines(other, source.header.spacing) if other is not None else ([], 0)
    words = [_text(_words(record, source, left_out + others_left_out))]
    dataset.GraphicAnnotationSequence = [_annotation(source, _WORDS, TextObjectSequence=words)]
    dataset.GraphicLayerSequence = [_layer(_WORDS, 1, BRIGHT)]
    if lines:
        drawn = _annotation(source, _LINES, GraphicObjectSequence=[_line(line) for line in lines])
        dataset.GraphicAnnotationSequence.append(drawn)
        dataset.GraphicLayerSequence.append(_layer(_LINES, 2, FINDING))
    if others:
        drawn = _annotation(source, _OTHERS, GraphicObjectSequence=[_line(line) for line in others])
        dataset.GraphicAnnotationSequence.append(drawn)
        dataset.GraphicLayerSequence.append(_layer(_OTHERS, len(dataset.GraphicLayerSequence) + 1, OTHER))
    return finished(dataset)


def _put_identification(dataset: Dataset, source: SourceImage, making: Making) -> None:
    """Presentation State Identification (PS3.3 C.11.10)."""
    # A presentation state has a date of its own instead; its series holds both sides.
    del dataset.ContentDate, dataset.ContentTime
    dataset.Laterality = ""
    dataset.ContentLabel = "BAC"
    dataset.ContentDescription = f"BAC outlines, {source.header.view_label}, research use only"
    dataset.ContentCreatorName = CONTENT_CREATOR
    dataset.PresentationCreationDate = making.when.strftime("%Y%m%d")
    dataset.PresentationCreationTime = making.when.strftime("%H%M%S")


def _put_displayed_area(dataset: Dataset, source: SourceImage) -> None:
    """The whole image, fitted to the screen (PS3.3 C.10.4)."""
    area = dataset_of(
        ReferencedImageSequence=[source.reference()],
        DisplayedAreaTopLeftHandCorner=[1, 1],
        DisplayedAreaBottomRightHandCorner=[source.header.columns, source.header.rows],
        PresentationSizeMode="SCALE TO FIT",
    )
    spacing = source.header.spacing
    if spacing is not None:
        area.PresentationPixelSpacing = [f"{spacing.row_mm:.8g}", f"{spacing.column_mm:.8g}"]
    else:
        area.PresentationPixelAspectRatio = [1, 1]
    dataset.DisplayedAreaSelectionSequence = [area]


def _outlines(mask: Mask, spacing: PixelSpacing | None) -> tuple[list[Contour], int]:
    """The longest lines round the mask, and how many are left out."""
    margin = _MARGIN_PX if spacing is None else max(round(_MARGIN_MM / spacing.row_mm), _LEAST_PX)
    lines = sorted(mask_outlines(mask, margin), key=lambda line: -len(line))
    kept = [_few_enough(line, mask.shape) for line in lines[:_MOST_LINES]]
    return kept, len(lines) - len(kept)


def _few_enough(line: Contour, shape: tuple[int, ...]) -> Contour:
    tolerance = _TOLERANCE_PX
    while len(thin := cv2.approxPolyDP(line[:, np.newaxis], tolerance, True)) >= _MOST_POINTS:
        tolerance *= 2
    last = np.array([shape[1] - 1, shape[0] - 1], np.float32)
    return np.clip(thin[:, 0], np.float32(0), last).astype(np.float32)


def _line(contour: Contour) -> Dataset:
    """A closed line; the middle of the first pixel is at 0.5, 0.5 (PS3.3 C.10.5.1.2)."""
    points = np.concatenate([contour, contour[:1]]) + np.float32(0.5)
    return dataset_of(
        GraphicAnnotationUnits="PIXEL",
        GraphicDimensions=2,
        NumberOfGraphicPoints=len(points),
        GraphicData=[float(value) for value in points.ravel()],
        GraphicType="POLYLINE",
        GraphicFilled="N",
    )


def _text(words: str) -> Dataset:
    return dataset_of(
        BoundingBoxAnnotationUnits="DISPLAY",
        BoundingBoxTopLeftHandCorner=[0.01, 0.01],
        BoundingBoxBottomRightHandCorner=[0.45, 0.12],
        BoundingBoxTextHorizontalJustification="LEFT",
        UnformattedTextValue=words,
    )


def _words(record: ViewRecord, source: SourceImage, left_out: int) -> str:
    """Lines end with CR LF, as in Unformatted Text Value (0070,0006)."""
    model, area = record.provenance, record.number("bac_area_mm2")
    found = f"{phrases.count(record.number('am_px'))} px" if area is None else f"{phrases.area_mm2(area)} mm2"
    of_mask = phrases.HEAT_MAP if phrases.is_heat_map(model) else f"BAC {found}"
    lines = [f"{phrases.view_name(source.header.view_label)}: {of_mask}"]
    share = record.number("bac_percent_of_breast")
    if share is not None:
        lines.append(f"{phrases.percentage(share)} % of {record.number('denominator')}")
    if record.number("other_count"):
        lines.append(f"{phrases.count(record.number('other_count'))} other calcifications: have them read")
    if left_out:
        lines.append(f"{phrases.count(left_out)} smaller parts are not outlined")
    lines += [phrases.model(model), f"Unverified. {phrases.RESEARCH_USE}"]
    return "\r\n".join(lines)


def _annotation(source: SourceImage, layer: str, **items: list[Dataset]) -> Dataset:
    return dataset_of(ReferencedImageSequence=[source.reference()], GraphicLayer=layer, **items)


def _layer(name: str, order: int, colour: tuple[int, int, int]) -> Dataset:
    return dataset_of(
        GraphicLayer=name,
        GraphicLayerOrder=order,
        GraphicLayerRecommendedDisplayGrayscaleValue=65535,
        GraphicLayerRecommendedDisplayCIELabValue=cielab(colour),
        GraphicLayerDescription="OpenBAC, research use only",
    )
