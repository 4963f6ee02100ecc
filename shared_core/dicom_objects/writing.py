"""Which objects a result becomes, and writing them: all of an exam or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from shared_core.change.change_over_time import PatientChange
from shared_core.dicom_objects.equipment import file_bytes, making_of
from shared_core.dicom_objects.images.converted_image import converted_image
from shared_core.dicom_objects.images.presentation_state import presentation_state
from shared_core.dicom_objects.images.secondary_capture import secondary_capture
from shared_core.dicom_objects.images.segmentation_object import probability_segmentation, segmentation
from shared_core.dicom_objects.object_kinds import DicomKind
from shared_core.dicom_objects.pdf.encapsulated_pdf import encapsulated_pdf
from shared_core.dicom_objects.pdf.pdf_report import report_pdf
from shared_core.dicom_objects.result_exam import ResultExam
from shared_core.dicom_objects.source_image import source_image
from shared_core.dicom_objects.structured_reports.cad_report import cad_report
from shared_core.dicom_objects.structured_reports.measurement_report import exam_report, views_report
from shared_core.errors import OpenBacError, OutputError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.whole_folder import whole_folder
from shared_core.mammogram import MammogramHeader, Mask


def dicom_objects(
    exam: ResultExam, kinds: Sequence[DicomKind], *, change: PatientChange | None = None
) -> Iterator[tuple[str, Dataset]]:
    """File name and finished object, one after the other.

    An image that no archive has yet comes as an object, too, as the others refer to it. Measurement reports
    refer to the segmentations, which come with them.

    Raises
    ------
    OpenBacError
        An object cannot be made of this exam.
    """
    for number, view in enumerate(exam.views, start=1):
        if view.source.made:
            yield f"{view.stem}.dcm", converted_image(view.source, number=number)
    segmentations: dict[str, Dataset] = {}
    if {"seg", "tid1500"} & set(kinds):
        for number, view in enumerate(exam.views, start=1):
            segmentations[view.stem] = segmentation(
                view.source,
                view.mask,
                other=view.other,
                provenance=view.record.provenance,
                making=exam.making,
                number=number,
            )
            yield f"{view.stem}_seg.dcm", segmentations[view.stem]
    if "seg" in kinds:
        yield from _probabilities(exam)
    if "gsps" in kinds:
        for number, view in enumerate(exam.views, start=1):
            lines = presentation_state(
                view.source,
                view.mask,
                other=view.other,
                record=view.record,
                making=exam.making,
                number=number,
            )
            yield f"{view.stem}_gsps.dcm", lines
    if "sc" in kinds:
        yield from _pictures(exam)
    if "sr" in kinds:
        yield "cad_report.dcm", cad_report(exam)
    if "tid1500" in kinds:
        yield "measurements.dcm", views_report(exam, segmentations)
        of_exam = exam_report(exam)
        if of_exam is not None:
            yield "exam_measurements.dcm", of_exam
    if "pdf" in kinds:
        sources = [view.source for view in exam.views]
        pdf = encapsulated_pdf(
            exam.home, report_pdf(exam, change=change), sources=sources, making=exam.making
        )
        yield "report.dcm", pdf


def write_dicom(
    exam: ResultExam, kinds: Sequence[DicomKind], folder: Path, *, change: PatientChange | None = None
) -> tuple[Path, ...]:
    """Write the objects of an exam into a folder that takes its name when all are there; return the files.

    Objects that lie there give way; anything else there is an error.

    Raises
    ------
    OpenBacError
        An object cannot be made or written; what was there is untouched.
    """
    if folder.is_dir() and any(path.suffix != ".dcm" for path in folder.iterdir()):
        raise UsageError(f"{folder}: holds something else than DICOM objects; choose another folder.")
    names = []
    with whole_folder(folder, replace=True) as beside:
        try:
            for name, made in dicom_objects(exam, kinds, change=change):
                write_bytes(beside / name, file_bytes(made))
                names.append(name)
        except (OpenBacError, OSError, MemoryError):
            raise
        except Exception as error:  # boundary with the writing libraries: odd values raise anything
            detail = " ".join(str(error).split())[:160] or type(error).__name__
            raise OutputError(
                f"{exam.key}: no object can be made of it ({detail}); check the headers of its images."
            ) from error
    return tuple(folder / name for name in names)


def segmentation_file(
    header: MammogramHeader, mask: Mask, provenance: Mapping[str, Any], *, other: Mask | None = None
) -> bytes:
    """The file of one SEG alone, see `segmentation`.

    Raises
    ------
    UsageError
        The mammogram is no DICOM object that the SEG could refer to.
    """
    source = source_image(header)
    if source.made:
        raise UsageError(
            f"{header.name}: a DICOM segmentation has to refer to a DICOM image, which this is not; export "
            "the exam with DICOM objects, which makes one of it."
        )
    making = making_of(source)
    return file_bytes(segmentation(source, mask, other=other, provenance=provenance, making=making, number=1))


def _probabilities(exam: ResultExam) -> Iterator[tuple[str, Dataset]]:
    for number, view in enumerate(exam.views, start=1):
        if view.probability is not None:
            made = probability_segmentation(
                view.source,
                view.probability,
                provenance=view.record.provenance,
                making=exam.making,
                number=number,
            )
            yield f"{view.stem}_probability.dcm", made


def _pictures(exam: ResultExam) -> Iterator[tuple[str, Dataset]]:
    """Overlays, where there are any, and the exam sheet."""
    shown = [
        (f"{view.stem}_overlay.dcm", view.overlay, [view.source], f"BAC overlay {view.label}")
        for view in exam.views
    ]
    shown.append(("exam_sheet.dcm", exam.sheet, [view.source for view in exam.views], "BAC exam sheet"))
    number = 0
    for name, picture, sources, title in shown:
        if picture is not None:
            number += 1
            made = secondary_capture(picture, sources=sources, title=title, making=exam.making, number=number)
            yield name, made
