"""Where weights lie on this machine; no file is returned whose sha256 is not the card's."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from shared_core.cache import user_cache_dir
from shared_core.errors import ModelError
from shared_core.weights.card import ModelCard

WEIGHTS_VARIABLE = "OPENBAC_WEIGHTS"
PACKAGED_WEIGHTS = Path(__file__).resolve().parent / "bundled"


def weights_cache_dir() -> Path:
    """Return the folder for downloaded weights: the user's cache, or below ``OPENBAC_CACHE``."""
    return user_cache_dir() / "weights"


def find_weights(card: ModelCard, *, weights_dir: Path | None = None) -> Path | None:
    """Find the weights of a model without touching the network.

    Searched in this order: `weights_dir`, the folder of the environment variable
    ``OPENBAC_WEIGHTS``, the user's cache, the package. Each is searched one folder deep.

    Returns
    -------
    Path or None
        A file with the card's sha256, or None where there is no file of that name.

    Raises
    ------
    ModelError
        `weights_dir` or ``OPENBAC_WEIGHTS`` is not a folder, a file cannot be read, or the first
        place that has a file of the card's name has none with its sha256.
    """
    for folder in _search_folders(weights_dir):
        found = find_weights_in(folder, card)
        if found is not None:
            return found
    return None


def find_weights_in(folder: Path, card: ModelCard) -> Path | None:
    """Find the weights of a model in one folder or in the folders directly below it.

    Raises
    ------
    ModelError
        A file cannot be read, or there are files of the card's name, but none with its sha256.
    """
    wrong: tuple[Path, str] | None = None
    for path in _candidates(folder, card.weights_file):
        found = sha256_of(path)
        if found == card.sha256:
            return path
        wrong = wrong or (path, found)
    if wrong is None:
        return None
    raise ModelError(
        f"Weights {wrong[0]} are not those of model {card.name}: "
        f"sha256 is {wrong[1]}, expected {card.sha256}; "
        f"delete the file and run `bac models fetch {card.name}`."
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits.

    Computed once per process for a file of the same path, size and time of change.

    Raises
    ------
    ModelError
        The file cannot be read.
    """
    try:
        state = path.stat()
        return _digest(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise ModelError(f"Weights {path} cannot be read: {error.strerror}; check the file.") from None


@lru_cache(maxsize=64)
def _digest(path: Path, size_bytes: int, mtime_ns: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _search_folders(weights_dir: Path | None) -> Iterator[Path]:
    if weights_dir is not None:
        yield _existing(Path(weights_dir), "weights folder")
    chosen = os.environ.get(WEIGHTS_VARIABLE)
    if chosen:
        yield _existing(Path(chosen).expanduser(), f"weights folder of {WEIGHTS_VARIABLE}")
    yield weights_cache_dir()
    yield PACKAGED_WEIGHTS


def _existing(folder: Path, role: str) -> Path:
    if not folder.is_dir():
        raise ModelError(f"The {role} {folder} is not a folder; check the path.")
    return folder


def _candidates(folder: Path, file_name: str) -> Iterator[Path]:
    try:
        below = sorted(entry for entry in folder.iterdir() if entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise ModelError(f"The weights folder {folder} cannot be read: {error.strerror}.") from None
    for place in (folder, *below):
        path = place / file_name
        if path.is_file():
            yield path
