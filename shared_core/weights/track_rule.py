"""What a model card says of the second stage, which judges whole parts of the map."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrackRule:
    """A classifier of parts, and where its parts come from; see `shared_core.tracks`."""

    file: str
    """Of the classifier, beside the weights."""
    sha256: str
    low_threshold: float = 0.2
    """Parts are what lies above it in the network's map."""
    undecided_from: float = 1.0
    """Where nothing is marked and the likeliest part lies above it, the result says: look here."""


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Sensitivity:
    """How much of drawn calcified arteries is found, judged on patients who taught nothing."""

    clear: Share
    """Of plainly calcified arteries."""
    faint: Share
    """Of those that are faint or doubtful."""
    judged_on: str
    """One phrase: images, patients, who drew."""
