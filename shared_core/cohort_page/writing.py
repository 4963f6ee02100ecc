"""The page of a cohort, written as one folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from shared_core.cohort_page.columns import (
    NAME,
    PageColumn,
    exam_cells,
    exam_columns,
    row_of,
    view_cells,
    view_columns,
)
from shared_core.cohort_page.data_files import EXAMS_A_FILE, ExamFiles, write_data
from shared_core.cohort_page.details import exam_details, exam_row
from shared_core.cohort_page.exams import CohortExam, ResultsFolder, each_exam_once, results_folder
from shared_core.cohort_page.from_images import facts_from_images
from shared_core.cohort_page.libraries import library_files
from shared_core.cohort_page.more_columns import MoreColumns
from shared_core.cohort_page.pictures import PictureWriter
from shared_core.cohort_page.reading_list import ReasonKind, reading_list
from shared_core.cohort_page.summary import ExamSummary, summary_of
from shared_core.errors import OutputError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.whole_folder import whole_folder
from shared_core.records.cells import RUN_BY_SPREADSHEETS
from shared_core.records.readings import READING_COLUMNS, Reading
from shared_core.version import SOFTWARE_VERSION

PAGE: Final = "index.html"
_COHORT: Final = "cohort"
_OWN_FILES: Final = (".html", ".css", ".js")
_LIBRARIES: Final = "libraries"


@dataclass(frozen=True)
class PageSettings:
    """What is on the page beside the results."""

    names: bool = False
    """Whether patients have their names, from the images."""
    pictures_copied: bool = True
    """Whether large pictures are taken into the page; else they are shown from where they are."""
    more: MoreColumns = field(default_factory=MoreColumns)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    """What was said of exams before, by key."""


@dataclass(frozen=True)
class PageReport:
    """What was written."""

    page: Path
    """To be opened."""
    exams: int
    to_check: int
    left: int
    """Exams that are not analysed yet."""
    repeated: int
    """Exams that are in several folders: shown once, as `each_exam_once` has it."""
    outdated: tuple[str, ...]
    """Keys of exams that were measured anew since they were read; what was said of them is left out."""


def is_page(folder: Path) -> bool:
    """Whether a folder is a page that was written before, and may give way to a new one."""
    return (folder / PAGE).is_file() and (folder / "data" / f"{_COHORT}.js").is_file()


def write_page(
    results: Sequence[Path],
    output: Path,
    settings: PageSettings,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> PageReport:
    """Make the page of the exams in folders of results; a page that is there already gives way.

    Parameters
    ----------
    output
        Folder of the page: it is there whole, or as it was.
    progress
        Called with (exams, all exams).

    Raises
    ------
    UsageError
        There are no results in one of the folders.
    OutputError
        Something else is there, or it cannot be written.
    OpenBacError
        What the page runs on is not installed.
    """
    libraries = library_files()
    folders = [results_folder(folder) for folder in results]
    if output.exists() and not is_page(output) and (not output.is_dir() or any(output.iterdir())):
        raise OutputError(f"{output} holds something else than such a page; choose another folder.")
    with whole_folder(output, replace=True) as beside:
        _copy_own_files(beside, libraries)
        page = _Page(beside, output, settings)
        counts = Counter(key for folder in folders for key in folder.keys)
        for exam in each_exam_once(folders):
            page.add(exam)
            if progress is not None:
                progress(page.files.count, len(counts))
        left = len(counts) - page.files.count
        listed = page.finish(folders, left)
    return PageReport(
        page=output / PAGE,
        exams=page.files.count,
        to_check=listed,
        left=left,
        repeated=sum(count > 1 for count in counts.values()),
        outdated=tuple(page.outdated),
    )


def keys_of(results: Sequence[Path]) -> frozenset[str]:
    """Of all exams in folders of results."""
    return frozenset(key for folder in results for key in results_folder(folder).keys)


class _Page:
    """The page as far as it has come; of exams that were added, summaries are kept."""

    def __init__(self, beside: Path, output: Path, settings: PageSettings) -> None:
        self.files = ExamFiles(beside)
        self.outdated: list[str] = []
        self._beside = beside
        self._settings = settings
        names = (NAME,) if settings.names else ()
        self._columns: tuple[PageColumn, ...] = (*exam_columns(), *settings.more.columns, *names)
        self._view_columns = view_columns()
        self._pictures = PictureWriter(beside, output, copied=settings.pictures_copied)
        self._summaries: list[ExamSummary] = []
        self._readings: dict[int, Reading] = {}

    def add(self, exam: CohortExam) -> None:
        """Take the next exam."""
        pictures = self._pictures.write([view.overlay for view in exam.views], self.files.stem)
        facts = facts_from_images(exam, names=self._settings.names)
        patient = exam.record.patient_id if exam.record is not None else None
        cells = {
            **exam_cells(exam, machine=facts.machine),
            **self._settings.more.cells(exam=exam.key, patient=patient),
            NAME.key: facts.name,
        }
        summary = summary_of(exam)
        self._take_reading(exam.key, summary.result)
        self._summaries.append(summary)
        numbers = [view_cells(view, self._view_columns) for view in exam.views]
        row = exam_row(exam, row_of(cells, self._columns), pictures, numbers)
        self.files.add(row | {"result": summary.result}, exam_details(exam, pictures, numbers))

    def finish(self, folders: Sequence[ResultsFolder], left: int) -> int:
        """Write what concerns all of them; returns how many are on the reading list."""
        self.files.finish()
        listed = reading_list(self._summaries)
        reasons = [[[reason.kind.value, reason.text] for reason in one.reasons] for one in listed]
        rows = [[one.place, round(one.weight, 4), why] for one, why in zip(listed, reasons, strict=True)]
        said = {str(place): asdict(one) for place, one in self._readings.items()}
        write_data(self._beside, "reading_list", rows)
        write_data(self._beside, "readings", said)
        write_data(self._beside, _COHORT, self._about(folders, left))
        return len(listed)

    def _take_reading(self, key: str, result: str) -> None:
        reading = self._settings.readings.get(key)
        if reading is None:
            return
        if reading.result in ("", result):
            self._readings[self.files.count] = reading
        else:
            self.outdated.append(key)

    def _about(self, folders: Sequence[ResultsFolder], left: int) -> dict[str, Any]:
        places = "\n".join(str(folder.folder.resolve()) for folder in folders)
        return {
            "id": sha256(places.encode("utf-8", "backslashreplace")).hexdigest()[:16],
            "name": folders[0].folder.resolve().name,
            "software": SOFTWARE_VERSION,
            "files": self.files.files,
            "exams_a_file": EXAMS_A_FILE,
            "exams": self.files.count,
            "left": left,
            "columns": [asdict(column) for column in self._columns],
            "view_columns": [asdict(column) for column in self._view_columns],
            "reasons": {kind.value: kind.label for kind in ReasonKind},
            "reading_columns": READING_COLUMNS,
            "run_by_spreadsheets": RUN_BY_SPREADSHEETS.pattern,
            "unread": [[one.file, one.text] for folder in folders for one in folder.unread],
            "unused": [
                [one.file, one.reason, one.text, one.used] for folder in folders for one in folder.unused
            ],
        }


def _copy_own_files(page: Path, libraries: Mapping[str, Path]) -> None:
    own = files("shared_core.cohort_page") / "page"
    for entry in own.iterdir():
        if entry.name.endswith(_OWN_FILES):
            place = page / entry.name if entry.name == PAGE else page / "parts" / entry.name
            write_bytes(place, entry.read_bytes())
    for name, path in libraries.items():
        write_bytes(page / _LIBRARIES / name, path.read_bytes())
