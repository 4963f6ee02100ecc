"""What the check of the data found, in words and as JSON."""

from __future__ import annotations

from collections import Counter

from shared_core.records.canonical_json import json_bytes
from shared_core.training.data.data_check import DataCheck
from shared_core.training.data.split import Split

MOST_PATIENTS = 12
"""Named in a sentence."""


def patients_in_words(check: DataCheck) -> str:
    """Who the patients are, and what says so."""
    patients = check.patients()
    sources = ", ".join(f"{count} by {source}" for source, count in _sources(check).items())
    names = ", ".join(one.patient_id for one in patients[:MOST_PATIENTS])
    more = f" and {len(patients) - MOST_PATIENTS} more" if len(patients) > MOST_PATIENTS else ""
    return f"Patients: {len(patients)} ({sources}): {names}{more}."


def sides_in_words(check: DataCheck, split: Split) -> str:
    """The mix of labels on each side."""
    return (
        "Split: "
        + "; ".join(
            f"{side.side}: patients {side.patients} ({side.with_bac} with BAC, {side.without_bac} without, "
            f"{side.patients - side.with_bac - side.without_bac} not known), views {side.views}"
            for side in check.sides(split)
        )
        + "."
    )


def check_json(check: DataCheck, split: Split | None) -> bytes:
    """``data_check.json``: patients, sides, empty masks, pictures that are there twice, problems."""
    return json_bytes(
        {
            "patients": check.patients(),
            "sides": () if split is None else check.sides(split),
            "empty_masks": [str(path) for path in check.empty_masks],
            "same_pictures": [
                {
                    "first": check.views[one.first].identity.view_id,
                    "second": check.views[one.second].identity.view_id,
                    "correlation": one.correlation,
                }
                for one in check.same_pictures
            ],
            "problems": check.problems,
            "doubts": check.doubts(),
        }
    )


def _sources(check: DataCheck) -> Counter[str]:
    return Counter(one.source for one in check.patients())
