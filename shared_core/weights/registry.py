"""The models that OpenBAC knows, and a user's own model cards."""

from __future__ import annotations

import difflib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from shared_core.documents import file_bytes
from shared_core.errors import ModelError
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import parse_card

DEFAULT_MODEL: Final = "openbac-1"
"""Runs where nobody names a model: of those here, the one that did best in docs/validation.md."""


@lru_cache(maxsize=1)
def list_models() -> tuple[ModelCard, ...]:
    """Return the cards of the models that OpenBAC knows, by name."""
    folder = resources.files("shared_core.weights").joinpath("cards")
    cards = [
        parse_card(entry.read_text(encoding="utf-8"), entry.name)
        for entry in folder.iterdir()
        if entry.name.endswith(".json")
    ]
    return tuple(sorted(cards, key=lambda card: card.name))


def default_model() -> ModelCard:
    """Return the card of the model that runs where nobody names one."""
    return load_card(DEFAULT_MODEL)


def load_card(name_or_path: str | Path) -> ModelCard:
    """Return the card of a model by its name as ``bac models list`` shows it, or read a user's own ``.json``.

    A `ModelError` where no model has this name, or the file is not a sound model card.
    """
    known = {card.name: card for card in list_models()}
    if isinstance(name_or_path, str) and name_or_path in known:
        return known[name_or_path]
    path = Path(name_or_path)
    if path.suffix.lower() == ".json" or path.is_file():
        return _own_card(path, known)
    near = difflib.get_close_matches(str(name_or_path).lower(), known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}? Known" if near else "known"
    raise ModelError(
        f"There is no model {str(name_or_path)!r}: {hint} are {', '.join(known)}, "
        "or give the path of a card's .json file."
    )


def weights_beside(name_or_path: str | Path) -> Path | None:
    """Return the folder of a user's own card, where its weights lie as `bac train` writes them.

    None for the models that come with the package.
    """
    if str(name_or_path) in {card.name for card in list_models()}:
        return None
    folder = Path(name_or_path).parent
    return folder if folder.is_dir() else None


def _own_card(path: Path, known: dict[str, ModelCard]) -> ModelCard:
    try:
        text = file_bytes(path).decode("utf-8")
    except OSError as error:
        raise ModelError(f"Model card {path} cannot be read: {error.strerror}; check the path.") from None
    except UnicodeDecodeError:
        raise ModelError(f"Model card {path} is not a text file in UTF-8.") from None
    card = parse_card(text, str(path))
    # Results carry the name: two models of one name could not be told apart in a table.
    if card.name in known and card != known[card.name]:
        raise ModelError(
            f"Model card {path} differs from the packaged model {card.name!r} of the same name; "
            "give it another name."
        )
    return card
