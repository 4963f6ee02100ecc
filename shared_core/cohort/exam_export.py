"""Views as a person left them, in the files of ``bac analyze``; a folder that is whole or not there."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args

from msgspec.structs import replace as with_fields

from shared_core.cohort.batch import unique_stem
from shared_core.cohort.reviewed_view import ReviewedView, record_of
from shared_core.cohort.worker import SHEET_VIEW_PX
from shared_core.dicom_objects.object_kinds import (
    DICOM_KINDS,
    FOLDER as DICOM_FOLDER,
    DicomKind,
    kinds_of,
)
from shared_core.errors import OutputError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.nifti import labels_nifti
from shared_core.exporting.png import encode_png
from shared_core.exporting.view_files import view_files
from shared_core.exporting.whole_folder import whole_folder
from shared_core.mammogram import MammogramHeader
from shared_core.notices.of_results import RUN_DIFFERENT_MODELS, RUN_EDITED, RUN_NOT_ANALYSED
from shared_core.pictures.reduced_view import ReducedView, reduce_view
from shared_core.pictures.sheet import exam_sheet
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.measurement import MeasurementSettings, ViewMeasurement
from shared_core.reading.exam_grouping import exam_of
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_types import ExamRecord, RunRecord, ViewRecord
from shared_core.records.run_record import run_record
from shared_core.records.tables import EXAMS_JSON, exams_csv, views_csv
from shared_core.records.view_and_exam import exam_record
from shared_core.version import SOFTWARE_VERSION

ExportFormat = Literal["csv", "json", "png", "nii", "seg", "sr", "tid1500", "sc", "pdf", "gsps"]
"""Tables, a record a view, pictures for people, labels as NIfTI, DICOM objects (see `DicomKind`).

Masks and ``run.json`` are always there.
"""
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
USUAL_FORMATS: tuple[ExportFormat, ...] = ("csv", "json", "png")

_RUN = "run.json"


def export_exam(
    folder: Path,
    views: Sequence[ReviewedView],
    *,
    settings: MeasurementSettings,
    host: str,
    replace: bool = False,
    formats: Sequence[str] = USUAL_FORMATS,
) -> Path:
    """Do all of `export_steps`; return the folder."""
    for _ in export_steps(folder, views, settings=settings, host=host, replace=replace, formats=formats):
        pass
    return folder


def export_steps(
    folder: Path,
    views: Sequence[ReviewedView],
    *,
    settings: MeasurementSettings,
    host: str,
    replace: bool = False,
    formats: Sequence[str] = USUAL_FORMATS,
) -> Generator[tuple[int, int], None, None]:
    """Write everything that `bac analyze` writes for these masks.

    The numbered labels lie beside each mask, as ``NAME_labels.png``: with them arteries that a person
    joined or renumbered come back when the exam is opened again.

    Parameters
    ----------
    folder
        Takes the results; made beside and renamed, so that nobody ever sees a half of it.
    host
        Name of the program that was used.
    replace
        Whether an export that lies there gives way.
    formats
        Some of `EXPORT_FORMATS`.

    Yields
    ------
    (views done, views in all); to leave the loop before its end cancels, and nothing is kept.

    Raises
    ------
    OutputError
        Something else lies there, or it cannot be written; what was there is untouched.
    UsageError
        There is no view, or no such format.
    """
    if not views:
        raise UsageError("There is no view to export; open an exam first.")
    if replace and folder.exists() and not is_export(folder):
        raise OutputError(f"{folder} holds something else than an exported exam; choose another folder.")
    dicom, run = _dicom_kinds(formats), _run(views, settings, host)
    records: list[ViewRecord] = []
    exams: list[ExamRecord] = []
    with whole_folder(folder, replace=replace) as beside:
        for members in _by_exam(views):
            exam = exam_of([view.header for view in members], key=members[0].exam_key)
            by_header = {id(view.header): view for view in members}
            taken: set[str] = set()
            small: list[tuple[ReducedView, ViewMeasurement]] = []
            written: list[tuple[str, ViewRecord, ReviewedView]] = []
            for view in (by_header[id(header)] for header in exam.headers):
                record = with_fields(record_of(view), exam=exam.key)
                stem = unique_stem(view.header.stem, taken)
                for name, content in _view_files(stem, view, record, formats):
                    write_bytes(beside / exam.key / name, content)
                if "png" in formats and view.measurement is not None:
                    reduced = reduce_view(
                        view.prepared, view.labels > 0, longest_px=SHEET_VIEW_PX, other=view.other
                    )
                    small.append((reduced, view.measurement))
                records.append(record)
                if view.measurement is not None:
                    written.append((stem, record, view))
                yield len(records), len(views)
            measurement = measure_exam(
                [(view.header, view.measurement) for view in members if view.measurement is not None],
                not_analysed=[view.header for view in members if view.measurement is None],
            )
            provenances = [view.provenance for view in members if view.measurement is not None]
            exams.append(exam_record(exam, measurement, provenances=provenances))
            if len(small) > 1:
                picture = exam_sheet(exam, small, measurement, provenances=provenances)
                write_bytes(beside / exam.key / "exam_sheet.png", encode_png(picture))
            if dicom and written:
                _write_dicom(beside / exam.key, dicom, written, exams[-1], run)
        if "csv" in formats:
            write_bytes(beside / "views.csv", views_csv(records))
            write_bytes(beside / "exams.csv", exams_csv(exams))
        if "json" in formats:
            write_bytes(beside / EXAMS_JSON, json_bytes(exams))
        write_bytes(beside / _RUN, json_bytes(run))


def _dicom_kinds(formats: Sequence[str]) -> tuple[DicomKind, ...]:
    """Those among the formats, all of which must be known."""
    unknown = sorted(set(formats) - set(EXPORT_FORMATS))
    if unknown:
        raise UsageError(f"There is no export format {unknown[0]!r}; choose of {', '.join(EXPORT_FORMATS)}.")
    if "sc" in formats and "png" not in formats:
        raise UsageError("The format sc takes the pictures of the format png; choose both or none.")
    kinds = [kind for kind in formats if kind in DICOM_KINDS]
    return kinds_of(kinds) if kinds else ()


def _write_dicom(
    folder: Path,
    kinds: Sequence[DicomKind],
    views: Sequence[tuple[str, ViewRecord, ReviewedView]],
    exam: ExamRecord,
    run: RunRecord,
) -> None:
    """From what was just written; the pictures are those that lie there."""
    # Loaded here: most exports write no DICOM objects.
    from shared_core.dicom_objects.result_exam import ResultView, result_exam
    from shared_core.dicom_objects.source_image import source_images
    from shared_core.dicom_objects.writing import write_dicom

    sources = source_images([view.header for _, _, view in views])
    made = [
        ResultView(
            source,
            stem,
            record,
            view.labels > 0,
            overlay=_picture(folder / f"{stem}_overlay.png"),
            other=view.other,
        )
        for source, (stem, record, view) in zip(sources, views, strict=True)
    ]
    sheet = _picture(folder / "exam_sheet.png")
    result = result_exam(exam.key, made, run=run, record=exam, sheet=sheet)
    write_dicom(result, kinds, folder / DICOM_FOLDER)


def _picture(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def is_export(folder: Path) -> bool:
    """Whether a folder holds what `export_exam` or ``bac analyze`` wrote."""
    return (folder / _RUN).is_file()


def _by_exam(views: Sequence[ReviewedView]) -> list[list[ReviewedView]]:
    exams: dict[str, list[ReviewedView]] = {}
    for view in views:
        exams.setdefault(view.exam_key, []).append(view)
    return list(exams.values())


def _view_files(
    stem: str, view: ReviewedView, record: ViewRecord, formats: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    if view.measurement is None:
        if "json" in formats:
            yield f"{stem}.json", json_bytes(record)
        return
    yield f"{stem}_labels.png", encode_png(view.labels, flat=True)
    if "nii" in formats:
        yield f"{stem}_labels.nii.gz", labels_nifti(view.labels, view.prepared.spacing)
    files = view_files(
        stem,
        view.prepared,
        view.labels > 0,
        view.measurement,
        record,
        other=view.other,
        pictures="png" in formats,
    )
    for name, content in files:
        if "json" in formats or not name.endswith(".json"):
            yield name, content


def _name(header: MammogramHeader) -> str:
    """The file, or what a host calls the image; the view of one in memory without a name."""
    return header.name if header.path is not None or header.given_name else header.view_label


def _run(views: Sequence[ReviewedView], settings: MeasurementSettings, host: str) -> RunRecord:
    cards = {view.card.sha256: view.card for view in views if view.card is not None}
    # "openvino 2026.4": of what made the mask, in this process or another.
    libraries = {str(view.provenance["backend"]).split()[0] for view in views if view.card is not None}
    notices = []
    if len(cards) > 1:
        names = ", ".join(sorted(card.name for card in cards.values()))
        notices.append(RUN_DIFFERENT_MODELS.notice(names=names))
    left_out: dict[str, list[str]] = {}
    for view in views:
        if view.why_not_measured is not None:
            left_out.setdefault(view.why_not_measured.text, []).append(_name(view.header))
    notices += [
        RUN_NOT_ANALYSED.notice(names=", ".join(names), reason=reason) for reason, names in left_out.items()
    ]
    edited = [_name(view.header) for view in views if view.edited]
    if edited:
        notices.append(RUN_EDITED.notice(names=", ".join(edited)))
    return run_record(
        software_version=SOFTWARE_VERSION,
        arguments={
            "host": host,
            "views": [
                {
                    "file": str(view.header.path or view.header.name),
                    "model_name": view.provenance.get("model_name"),
                    "threshold": view.provenance.get("threshold"),
                    "edited_by_hand": view.edited,
                    "state": view.state.value,
                }
                for view in views
            ],
        },
        settings=settings,
        card=next(iter(cards.values())) if len(cards) == 1 else None,
        files=[view.header.path for view in views if view.header.path is not None],
        libraries=sorted(libraries),
        notices=notices,
    )
