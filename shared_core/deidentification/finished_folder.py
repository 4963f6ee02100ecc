"""The last look at a folder of results: which of its files still name somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from shared_core.deidentification.finished_files import said_by_file
from shared_core.deidentification.identifiers import Identifiers
from shared_core.deidentification.search import found_in_text


def files_that_name(paths: Iterable[Path], identifiers: Identifiers, *, output: Path) -> Iterator[Path]:
    """Those of the files, or of the files in the folders, that an identifier is found in or in their names.

    Parameters
    ----------
    output
        Folder of the results: its own name counts, and what stands above it on this machine does not.
    """
    above = _spellings(output.parent)
    for path in sorted(file for given in paths for file in _files(given)):
        name = str(Path(output.name) / path.relative_to(output))
        if found_in_text(name, identifiers) or said_by_file(path, without=above).found(identifiers):
            yield path


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file())
    elif path.is_file():
        yield path


def _spellings(folder: Path) -> list[str]:
    """How a folder stands in texts, the longest first; never so short that it is a part of other words."""
    found = {str(folder), str(folder.absolute()), str(folder.resolve())}
    return sorted((one for one in found if len(one) > 2), key=len, reverse=True)
