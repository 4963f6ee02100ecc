"""Exams with their results from a folder that ``bac analyze`` or an export of a host wrote."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.dicom_objects.result_exam import ResultExam, ResultView, result_exam
from shared_core.dicom_objects.source_image import SourceImage, source_images
from shared_core.errors import UnreadableImageError, UsageError
from shared_core.exporting.mask_files import read_mask
from shared_core.mammogram import MammogramHeader, Mask
from shared_core.notices import Remedy
from shared_core.reading.content import is_there
from shared_core.reading.reader import read_header
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ExamRecord, RunRecord, ViewRecord
from shared_core.records.results_folder import Row, read_table
from shared_core.records.tables import EXAMS_JSON
from shared_core.records.unused_files import unused_beside
from shared_core.records.view_and_exam import stated_in
from shared_core.records.written_paths import written_path

RUN: Final = "run.json"
_WOMAN: Final = re.compile(r" \[\d+\]$")
"""Behind a patient ID that several women have."""


@dataclass(frozen=True)
class ExamFolder:
    """One exam of a folder of results."""

    results: Path
    """The folder with `RUN`."""
    folder: Path
    key: str


def exam_folders(result: Path) -> tuple[ExamFolder, ...]:
    """The exams of a folder of results, or the one whose folder in it is named.

    Raises
    ------
    UsageError
        It is no folder of results, or holds no record of a view.
    """
    if not result.is_dir():
        raise UsageError(f"{result}: is not a folder.", Remedy.NAME_RESULTS_FOLDER)
    if (result / RUN).is_file():
        found = [ExamFolder(result, place, place.name) for place in _folders(result) if _records(place)]
    elif (result.parent / RUN).is_file() and _records(result):
        found = [ExamFolder(result.parent, result, result.resolve().name)]
    else:
        found = []
    if not found:
        raise UsageError(
            f"{result}: holds no results with a JSON file for each view.", Remedy.NAME_RESULTS_FOLDER
        )
    return tuple(found)


def read_exam(
    place: ExamFolder,
    *,
    images: Path | None = None,
    record: ExamRecord | None = None,
    stems: Collection[str] | None = None,
    failed: Sequence[str] | None = None,
) -> ResultExam:
    """Everything that is known of an exam.

    Parameters
    ----------
    images
        Folder where the mammograms lie now, where they are no longer where the records say.
    record, stems, failed
        Of the exam, of its views, and the names of files that could not be measured, where the tables of the
        results are not written yet; None takes them from there.

    Raises
    ------
    UnreadableImageError
        A file is missing or damaged.
    UsageError
        A mammogram is not where the records say, or is another than the one that was measured; or a mask was
        changed after it was measured.
    """
    exam = record if record is not None else _exam(place)
    views = _rows(place.results / "views.csv", "exam", place.key) if failed is None else []
    paths = [path for path in _records(place.folder) if stems is None or path.stem in stems]
    found = {path: read_record(path, ViewRecord) for path in paths}
    # A view that nothing looked at has a record, and no mask that an object could be made of.
    records = {path: _measured_only(path, one) for path, one in found.items() if one.status != "not analysed"}
    if found and not records:
        raise UsageError(f"{place.folder}: no view of this exam was analysed; analyse it, then export it.")
    measured = {str(view["file"]) for view in views if view.get("status") == "ok"}
    # Another run may have left views there that are none of this exam any more.
    kept = [path for path in records if not measured or records[path].file in measured]
    if not kept:
        raise UsageError(f"{place.folder}: holds no view that its tables name; run the analysis again.")
    sources = source_images([_header(records[path], path, images, exam) for path in kept])
    run = read_record(place.results / RUN, RunRecord)
    images_of_exam = exam.views if exam is not None else ()
    files = [one.file for one in images_of_exam] or [records[path].file for path in kept]
    return result_exam(
        place.key,
        [_view(path, records[path], source) for path, source in zip(kept, sources, strict=True)],
        run=run,
        record=exam,
        failed=failed
        if failed is not None
        else [Path(str(view["file"])).name for view in views if view.get("status") == "failed"],
        sheet=_bytes(place.folder / "exam_sheet.png"),
        unused=unused_beside(run, files),
    )


def _view(path: Path, record: ViewRecord, source: SourceImage) -> ResultView:
    return ResultView(
        source,
        path.stem,
        record,
        _mask(path, record, source.header),
        probability=_probability(path.with_name(f"{path.stem}_probability.png"), source.header),
        overlay=_bytes(path.with_name(f"{path.stem}_overlay.png")),
        other=_other(path, record, source.header),
    )


def _folders(result: Path) -> list[Path]:
    return sorted(path for path in result.iterdir() if path.is_dir() and not path.name.startswith("."))


def _records(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))


def _measured_only(path: Path, record: ViewRecord) -> ViewRecord:
    if record.metrics is None:
        raise UnreadableImageError(f"{path}: is no record of a measured view; take it out of the results.")
    return record


def _exam(place: ExamFolder) -> ExamRecord | None:
    """A host may have written none."""
    path = place.results / EXAMS_JSON
    if not path.is_file():
        return None
    return next((exam for exam in read_record(path, list[ExamRecord]) if exam.key == place.key), None)


def _rows(path: Path, column: str, value: str) -> list[Row]:
    """Rows of a table of the results; a host may have written none."""
    if not path.is_file():
        return []
    return [row for row in read_table(path) if row.get(column) == value]


def _header(record: ViewRecord, path: Path, images: Path | None, exam: ExamRecord | None) -> MammogramHeader:
    """Of the mammogram that was measured, as far as can be told from it."""
    file = _found(written_path(record.file), path, images)
    header = read_header(file, facts=stated_in(record))
    patient = exam.patient_id or "" if exam is not None else ""
    for what, then, now in (
        ("patient", _WOMAN.sub("", patient), header.identity.patient_id),
        ("study date", exam.study_date if exam is not None else None, header.identity.study_date),
        ("side", record.laterality, header.laterality.value),
    ):
        if then and now and now != "unknown" and str(then) != str(now):
            raise UsageError(
                f"{file}: is not the image that {path.name} was measured on: its {what} is {now}, not "
                f"{then}.",
                Remedy.NAME_IMAGES,
            )
    return header


def _found(file: Path, record: Path, images: Path | None) -> Path:
    if images is None:
        if is_there(file):
            return file
        raise UsageError(
            f"{file}: the image that {record.name} was measured on is no longer there.", Remedy.NAME_IMAGES
        )
    here = sorted(path for path in images.rglob("*") if path.name == file.name and path.is_file())
    if not here:
        raise UsageError(
            f"{images}: holds no {file.name}, which {record.name} was measured on; name the folder of the "
            "images."
        )
    shared = [_shared_ending(path, file) for path in here]
    best = [path for path, length in zip(here, shared, strict=True) if length == max(shared)]
    if len(best) > 1:
        raise UsageError(
            f"{images}: holds {len(best)} files {file.name}, and which of them {record.name} was measured on "
            "cannot be told; name the folder of this exam."
        )
    return best[0]


def _shared_ending(one: Path, other: Path) -> int:
    """Parts of the two paths that agree, from the end."""
    pairs = zip(reversed(one.parts), reversed(other.parts), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _mask(path: Path, record: ViewRecord, header: MammogramHeader) -> Mask:
    return _measured_mask(path, "mask", record.number("am_px"), header)


def _other(path: Path, record: ViewRecord, header: MammogramHeader) -> Mask | None:
    """Where the record knows of calcification that is not along an artery, and its mask was written."""
    area_px = record.number("other_area_px")
    if area_px is None or not path.with_name(f"{path.stem}_other.png").is_file():
        return None
    return _measured_mask(path, "other", area_px, header)


def _measured_mask(path: Path, what: str, then: int, header: MammogramHeader) -> Mask:
    """A mask beside a record, with as many pixels as the record says."""
    picture = path.with_name(f"{path.stem}_{what}.png")
    mask = read_mask(picture, (header.rows, header.columns))
    now = int(np.count_nonzero(mask))
    if then != now:
        words = "BAC" if what == "mask" else "other calcification"
        raise UsageError(
            f"{picture}: has {now} pixels of {words}, and {path.name} says {then}; it was changed after it "
            "was measured: edit it in a host that measures it, or restore it."
        )
    return mask


def _probability(path: Path, header: MammogramHeader) -> NDArray[np.float32] | None:
    """The probability map as it was written: 16-bit, probability x 65535."""
    content = _bytes(path)
    if content is None:
        return None
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.dtype != np.uint16 or picture.shape != (header.rows, header.columns):
        raise UnreadableImageError(
            f"{path}: is no probability map of {header.name}; run the analysis again or delete it."
        )
    return np.asarray(picture / np.float32(65535), np.float32)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableImageError(f"Cannot read {path}: {error.strerror}; check the folder.") from None
