"""What the commands print of files that were found and not used."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from shared_core.reading.unused import UnusedFile, unused_sentences


def print_unused(title: str, files: Iterable[UnusedFile], console: Console) -> None:
    """Files that were found and not used, each with its reason; nothing where there are none.

    All that failed; of the others the tables and documents have all.
    """
    some = list(files)
    sentences = (
        *unused_sentences([file for file in some if file.is_failure], most=None),
        *unused_sentences([file for file in some if not file.is_failure]),
    )
    if sentences:
        console.print(title)
    for sentence in sentences:
        console.print(f"  {sentence}", markup=False, soft_wrap=True)
