"""The mask of one view as a DICOM segmentation, and its probability as another one (PS3.3 A.51, C.8.20).

A mammogram has no frame of reference, so a segmentation stores no pixel size: it has the rows and columns of
its source and lies on it pixel by pixel. One object a view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.algorithm import (
    Algorithm,
    algorithm_of,
    algorithm_of_others,
    algorithm_unedited,
)
from shared_core.dicom_objects.colours import cielab
from shared_core.dicom_objects.equipment import (
    CONTENT_CREATOR,
    MANUFACTURER,
    MODEL_NAME,
    SERIAL_NUMBER,
    Making,
    ObjectKind,
    finished,
    put_series,
    series_uid,
    without_chance,
)
from shared_core.dicom_objects.required_libraries import needed
from shared_core.dicom_objects.source_image import (
    SourceImage,
    put_lossy,
    put_patient_and_study,
    uid_of,
)
from shared_core.errors import UsageError
from shared_core.mammogram import Mask
from shared_core.pictures.lettering import FINDING, OTHER
from shared_core.reading.dicom.dataset import quiet_pydicom
from shared_core.wording.phrases import HEAT_MAP, is_heat_map

LABEL: Final = "Breast arterial calcification"
OTHER_LABEL: Final = "Calcification, not arterial"
MOST: Final = 255
"""Maximum Fractional Value (0062,000E): stands for a probability of 1."""
_LONGEST_NAME, _LONGEST_TEXT = 64, 10240

Kind = Literal["BINARY", "FRACTIONAL"]
_CONTENT: Final[dict[tuple[bool, Kind], str]] = {
    (False, "BINARY"): "BAC",
    (False, "FRACTIONAL"): "BAC_PROBABILITY",
    (True, "BINARY"): "HEAT_MAP",
    (True, "FRACTIONAL"): "HEAT_MAP_VALUES",
}
"""Content Label (0070,0080), of a heat map and of others."""


def segmentation(
    source: SourceImage,
    mask: Mask,
    *,
    other: Mask | None = None,
    provenance: Mapping[str, Any],
    making: Making,
    number: int,
) -> Dataset:
    """A BINARY segmentation of one view: segment 1 is BAC, segment 2 other calcification where there is any.

    Its Segment Algorithm Type (0062,0008) is AUTOMATIC where a model made the mask, SEMIAUTOMATIC where a
    person changed that, MANUAL where a person drew it or gave it as a file.

    Parameters
    ----------
    source
        The mammogram.
    mask
        (rows, columns) bool at its size, True where BAC; may be empty.
    other
        (rows, columns) bool: calcification that is not along an artery.
    provenance
        How the mask came about, see `provenance_of` and `drawn_provenance`.
    number
        Instance Number in the series of segmentations.

    Raises
    ------
    UsageError
        Mask and mammogram differ in size, or highdicom is not installed.
    """
    pixels = np.ascontiguousarray(mask).view(np.uint8)[..., np.newaxis]
    if other is not None and other.any():
        _check_size(source, other.shape)
        pixels = np.concatenate([pixels, np.ascontiguousarray(other).view(np.uint8)[..., np.newaxis]], axis=2)
    label = HEAT_MAP if is_heat_map(provenance) else LABEL
    algorithms = algorithm_of(provenance), algorithm_of_others(provenance)
    return _segmentation(source, "seg", "BINARY", pixels, algorithms, making, number, label=label)


def probability_segmentation(
    source: SourceImage,
    probability: NDArray[np.float32],
    *,
    provenance: Mapping[str, Any],
    making: Making,
    number: int,
) -> Dataset:
    """A FRACTIONAL segmentation of one view: the model's probability in steps of 1/255.

    Parameters
    ----------
    probability
        (rows, columns) float32 in [0, 1] at the size of the mammogram.

    Other parameters and errors as for `segmentation`; what a person changed afterwards is not in it.
    """
    algorithms = (algorithm_unedited(provenance),)
    pixels = np.asarray(probability, np.float32)[..., np.newaxis]
    label = HEAT_MAP if is_heat_map(provenance) else LABEL
    return _segmentation(source, "probability", "FRACTIONAL", pixels, algorithms, making, number, label=label)


def _segmentation(
    source: SourceImage,
    series: ObjectKind,
    kind: Kind,
    pixels: NDArray[Any],
    algorithms: Sequence[Algorithm],
    making: Making,
    number: int,
    *,
    label: str,
) -> Dataset:
    """Of (rows, columns, segments), each with its algorithm; the label of the first is given."""
    _check_size(source, pixels.shape[:2])
    segments = [_segment(source, algorithms[0], label)]
    if pixels.shape[2] > 1:
        segments.append(_other_segment(source, algorithms[1]))
    with quiet_pydicom():  # names that are no names were said before
        dataset: Dataset = needed("highdicom.seg").Segmentation(
            source_images=[_as_mammogram(source)],
            pixel_array=pixels[np.newaxis],
            segmentation_type=kind,
            segment_descriptions=segments,
            series_instance_uid=series_uid(source, series, making),
            series_number=1,
            sop_instance_uid=uid_of("unfinished"),
            instance_number=number,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MODEL_NAME,
            software_versions=making.software_version,
            device_serial_number=SERIAL_NUMBER,
            max_fractional_value=MOST,
            content_label=_CONTENT[label == HEAT_MAP, kind],
            content_description=f"{label}, {source.header.view_label}, research use only",
            content_creator_name=CONTENT_CREATOR,
            omit_empty_frames=False,
        )
    # What highdicom takes from the clock or draws by chance gives way to ours.
    _refer_to(dataset, source)
    put_patient_and_study(dataset, source)
    put_series(dataset, source, series, making, number=number)
    dataset.PatientOrientation = list(source.patient_orientation)
    dataset.BurnedInAnnotation = "NO"
    put_lossy(dataset, source)
    if "ContributingEquipmentSequence" in dataset:  # says when highdicom ran
        del dataset.ContributingEquipmentSequence
    without_chance(dataset, of=source.sop_instance_uid)
    return finished(dataset)


def _check_size(source: SourceImage, shape: tuple[int, ...]) -> None:
    size = source.header.rows, source.header.columns
    if shape != size:
        raise UsageError(
            f"The mask of {source.header.name} has {shape} pixels and the mammogram {size};"
            " (rows, columns); give the mask of this mammogram."
        )


def _as_mammogram(source: SourceImage) -> Dataset:
    """The source without pixels, as a plain mammogram: of enhanced classes highdicom wants planes in space.

    A projection has none, whatever class it is stored as.
    """
    dataset = Dataset()
    put_patient_and_study(dataset, source)
    dataset.SOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID = source.sop_instance_uid, source.series_uid
    dataset.Modality = source.modality
    dataset.Rows, dataset.Columns = source.header.rows, source.header.columns
    return dataset


def _refer_to(dataset: Dataset, source: SourceImage) -> None:
    """Name the source by the class that it really has."""

    def name(item: Dataset, element: DataElement) -> None:
        if element.keyword == "ReferencedSOPClassUID":
            assert item.ReferencedSOPInstanceUID == source.sop_instance_uid
            element.value = source.sop_class_uid

    dataset.walk(name)


def _segment(source: SourceImage, algorithm: Algorithm, label: str) -> Dataset:
    """BAC, or where a classifier looked for it: what, where, and by what (PS3.3 C.8.20.4)."""
    segment = _described(source, algorithm, 1, label, codes.PATHOLOGIC_CALCIFICATION)
    segment.PrimaryAnatomicStructureSequence = [codes.item(codes.ARTERY)]
    segment.RecommendedDisplayCIELabValue = cielab(FINDING)
    return segment


def _other_segment(source: SourceImage, algorithm: Algorithm) -> Dataset:
    """Calcification that is not along an artery; its type is another, so that who asks for BAC finds one."""
    segment = _described(source, algorithm, 2, OTHER_LABEL, codes.BREAST_CALCIFICATION)
    segment.RecommendedDisplayCIELabValue = cielab(OTHER)
    return segment


def _described(source: SourceImage, algorithm: Algorithm, number: int, label: str, what: Code) -> Dataset:
    identification = None
    if algorithm.how != "MANUAL":
        identification = needed("highdicom").AlgorithmIdentificationSequence(
            name=algorithm.name[:_LONGEST_NAME],
            version=algorithm.version,
            family=codes.ARTIFICIAL_INTELLIGENCE,
            parameters={
                name: value for name, _, value in (one.partition("=") for one in algorithm.parameters)
            },
        )
    short = "BAC" if number == 1 else "other calcification"
    segment: Dataset = needed("highdicom.seg").SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.MORPHOLOGICALLY_ABNORMAL,
        segmented_property_type=what,
        algorithm_type=algorithm.how,
        algorithm_identification=identification,
        tracking_uid=uid_of("tracking", source.sop_instance_uid, short.lower()),
        tracking_id=f"{short} {source.header.view_label}",
        anatomic_regions=[codes.BREAST],
    )
    laterality = codes.LATERALITIES.get(source.header.laterality)
    if laterality is not None:
        segment.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [codes.item(laterality)]
    segment.SegmentDescription = f"{algorithm.name}; research use only, not verified"[:_LONGEST_TEXT]
    return segment
