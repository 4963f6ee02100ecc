"""Why tests were skipped, in two sentences at the end of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

SHARED_MISSING = "set OPENBAC_SHARED to the folder of"
"""Stands in the reason of every test that is skipped as the shared data are not there."""
MOST_REASONS = 8


def sentences(reasons: Iterable[str]) -> list[str]:
    """What is said of the reasons of all skipped tests; nothing where none was skipped.

    Parameters
    ----------
    reasons
        One for each skipped test, as pytest gives it.
    """
    counts = Counter(reason.removeprefix("Skipped: ").strip().rstrip(".") for reason in reasons)
    shared = sum(count for reason, count in counts.items() if SHARED_MISSING in reason)
    others = [(reason, count) for reason, count in counts.most_common() if SHARED_MISSING not in reason]
    said = []
    if shared:
        said.append(
            f"{_tests(shared)} skipped for want of the shared data (real mammograms, published checkpoints, "
            "their results), which may not be passed on: what they alone show was not tested."
        )
    if others:
        named = [f"{reason} ({count})" for reason, count in others[:MOST_REASONS]]
        rest = sum(count for _, count in others[MOST_REASONS:])
        named += [f"and others ({rest})"] if rest else []
        said.append(
            f"{_tests(sum(count for _, count in others))} skipped for other reasons: {'; '.join(named)}."
        )
    return said


def _tests(count: int) -> str:
    return "1 test was" if count == 1 else f"{count} tests were"
