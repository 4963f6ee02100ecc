"""What made a mask, as the objects record it: program, version, parameters, and edits by a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydicom.dataset import Dataset

from shared_core.dicom_objects import codes
from shared_core.dicom_objects.content_items import Relationship, text
from shared_core.version import SOFTWARE_VERSION

HowMade = Literal["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"]
"""Segment Algorithm Type (0062,0008)."""

_PARAMETERS: Final = (
    *("model_sha256", "threshold", "temperature", "mask_style", "preprocessing", "stitching"),
    *("resampled", "precision", "backend", "spacing_source", "candidates", "tracks", "heat_map"),
)
"""Of the provenance of a view, those that change its numbers."""
_LONGEST: Final = 1000


@dataclass(frozen=True)
class Algorithm:
    """TID 4019 Algorithm Identification."""

    name: str
    version: str
    parameters: tuple[str, ...]
    """``name=value`` each."""
    how: HowMade
    """Semiautomatic where a person changed what a model gave, manual where there was no model."""


def algorithm_of(provenance: Mapping[str, Any]) -> Algorithm:
    """From what stands under ``model`` in the JSON of a view."""
    model = provenance.get("model_name")
    edited = bool(provenance.get("edited_by_hand"))
    how: HowMade = "AUTOMATIC"
    if edited or not model:
        how = "SEMIAUTOMATIC" if model else "MANUAL"
    words = {"AUTOMATIC": "", "SEMIAUTOMATIC": ", edited by hand", "MANUAL": ", drawn by hand"}[how]
    parameters = tuple(
        f"{key}={_plainly(provenance[key])}"[:_LONGEST]
        for key in _PARAMETERS
        if provenance.get(key) is not None
    )
    return Algorithm(
        f"OpenBAC {model or 'measurement'}{words}",
        str(provenance.get("software_version") or SOFTWARE_VERSION),
        (*parameters, f"edited_by_hand={'true' if edited else 'false'}"),
        how,
    )


def algorithm_unedited(provenance: Mapping[str, Any]) -> Algorithm:
    """The same of what a person does not change: the probability."""
    return algorithm_of({**provenance, "edited_by_hand": False})


def algorithm_of_others(provenance: Mapping[str, Any]) -> Algorithm:
    """The same of calcification that is not along an artery, which a person may have left as it was."""
    return algorithm_of({**provenance, "edited_by_hand": bool(provenance.get("other_edited_by_hand"))})


def algorithm_of_all(provenances: Mapping[str, Mapping[str, Any]]) -> Algorithm:
    """Of several views together, by their labels: what differs between them is said of each."""
    each = {label: algorithm_of(provenance) for label, provenance in provenances.items()}
    first = next(iter(each.values()))
    if all(one == first for one in each.values()):
        return first
    shared = [one for one in first.parameters if all(one in other.parameters for other in each.values())]
    own = [
        f"{label}: {parameter}"
        for label, one in each.items()
        for parameter in (one.name, *one.parameters)
        if parameter not in shared
    ]
    names = {one.name for one in each.values()}
    return Algorithm(
        first.name if len(names) == 1 else "OpenBAC, see the parameters of each view",
        first.version,
        (*shared, *own),
        first.how if len({one.how for one in each.values()}) == 1 else "SEMIAUTOMATIC",
    )


def algorithm_items(algorithm: Algorithm, relationship: Relationship) -> list[Dataset]:
    """The rows of TID 4019."""
    return [
        text(relationship, codes.ALGORITHM_NAME, algorithm.name),
        text(relationship, codes.ALGORITHM_VERSION, algorithm.version),
        *(text(relationship, codes.ALGORITHM_PARAMETERS, one) for one in algorithm.parameters),
    ]


def _plainly(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plainly(one)}" for name, one in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)
