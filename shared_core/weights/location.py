"""Where the files of a model lie; none is returned whose sha256 is not the card's."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from shared_core.errors import ModelError
from shared_core.weights.card import ModelCard

BUNDLED_WEIGHTS = Path(__file__).resolve().parent / "bundled"
"""One folder for each set of weights that comes with the package: the weights, and what made them."""


def weights_file(card: ModelCard, *, weights_dir: Path | None = None) -> Path:
    """Where the weights of a model belong, whether or not they are there.

    Weights that come with the package are taken from there, under whatever name their card goes; others from
    `weights_dir`, the folder of the card's file, see `weights_beside`.
    """
    # First, so that a file of the same name elsewhere (`bac train` calls all alike) is never in the way.
    bundled = _bundled(card.weights_file, card.sha256)
    if bundled is not None:
        return bundled / card.weights_file
    return (BUNDLED_WEIGHTS / card.name if weights_dir is None else weights_dir) / card.weights_file


def require_weights(card: ModelCard, *, weights_dir: Path | None = None) -> Path:
    """Return the `weights_file` of a model, checked.

    A `ModelError` where there is no such file, it cannot be read, or its sha256 is not the card's.
    """
    path = weights_file(card, weights_dir=weights_dir)
    if not path.is_file():
        raise ModelError(
            f"The weights of model {card.name} are missing: {path} is not there; "
            "put the file that was made with the card into this folder."
        )
    found = sha256_of(path)
    if found != card.sha256:
        raise ModelError(
            f"Weights {path} are not those of model {card.name}: sha256 is {found}, "
            f"expected {card.sha256}; get the file that was made with the card."
        )
    return path


def require_files(card: ModelCard, *, weights_dir: Path | None = None) -> Path:
    """Return the weights of a model; they and its track classifier, where it has one, are there and checked.

    Raises
    ------
    ModelError
        One of the files is missing, cannot be read, or is another one.
    """
    path = require_weights(card, weights_dir=weights_dir)
    if card.tracks is not None:
        require_tracks(card, weights_dir=weights_dir)
    return path


def bundled_folder(card: ModelCard) -> Path | None:
    """Return the folder of a model that comes with the package, None for others."""
    return _bundled(card.weights_file, card.sha256)


def require_tracks(card: ModelCard, *, weights_dir: Path | None = None) -> Path:
    """Return the file of a model's track classifier, checked.

    Where it lay is remembered by its sha256, so that later on the card alone is enough.

    Raises
    ------
    ModelError
        The card names none, there is no such file, it cannot be read, or its sha256 is not the card's.
    """
    rule = card.tracks
    if rule is None:
        raise ModelError(f"Model {card.name} has no track classifier.")
    return _require_beside(card, rule.file, rule.sha256, what="track classifier", weights_dir=weights_dir)


def require_graph(card: ModelCard, *, weights_dir: Path | None = None) -> Path:
    """Return the file of a model's graph, checked; as `require_tracks`."""
    graph = card.graph
    if graph is None:
        raise ModelError(f"Model {card.name} was saved without a graph for use without torch.")
    return _require_beside(card, graph.file, graph.sha256, what="graph", weights_dir=weights_dir)


def _require_beside(card: ModelCard, file: str, sha256: str, *, what: str, weights_dir: Path | None) -> Path:
    folder = _bundled(file, sha256) or weights_dir or _SEEN.get(sha256) or BUNDLED_WEIGHTS / card.name
    path = folder / file
    if not path.is_file():
        raise ModelError(
            f"The {what} of model {card.name} is missing: {path} is not there; "
            "put the file that was made with the card into this folder."
        )
    found = sha256_of(path)
    if found != sha256:
        raise ModelError(
            f"{path} is not the {what} of model {card.name}: sha256 is {found}, "
            f"expected {sha256}; get the file that was made with the card."
        )
    _SEEN[sha256] = folder
    return path


_SEEN: dict[str, Path] = {}
"""Folders of classifiers and graphs by their sha256, which names one content."""


def _bundled(name: str, sha256: str) -> Path | None:
    """The first folder of the package with a file of this name and content."""
    folders = sorted(path for path in BUNDLED_WEIGHTS.iterdir() if (path / name).is_file())
    return next((path for path in folders if sha256_of(path / name) == sha256), None)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits.

    Computed once per process for a file of the same path, size and time of change.
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
