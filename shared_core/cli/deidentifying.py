"""What ``--deidentify`` does before anything else is done, and after all of it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared_core.cli.arguments import IMAGES
from shared_core.cli.remedies import notice_words
from shared_core.cli.screen import PlainConsole, escape, print_warnings
from shared_core.cohort.report import BatchReport, drop_exams
from shared_core.errors import UnreadableImageError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.reading.exam_grouping import ExamListing, find_exams
from shared_core.reading.unused import unused_sentences
from shared_core.records.cells import CsvStyle, csv_bytes
from shared_core.records.results_folder import read_table

if TYPE_CHECKING:
    from shared_core.deidentification.identifiers import Identifiers
    from shared_core.deidentification.images import DeidentifiedImages
    from shared_core.dicom_objects.result_exam import ResultExam

TO_LOOK_AT: Final = "images_to_look_at.csv"
"""Which of them may show a name."""


@dataclass(frozen=True)
class DeidentifiedListing:
    """Exams of images without identifiers, and what came of it."""

    listing: ExamListing
    lost: tuple[str, ...] = ()
    """Sentences on the files that are not among them."""
    identifiers: Mapping[Path, Identifiers] = field(default_factory=dict)
    """By image: what must be found in nothing that is made of it."""


def deidentified_listing(
    listing: ExamListing,
    output: Path,
    *,
    key_path: Path | None,
    nothing_burned_in: bool,
    blanking: Path | None = None,
    tell: Callable[[str], None],
) -> DeidentifiedListing:
    """The same exams from images without identifiers.

    `tell` is told where the key lies, and which images may show a name.
    """
    # Loaded here: most runs need neither.
    from shared_core.deidentification.blanking import NO_BLANKING, read_blanking
    from shared_core.deidentification.images import deidentified_exams
    from shared_core.deidentification.key import load_key

    key = load_key(key_path)
    tell(escape(_about_key(key_path)))
    images = deidentified_exams(
        listing.exams,
        output / IMAGES,
        key=key,
        nothing_burned_in=nothing_burned_in,
        blanking=read_blanking(blanking) if blanking is not None else NO_BLANKING,
    )
    for notice in images.notices:
        tell(f"[yellow]warning:[/yellow] {escape(notice_words(notice))}")
    _write_images_to_look_at(output, images)
    # Their names must not reach the tables.
    for sentence in unused_sentences([file for file in listing.unused if not file.is_failure], most=None):
        tell(escape(f"not used: {sentence}"))
    refused = tuple(file.text for file in listing.unused if file.is_failure)
    lost = (*images.failures, *refused)
    if not images.files:
        return DeidentifiedListing(ExamListing((), ()), lost)
    return DeidentifiedListing(find_exams(images.files.values()), lost, images.identifiers)


@contextmanager
def told_if_unchecked(output: Path | None) -> Iterator[None]:
    """Say that nobody looked, where work ends before `close_exams_with_identifiers`; None says nothing."""
    try:
        yield
    except UsageError:  # before anything was made
        raise
    except BaseException:  # Ctrl-C included: what is written may hold who somebody is
        if output is not None:
            print(
                f"bac: the results in {output} were not looked through for identifiers; go on with --resume, "
                "which does that, or delete them.",
                file=sys.stderr,
            )
        raise


def close_exams_with_identifiers(
    report: BatchReport, made: DeidentifiedListing, output: Path, *, style: CsvStyle = "plain"
) -> list[str]:
    """Take away all of each exam in whose results an identifier is found; a sentence for each."""
    from shared_core.deidentification.finished_folder import files_that_name

    of_exam: dict[str, Identifiers] = {}
    for exam in made.listing.exams:
        paths = [header.path for header in exam.headers if header.path is not None]
        of_exam[exam.key] = _together([made.identifiers[path] for path in paths])
    tables = [path for path in output.iterdir() if path.is_file()] if output.is_dir() else []
    in_tables = any(files_that_name(tables, _together(of_exam.values()), output=output))
    closed = [
        key
        for key, identifiers in of_exam.items()
        if any(files_that_name([output / key, *(tables if in_tables else ())], identifiers, output=output))
    ]
    if not closed:
        return []
    drop_exams(report, closed, output, style=style)
    said = []
    for exam in made.listing.exams:
        if exam.key in closed:
            left = _deleted([output / exam.key, *(one.path for one in exam.headers if one.path is not None)])
            said.append(
                f"{exam.key}: an identifier was still found in its results, or in the name of the folder for "
                f"them, {_about_deletion(left)}"
            )
    names = _together([of_exam[key] for key in closed])
    for path in files_that_name([path for path in tables if path.exists()], names, output=output):
        path.unlink()
    return said


def _deleted(places: Iterable[Path]) -> list[Path]:
    """Delete files and folders; those that are still there."""
    left = []
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
        with suppress(OSError):
            place.unlink(missing_ok=True)
        if place.exists():
            left.append(place)
    return left


def _about_deletion(left: Sequence[Path]) -> str:
    if not left:
        return "so all of it was deleted again."
    places = ", ".join(map(str, left))
    return f"and not all of it could be deleted: delete {places} before others get the rest."


def deidentified_export(
    exam: ResultExam,
    results: Path,
    output: Path,
    *,
    key_path: Path | None,
    nothing_burned_in: bool,
    blanking: Path | None = None,
    write: Callable[[ResultExam], Sequence[Path]],
) -> tuple[ResultExam, Sequence[Path]]:
    """Write a measured exam without identifiers; what has to be said of it goes to standard error.

    Raises
    ------
    OpenBacError
        It cannot be de-identified or written, or still names somebody; then nothing of it is left.
    """
    from shared_core.deidentification.blanking import NO_BLANKING, read_blanking
    from shared_core.deidentification.finished_folder import files_that_name
    from shared_core.deidentification.key import load_key
    from shared_core.deidentification.results import deidentified_result
    from shared_core.records.record_reading import read_record
    from shared_core.records.record_types import RunRecord

    console = PlainConsole(stderr=True, highlight=False)
    key = load_key(key_path)
    console.print(escape(_about_key(key_path)), soft_wrap=True)
    made = deidentified_result(
        exam,
        read_record(results / "run.json", RunRecord),
        output / IMAGES,
        key=key,
        nothing_burned_in=nothing_burned_in,
        blanking=read_blanking(blanking) if blanking is not None else NO_BLANKING,
    )
    print_warnings(made.notices, console)
    files = write(made.exam)
    if any(files_that_name([*files, *made.files], made.identifiers, output=output)):
        left = _deleted([*files, *made.files])
        raise UnreadableImageError(
            f"an identifier was still found in the objects of this exam, {_about_deletion(left)}"
        )
    return made.exam, files


def _together(several: Iterable[Identifiers]) -> Identifiers:
    from shared_core.deidentification.identifiers import Identifiers

    found = Identifiers()
    for one in several:
        found |= one
    return found


def _write_images_to_look_at(output: Path, images: DeidentifiedImages) -> None:
    """Under their new names: what a person has to look at before the folder goes to others.

    Images of an earlier run that are still there stay on the list.
    """
    now = {str(path.relative_to(output)) for path in images.files.values()}
    listed = {
        name: why
        for name, why in _listed_before(output / TO_LOOK_AT)
        if name not in now and (output / name).is_file()
    }
    listed |= {str(path.relative_to(output)): code for path, code in images.doubtful.items()}
    if listed:
        write_bytes(output / TO_LOOK_AT, csv_bytes(("image", "why"), sorted(listed.items())))
    else:
        (output / TO_LOOK_AT).unlink(missing_ok=True)


def _listed_before(table: Path) -> list[tuple[str, str]]:
    if not table.is_file():
        return []
    return [(str(row.get("image")), str(row.get("why"))) for row in read_table(table)]


def _about_key(key_path: Path | None) -> str:
    from shared_core.deidentification.key import usual_key_path

    return f"Key of the pseudonyms: {key_path or usual_key_path()}. Keep it, and keep it secret."
