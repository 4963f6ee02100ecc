"""Which files of the given files and folders could be mammograms, and what the others are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shared_core.errors import OpenBacError
from shared_core.reading.content import EmptyFileError, files_in_archive, read_start
from shared_core.reading.files import KindNotReadError
from shared_core.reading.kinds import (
    OWN_ENDINGS,
    READ_FORMATS,
    START_BYTES,
    guessed_format,
    is_archive_of_files,
    is_named_as_image,
    kind_words,
)
from shared_core.reading.unused import UnusedFile, UnusedReason, refused_file

_OWN_NAMES: Final = frozenset(
    {"run.json", "views.csv", "exams.csv", "exams.json", "failures.csv", "unused.csv", ".finished"}
    | {".ended", ".plan.json", ".lock"}
)
_RESULT: Final = "a result of OpenBAC"
_ADVICE: Final = f"give a {READ_FORMATS} mammogram."


@dataclass
class FilesFound:
    """Files of folders and archives, each once."""

    candidates: list[Path] = field(default_factory=list)
    """That may be mammograms, in the order of the folders."""
    unused: list[UnusedFile] = field(default_factory=list)
    """The others."""


def candidate_files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Path]:
    """Files to try, sorted within each folder, each once; what was named outright always comes.

    From folders, hidden files, DICOMDIR, this software's own output and files that are no images by
    name and content are left out; `files_found` names them.
    """
    return iter(files_found(paths).candidates)


def files_found(paths: Iterable[str | os.PathLike[str]], *, apart_from: Path | None = None) -> FilesFound:
    """Files to try as of `candidate_files`, those in ZIP archives as well, and all that is not tried.

    Parameters
    ----------
    apart_from
        Where results go: what lies in that folder is not among the inputs.
    """
    walk = _Walk(os.path.realpath(apart_from) if apart_from is not None else "")
    for given in paths:
        path = Path(given)
        if path.is_dir():
            walk.folder(path)
        else:
            walk.file(path, named=True)
    return walk.found


class _Walk:
    def __init__(self, apart_from: str) -> None:
        self.found = FilesFound()
        self._apart_from = apart_from
        self._first: dict[str, Path] = {}

    def folder(self, top: Path) -> None:
        """Everything below a folder; links to folders are named, as they may lead in circles."""
        for parent, folders, files in os.walk(top, onerror=self._unread_folder):
            here = Path(parent)
            for name in folders:
                if name.startswith("."):
                    self._hidden(here / name, "a folder")
                elif (here / name).is_symlink():
                    text = f"{name}: is a link to a folder, which is not followed; name that folder."
                    self._leave(here / name, UnusedReason.NOT_OPENED, text)
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".") and os.path.realpath(here / name) != self._apart_from
            )
            for name in sorted(files):
                self.file(here / name)

    def file(self, path: Path, *, named: bool = False) -> None:
        """One file; of a named one everything is tried."""
        real = os.path.realpath(path)
        first = self._first.setdefault(real, path)
        if first is not path:
            if first.absolute() != path.absolute():
                text = f"{path.name}: is a link to {first}; that one is used."
                self._leave(path, UnusedReason.DUPLICATE, text)
            return
        if not named and _is_own(path):
            if not (self._apart_from and real.startswith(self._apart_from + os.sep)):
                text = f"{path.name}: is {_RESULT} by its name, not an image."
                self._leave(path, UnusedReason.OWN_RESULT, text, _RESULT)
        elif not named and path.name.startswith("."):
            self._hidden(path, "a file")
        else:
            self._try(path, named=named)

    def _try(self, path: Path, *, named: bool) -> None:
        if not _is_regular(path):
            text = f"{path.name}: is no file but a device or a pipe."
            self._leave(path, UnusedReason.NOT_OPENED, text)
            return
        start = self._start(path)
        if start is None:
            return
        is_image = guessed_format(start) is not None
        if not is_image and start.startswith(b"PK\x03\x04") and is_archive_of_files(path.name):
            self._archive(path)
        elif path.stem.lower() == "dicomdir" and not named:
            text = f"{path.name}: is a DICOMDIR index, not a mammogram; it is left alone."
            self._leave(path, UnusedReason.NOT_A_MAMMOGRAM, text)
        elif is_image or named or is_named_as_image(path.name):
            self.found.candidates.append(path)
        else:
            self._refuse(path, kind_words(path.name, start))

    def _start(self, path: Path) -> bytes | None:
        """First bytes; None where there are none, which is then said."""
        try:
            return read_start(path, START_BYTES)
        except EmptyFileError as error:
            if is_named_as_image(path.name):
                self.found.unused.append(refused_file(path, error))
            else:
                self._refuse(path, kind_words(path.name, b""))
        except OpenBacError as error:
            self.found.unused.append(refused_file(path, error))
        return None

    def _refuse(self, path: Path, kind: str) -> None:
        self.found.unused.append(refused_file(path, KindNotReadError(path.name, kind, _ADVICE)))

    def _archive(self, archive: Path) -> None:
        """The files in it one by one where some may be images, else the archive."""
        inside = _Walk("")
        try:
            members = files_in_archive(archive)
            for member in members:
                inside.member(member, archive)
        except OpenBacError as error:
            self.found.unused.append(refused_file(archive, error))
            return
        if not inside.found.candidates and not any(file.is_failure for file in inside.found.unused):
            self._refuse(archive, f"a ZIP archive without images ({len(members)} files)")
            return
        self.found.candidates += inside.found.candidates
        self.found.unused += inside.found.unused

    def member(self, path: Path, archive: Path) -> None:
        """One file in an archive; an archive in it is named and not opened."""
        if any(part.startswith((".", "__MACOSX")) for part in path.relative_to(archive).parts):
            self._hidden(path, "a file")
        elif _is_own(path):
            text = f"{path.name}: is {_RESULT} by its name, not an image."
            self._leave(path, UnusedReason.OWN_RESULT, text, _RESULT)
        else:
            start = self._start(path)
            if start is None:
                return
            if guessed_format(start) is not None or is_named_as_image(path.name):
                self.found.candidates.append(path)
            else:
                self._refuse(path, f"{kind_words(path.name, start)} in {archive.name}")

    def _hidden(self, path: Path, what: str) -> None:
        text = f"{path.name}: is {what} that is hidden by its name; it is not looked at."
        self._leave(path, UnusedReason.HIDDEN, text, what)

    def _leave(self, path: Path, reason: UnusedReason, text: str, kind: str = "") -> None:
        self.found.unused.append(UnusedFile(path, reason, text, kind))

    def _unread_folder(self, error: OSError) -> None:
        path = Path(error.filename)
        text = f"{path.name}: the folder cannot be read ({error.strerror}); check your rights."
        self._leave(path, UnusedReason.NOT_OPENED, text)


def _is_own(path: Path) -> bool:
    name = path.name.lower()
    if name in _OWN_NAMES or name.endswith(OWN_ENDINGS):
        return True
    return name.endswith(".json") and path.with_name(f"{path.name[:-5]}_mask.png").is_file()


def _is_regular(path: Path) -> bool:
    """Whether it may be opened: a pipe would wait for ever. What is not there is told by opening it."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return True
