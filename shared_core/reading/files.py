"""What kind of image file this is."""

from __future__ import annotations

from pathlib import Path

from shared_core.errors import UnreadableImageError
from shared_core.reading.content import files_in_archive, read_start
from shared_core.reading.kinds import READ_FORMATS, START_BYTES, FileFormat, guessed_format, kind_words


class KindNotReadError(UnreadableImageError):
    """The file is of a kind that is not read here.

    Parameters
    ----------
    name
        Of the file.
    kind
        In words: ``a ZIP archive``.
    advice
        What to do.
    """

    def __init__(self, name: str, kind: str, advice: str) -> None:
        super().__init__(f"{name}: is {kind}; {advice}")
        self.kind = kind


def file_format(path: Path) -> FileFormat:
    """Format of an image file, also in an archive or packed.

    Raises
    ------
    KindNotReadError
        No image that is read here.
    UnreadableImageError
        Missing or empty.
    """
    start = read_start(path, START_BYTES)
    found = guessed_format(start)
    if found is not None:
        return found
    kind = kind_words(path.name, start)
    if kind == "a ZIP archive" and path.is_file():
        example = next(iter(files_in_archive(path)), None)
        if example is not None:
            raise KindNotReadError(path.name, kind, f"name a file in it, such as {example}.")
    raise KindNotReadError(path.name, kind, f"give a {READ_FORMATS} mammogram.")
