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
BUNDLED_WEIGHTS = Path(__file__).resolve().parent / "bundled"
"""One folder a model that comes with the package: weights, and what made them."""


def weights_cache_dir() -> Path:
    """Return the folder for downloaded weights: the user's cache, or below ``OPENBAC_CACHE``."""
    return user_cache_dir() / "weights"


def find_weights(card: ModelCard, *, weights_dir: Path | None = None) -> Path | None:
    """Find the weights of a model without touching the network.

    Weights that come with the package are taken from there. Others are searched in this order:
    `weights_dir`, the folder of the environment variable ``OPENBAC_WEIGHTS``, the user's cache. Each is
    searched one folder deep.

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
    # First, so that a file of the same name elsewhere (`bac train` calls all alike) is never in the way.
    bundled = _bundled_with_its_sha256(card)
    if bundled is not None:
        return bundled
    for folder in _search_folders(weights_dir):
        found = find_weights_in(folder, card)
        if found is not None:
            return found
    # Only now may the package complain: a model trained anew may go under the name of a bundled one.
    return find_bundled(card)


def find_bundled(card: ModelCard) -> Path | None:
    """Find the weights of a model in the package.

    Returns
    -------
    Path or None
        A file with the card's sha256, under whatever name its card goes.

    Raises
    ------
    ModelError
        The package has weights for a model of this name, but not with this sha256.
    """
    found = _bundled_with_its_sha256(card)
    if found is not None:
        return found
    own = BUNDLED_WEIGHTS / card.name / card.weights_file
    if not own.is_file():
        return None
    raise ModelError(
        f"Weights {own} are not those of model {card.name}: sha256 is {sha256_of(own)}, "
        f"expected {card.sha256}; install OpenBAC again."
    )


def _bundled_with_its_sha256(card: ModelCard) -> Path | None:
    files = _candidates(BUNDLED_WEIGHTS, card.weights_file)
    return next((path for path in files if sha256_of(path) == card.sha256), None)


def bundled_folder(card: ModelCard) -> Path | None:
    """Return the folder of a model that comes with the package: its weights, and what made them."""
    found = find_bundled(card)
    return None if found is None else found.parent


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
