"""Who made an object, when, in which series, and under which UIDs: the same each time.

Nothing here asks the clock or a random number. An instance's UID is made from its content, so that another
result never has the UID of an earlier one, and the same result always has the same.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import msgspec
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from shared_core.dicom_objects.source_image import SourceImage, put_patient_and_study, uid_of
from shared_core.errors import UsageError
from shared_core.records.canonical_json import plain
from shared_core.records.record_types import RunRecord
from shared_core.version import SOFTWARE_VERSION

MANUFACTURER: Final = "OpenBAC developers"
MODEL_NAME: Final = "OpenBAC"
SERIAL_NUMBER: Final = "none"
"""Device Serial Number is asked for, and software has none."""
CONTENT_CREATOR: Final = "OpenBAC^"

ObjectKind = Literal["image", "seg", "probability", "gsps", "sc", "pdf", "sr", "tid1500"]


@dataclass(frozen=True)
class SeriesKind:
    """What one series of ours holds."""

    number: int
    """Series Number; far from those of a mammography unit."""
    modality: str
    description: str


SERIES: Final[Mapping[ObjectKind, SeriesKind]] = {
    "image": SeriesKind(9700, "MG", "OpenBAC images converted to DICOM (RESEARCH)"),
    "seg": SeriesKind(9701, "SEG", "OpenBAC BAC segmentation (RESEARCH)"),
    "probability": SeriesKind(9702, "SEG", "OpenBAC BAC probability (RESEARCH)"),
    "gsps": SeriesKind(9703, "PR", "OpenBAC BAC outlines (RESEARCH)"),
    "sc": SeriesKind(9704, "OT", "OpenBAC BAC pictures (RESEARCH)"),
    "pdf": SeriesKind(9705, "DOC", "OpenBAC BAC report (RESEARCH)"),
    "sr": SeriesKind(9706, "SR", "OpenBAC mammography CAD report (RESEARCH)"),
    "tid1500": SeriesKind(9707, "SR", "OpenBAC BAC measurements (RESEARCH)"),
}
_UNKNOWN_TIME: Final = datetime(1970, 1, 1)
_IMPLEMENTATION: Final = uid_of("implementation", SOFTWARE_VERSION)


@dataclass(frozen=True)
class Making:
    """When and with what the objects of one result are made."""

    when: datetime
    """Stands in every object as its date and time."""
    software_version: str = SOFTWARE_VERSION
    run: str = ""
    """Whatever tells this run from others: part of the UIDs of its series."""
    dated: bool = True
    """Whether `when` is the time of the run, and not, for want of it, that of the study."""


def making_of(home: SourceImage, run: RunRecord | None = None) -> Making:
    """How the objects of a result are made, from its run record alone; `home` is that of `exam_home`.

    Its ``made_at`` (ISO 8601), where there is one, is the time of the objects; the model's sha256 and the
    settings tell this run from others. Without a time the objects have that of the study: the clock would
    make them differ each time. Without both they are of 1970-01-01.

    Raises
    ------
    UsageError
        ``made_at`` is no date and time.
    """
    version = run.software.get("openbac", SOFTWARE_VERSION) if run is not None else SOFTWARE_VERSION
    parts = {"settings": plain(run.settings), "model": plain(run.model)} if run is not None else {}
    what = {key: value for key, value in parts.items() if value is not None}
    digest = hashlib.sha256(repr(what).encode("utf-8")).hexdigest()[:16] if what else ""
    said = run.made_at if run is not None else msgspec.UNSET
    if said is msgspec.UNSET:
        return Making(home.study_time or _UNKNOWN_TIME, version, digest, dated=False)
    try:
        return Making(datetime.fromisoformat(str(said)).replace(tzinfo=None), version, digest)
    except ValueError:
        raise UsageError(
            f"run.json: made_at {said!r} is no date and time; write it as 2024-05-31T14:03:00."
        ) from None


def new_object(
    source: SourceImage, kind: ObjectKind, making: Making, *, sop_class: str, number: int
) -> Dataset:
    """An object with everything that all of ours share; its own modules are to be added.

    Patient, Study, Series, Equipment and SOP Common modules, dates and times; the SOP Instance UID comes
    with `finished`. `number` is the Instance Number in its series.
    """
    dataset = Dataset()
    dataset.SOPClassUID = sop_class
    put_patient_and_study(dataset, source)
    put_series(dataset, source, kind, making, number=number)
    return dataset


def put_series(
    dataset: Dataset, source: SourceImage, kind: ObjectKind, making: Making, *, number: int
) -> None:
    """Write series, equipment, dates and times over what another library put there."""
    series = SERIES[kind]
    dataset.Modality = series.modality
    dataset.SeriesInstanceUID = series_uid(source, kind, making)
    dataset.SeriesNumber, dataset.InstanceNumber = series.number, number
    dataset.SeriesDescription = series.description
    dataset.Manufacturer, dataset.ManufacturerModelName = MANUFACTURER, MODEL_NAME
    dataset.DeviceSerialNumber = SERIAL_NUMBER
    dataset.SoftwareVersions = making.software_version
    date, time = making.when.strftime("%Y%m%d"), making.when.strftime("%H%M%S")
    dataset.SeriesDate = dataset.ContentDate = dataset.InstanceCreationDate = date
    dataset.SeriesTime = dataset.ContentTime = dataset.InstanceCreationTime = time


def series_uid(source: SourceImage, kind: ObjectKind, making: Making) -> str:
    """Of the series of one kind of object: one a study and run."""
    return uid_of(
        "series", source.study_uid, kind, making.software_version, making.run, making.when.isoformat()
    )


def finished(dataset: Dataset) -> Dataset:
    """Give an object the UID that its content has, and the head of its file (PS3.10 7.1).

    Call it last: whatever changes afterwards no longer fits the UID. UIDs that a library drew by chance
    (Dimension Organization, Frame of Reference ...) have to be gone before.
    """
    dataset.SOPInstanceUID = uid_of("unfinished")
    dataset.file_meta = file_meta(dataset)
    dataset.SOPInstanceUID = uid_of("instance", hashlib.sha256(file_bytes(dataset)).hexdigest())
    dataset.file_meta = file_meta(dataset)
    return dataset


def file_bytes(dataset: Dataset) -> bytes:
    """The file of a finished object: explicit VR little endian."""
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def without_chance(dataset: Dataset, *, of: str) -> None:
    """Replace the UIDs that a library drew by chance with ones that depend on `of` alone."""
    given: dict[str, str] = {}

    def replace(_: Dataset, element: DataElement) -> None:
        if element.keyword in _DRAWN:
            old = str(element.value)
            element.value = given.setdefault(old, uid_of(element.keyword, of, str(len(given))))

    dataset.walk(replace)


_DRAWN: Final = frozenset(
    {"DimensionOrganizationUID", "FrameOfReferenceUID", "SynchronizationFrameOfReferenceUID"}
)


def file_meta(dataset: Dataset) -> FileMetaDataset:
    """The head of the file, ours and not that of a library, whose version would change the bytes."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(_IMPLEMENTATION)
    meta.ImplementationVersionName = f"OPENBAC_{SOFTWARE_VERSION}"[:16]
    return meta
