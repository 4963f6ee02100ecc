"""Files that were found and are in no exam: one list for every host, each with its reason.

Beside them stands what is used although another file contradicts it, so that nothing is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Final

from shared_core.errors import OpenBacError, QualityError, UnreadableImageError, UnsupportedImageError
from shared_core.reading.content import CannotOpenError
from shared_core.reading.dicom.acceptance import NotAMammogramError
from shared_core.reading.files import KindNotReadError
from shared_core.reading.kinds import is_named_as_image


class UnusedReason(str, Enum):
    """Stable codes, in tables as they are here."""

    CONFLICT = "conflict"
    """Another file has the same identifier or content and says something else; both are used."""
    FILED_TWICE = "filed-twice"
    """An exam of another patient has the same picture; both are used."""
    DAMAGED = "damaged"
    NOT_OPENED = "not-opened"
    UNSUPPORTED = "unsupported"
    """A sound image that is no single grey view, or is stored in a way that is not read."""
    NOT_ANALYSED = "not-analysed"
    """A mammogram that could be read, but not analysed."""
    OUT_OF_MEMORY = "out-of-memory"
    """Analysing it took more memory than there was."""
    QUALITY = "quality"
    """Its picture is of doubtful quality, and such pictures were to be left out."""
    TIME_LIMIT = "time-limit"
    """Analysing it took longer than one image may take."""
    CRASHED = "crashed"
    """The process that analysed it crashed, or was ended from outside."""
    FAULT = "fault"
    """An error in this software."""
    DUPLICATE = "duplicate"
    RAW_TWIN = "raw-twin"
    """The For Processing image of a For Presentation image that is used."""
    NOT_A_MAMMOGRAM = "not-a-mammogram"
    KIND_NOT_READ = "kind-not-read"
    OWN_RESULT = "own-result"
    """A mask, picture or table by its name and place, as this software writes them."""
    HIDDEN = "hidden"


FAILURES: Final = frozenset(
    {
        *(UnusedReason.DAMAGED, UnusedReason.NOT_OPENED, UnusedReason.UNSUPPORTED),
        *(UnusedReason.NOT_ANALYSED, UnusedReason.OUT_OF_MEMORY, UnusedReason.TIME_LIMIT),
        *(UnusedReason.CRASHED, UnusedReason.FAULT, UnusedReason.QUALITY),
    }
)
"""Reasons for which a mammogram may be missing in the results."""
_USED: Final = frozenset({UnusedReason.CONFLICT, UnusedReason.FILED_TWICE})
_SUMMED: Final[Mapping[UnusedReason, str]] = {
    UnusedReason.KIND_NOT_READ: "Of kinds that are not read",
    UnusedReason.OWN_RESULT: "By their names results, not images",
    UnusedReason.HIDDEN: "Hidden, so not looked at",
}
"""Reasons for which all files are told in one sentence, by their kinds."""
_MOST_NAMED: Final = 5
_MOST_SENTENCES: Final = 8
"""Of one reason."""


@dataclass(frozen=True)
class UnusedFile:
    """A file, and why it is in no exam, or why what it says is in doubt."""

    path: Path
    reason: UnusedReason
    text: str
    """One sentence that begins with the name of the file."""
    kind: str = ""
    """What it is in words, where it is of a kind that is not read: ``a ZIP archive``."""
    beside: Path | None = None
    """The file that it repeats or contradicts, which is used."""

    @property
    def label(self) -> str:
        """The name that `text` begins with: of the file, or with folders where files share a name."""
        names = ("/".join(self.path.parts[-n:]) for n in range(1, len(self.path.parts) + 1))
        return next((name for name in names if self.text.startswith(f"{name}: ")), self.path.name)

    @property
    def used(self) -> bool:
        """Whether it is in an exam all the same."""
        return self.reason in _USED

    @property
    def is_failure(self) -> bool:
        """Whether a mammogram may be missing in the results."""
        return self.reason in FAILURES


def refused_file(path: Path, error: OpenBacError) -> UnusedFile:
    """A file that reading refused."""
    kind = error.kind if isinstance(error, KindNotReadError) else ""
    return UnusedFile(path, _reason(path, error), str(error), kind)


def _reason(path: Path, error: OpenBacError) -> UnusedReason:
    if isinstance(error, NotAMammogramError):
        return UnusedReason.NOT_A_MAMMOGRAM
    # Its name promises an image.
    if isinstance(error, KindNotReadError) and not is_named_as_image(path.name):
        return UnusedReason.KIND_NOT_READ
    if isinstance(error, CannotOpenError):
        return UnusedReason.NOT_OPENED
    return UnusedReason.DAMAGED if isinstance(error, UnreadableImageError) else UnusedReason.UNSUPPORTED


def with_places(files: Iterable[UnusedFile], used: Iterable[Path], given: Iterable[Path]) -> list[UnusedFile]:
    """The files, those with the name of another file with their place below what was `given`."""
    there = list(files)
    by_name: dict[str, set[Path]] = {}
    for path in (*used, *(file.path for file in there)):
        by_name.setdefault(path.name, set()).add(path)
    tops = list(given)
    return [_with_place(file, tops) if len(by_name[file.path.name]) > 1 else file for file in there]


def _with_place(file: UnusedFile, tops: Sequence[Path]) -> UnusedFile:
    top = next((top for top in tops if top != file.path and file.path.is_relative_to(top)), None)
    if len(tops) > 1 or (top is not None and not top.is_dir()):  # names of the folder or archive count
        top = top.parent if top is not None else None
    # what was named outright may lie anywhere
    label = file.path.relative_to(top).as_posix() if top is not None else file.path.as_posix()
    start = f"{file.path.name}: "
    if not file.text.startswith(start):
        return file
    return replace(file, text=f"{label.lstrip('/')}: {file.text.removeprefix(start)}")


def failure_reason(path: Path, error: OpenBacError) -> UnusedReason:
    """Why a mammogram could not be analysed: its file, its picture, or what came after reading it."""
    if isinstance(error, QualityError):
        return UnusedReason.QUALITY
    of_file = isinstance(error, (UnreadableImageError, UnsupportedImageError))
    return _reason(path, error) if of_file else UnusedReason.NOT_ANALYSED


def failed_files(files: Iterable[UnusedFile], named: Collection[Path] = ()) -> tuple[UnusedFile, ...]:
    """Those that count as failed inputs: also whatever a person named outright and cannot be used."""
    asked = {path.resolve() for path in named}
    by_choice = {UnusedReason.DUPLICATE, UnusedReason.RAW_TWIN, *_USED}
    return tuple(
        file
        for file in files
        if file.is_failure or (file.reason not in by_choice and file.path.resolve() in asked)
    )


def unused_sentences(files: Iterable[UnusedFile], *, most: int | None = _MOST_SENTENCES) -> tuple[str, ...]:
    """All of them for people: what matters most first, and many of one kind in one sentence.

    Parameters
    ----------
    most
        Sentences of one reason; None for all.

    Examples
    --------
    >>> table = UnusedFile(Path("a.csv"), UnusedReason.KIND_NOT_READ, "a.csv: is a CSV table.", "a CSV table")
    >>> unused_sentences([table])
    ('Of kinds that are not read: a CSV table (a.csv).',)
    """
    by_reason: dict[UnusedReason, list[UnusedFile]] = {reason: [] for reason in UnusedReason}
    for file in sorted(files, key=lambda file: str(file.path)):
        by_reason[file.reason].append(file)
    sentences: list[str] = []
    for reason, some in by_reason.items():
        if reason in _SUMMED and some:
            sentences.append(f"{_SUMMED[reason]}: {_kinds(some)}.")
        elif some:
            sentences += _each(some, most)
    return tuple(sentences)


def _kinds(files: Sequence[UnusedFile]) -> str:
    kinds: dict[str, list[str]] = {}
    for file in files:
        kinds.setdefault(file.kind, []).append(file.label)
    return "; ".join(
        f"{f'{len(names)} x ' if len(names) > 1 else ''}{kind} ({_named(names)})".lstrip()
        for kind, names in kinds.items()
    )


def _each(files: Sequence[UnusedFile], most: int | None) -> list[str]:
    alike: dict[str, list[UnusedFile]] = {}
    for file in files:
        alike.setdefault(file.text.removeprefix(f"{file.label}: "), []).append(file)
    told = [
        some[0].text if len(some) == 1 else f"{_named([file.label for file in some])}: {words}"
        for words, some in alike.items()
    ]
    if most is None or len(told) <= most:
        return told
    left = sum(map(len, list(alike.values())[most:]))
    return [*told[:most], f"And {left} more files: {files[0].reason.value}."]


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
