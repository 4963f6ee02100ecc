"""The grade of the Canadian Society of Breast Imaging (CSBI), estimated from followed arteries.

Its position statement (2023) grades what a radiologist sees: 0 no vascular calcification; 1 few punctate
calcifications, none coarse, tram-track or ring; 2 coarse or tram-track in fewer than 3 vessels; 3 severe
coarse or tram-track affecting 3 or more vessels. "Severe" is not defined there and is not asked for here.
An estimate of a program is not such a grade: it is marked as automated and unverified wherever it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared_core.arteries.vessel_map import Vessel
from shared_core.weights.card import MaskStyle

AUTOMATED: Final = "automated, unverified"
SEVERE_VESSELS: Final = 3
WRONG_STYLE: Final = (
    "Vessels are followed along vessel bands; in a mask of the calcium alone each wall is a part of its own."
)


@dataclass(frozen=True)
class VesselKinds:
    """Arteries by the look of their calcium."""

    punctate: int = 0
    coarse: int = 0
    tram_track: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All arteries."""
        return self.punctate + self.coarse + self.tram_track + self.unknown


@dataclass(frozen=True)
class CsbiEstimate:
    """A grade, or the reason why there is none."""

    grade: int | None
    reason: str | None = None


def kinds_of(vessels: Iterable[Vessel]) -> VesselKinds:
    """Count arteries by morphology."""
    found = [vessel.morphology for vessel in vessels]
    return VesselKinds(
        found.count("punctate"), found.count("coarse"), found.count("tram-track"), found.count("unknown")
    )


def csbi_grade(kinds: VesselKinds, *, mask_style: MaskStyle) -> CsbiEstimate:
    """Grade the arteries of one view, or of an exam as `exam_kinds` counts them.

    An artery whose morphology is unknown may be either punctate or coarse. Where that decides the grade,
    there is none.
    """
    if mask_style != "vessel-band":
        return CsbiEstimate(None, WRONG_STYLE)
    severe = kinds.coarse + kinds.tram_track
    least, most = _grade(severe, kinds.total), _grade(severe + kinds.unknown, kinds.total)
    if least == most:
        return CsbiEstimate(least)
    return CsbiEstimate(
        None,
        f"The grade is {least} to {most}: how the calcium of {kinds.unknown} of {kinds.total} vessels looks "
        "cannot be told from the image.",
    )


def exam_kinds(views_by_breast: Mapping[str, Sequence[VesselKinds]]) -> VesselKinds:
    """The arteries of an exam: of each breast the view that shows most, both breasts added up.

    CC and MLO show the same arteries, so their counts are never added. Of two views the one with more
    coarse and tram-track arteries counts, then the one with more arteries. CSBI speaks of vessels "in the
    breasts", so left and right are added.
    """
    chosen = [
        max(views, key=lambda kinds: (kinds.coarse + kinds.tram_track, kinds.total))
        for views in views_by_breast.values()
        if views
    ]
    return VesselKinds(
        sum(kinds.punctate for kinds in chosen),
        sum(kinds.coarse for kinds in chosen),
        sum(kinds.tram_track for kinds in chosen),
        sum(kinds.unknown for kinds in chosen),
    )


def _grade(severe: int, total: int) -> int:
    if severe >= SEVERE_VESSELS:
        return 3
    return 2 if severe else int(total > 0)
