"""The check of the data of a run and the split that is made of them, which its folder keeps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared_core.exporting.atomic_write import write_bytes
from shared_core.training.data.check_report import check_json, sides_in_words
from shared_core.training.data.data_check import DataCheck, check_data
from shared_core.training.data.split import Kind, Split, read_split_of, write_split
from shared_core.training.example import ViewList
from shared_core.training.plan import SPLIT_FILE, Watch

CHECK_FILE = "data_check.json"


def look_at_all(
    views: ViewList, watch: Watch, *, workers: int = 1, problems: Sequence[str] = ()
) -> DataCheck:
    """Read every view once, and compare all with each other; see `check_data`."""
    return check_data(
        views,
        problems=problems,
        workers=workers,
        progress=watch.views("check"),
        cancelled=watch.cancelled,
    )


def is_checked(folder: Path) -> bool:
    """Whether the folder of a run keeps both; `open_folder` sees that the data are still the same."""
    return (folder / CHECK_FILE).exists() and (folder / SPLIT_FILE).exists()


def known_split(folder: Path, given: Path | None, kind: type[Kind]) -> Kind | None:
    """The split that the folder of a run keeps, or the one that was given; None where it is to be drawn."""
    kept = folder / SPLIT_FILE
    if kept.exists():
        return read_split_of(kept, kind)
    return None if given is None else read_split_of(given, kind)


def keep_checked(check: DataCheck, split: Split, folder: Path, watch: Watch) -> None:
    """Say who stands on which side, and write both files."""
    watch.say(sides_in_words(check, split))
    write_split(split, folder / SPLIT_FILE)
    # Last: with it, the data are checked.
    write_bytes(folder / CHECK_FILE, check_json(check, split))
