"""What is said where a model is scored on patients or images that it has seen."""

from __future__ import annotations

from collections.abc import Sequence

from shared_core.training.data.input_files import input_prints
from shared_core.training.example import ViewSource
from shared_core.weights.card import ModelCard
from shared_core.weights.seen_views import seen_before

_NAMED = 5


def seen_sentences(cards: Sequence[ModelCard], source: ViewSource) -> tuple[str, ...]:
    """A sentence for each model that learnt from, or was chosen by, some of these patients or images."""
    if not any(card.seen for card in cards):
        return ()
    patients = {source.identity(number).patient_id for number in range(len(source))}
    images = {one for name, one in input_prints(source).items() if name.endswith(": image")}
    found = []
    for card in cards:
        seen = seen_before(card.seen, patients, images)
        parts = []
        if seen.taught:
            parts.append(
                f"learnt from {len(seen.taught)} of these {len(patients)} patients ({_some(seen.taught)})"
            )
        if seen.chose:
            parts.append(f"was chosen by {len(seen.chose)} of them ({_some(seen.chose)})")
        if seen.images:
            parts.append(f"has seen {seen.images} of these {len(images)} image files")
        if parts:
            found.append(f"{card.name} {', and '.join(parts)}: its scores say less of other patients.")
    return tuple(found)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
