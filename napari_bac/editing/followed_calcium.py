"""The engine's ways along calcium for the view that is drawn on, kept while they are the same."""

from __future__ import annotations

from napari_bac.editing.clicks import Floats
from napari_bac.views.model_answer import ModelAnswer
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac


class FollowedCalcium:
    """Remembers the evidence of one view, and the ways from one point."""

    def __init__(self) -> None:
        self._of: tuple[bac.PreparedView, ModelAnswer | None] | None = None
        self._evidence: bac.CalciumEvidence | None = None
        self._begin: tuple[float, ...] = ()
        self._ways: bac.WaysOn | None = None

    def artery(self, view: ViewSession, place: Floats) -> Floats | None:
        """(n, 2) the artery at a (row, column) of a view; None where there is no calcium."""
        return bac.artery_at(self._evidence_of(view), place)

    def way_on(self, view: ViewSession, begin: Floats, goal: Floats) -> Floats:
        """(n, 2) from a point, which is left out, to another."""
        evidence = self._evidence_of(view)
        if self._ways is None or self._begin != tuple(begin):
            self._begin, self._ways = tuple(begin), bac.WaysOn.begin(evidence, begin)
        return self._ways.to(goal)[1:]

    def _evidence_of(self, view: ViewSession) -> bac.CalciumEvidence:
        now = (view.opened.prepared, view.answer)
        if (
            self._evidence is None
            or self._of is None
            or any(a is not b for a, b in zip(now, self._of, strict=True))
        ):
            prepared, answer = now
            self._of, self._ways = now, None
            self._evidence = bac.calcium_evidence(
                prepared.display_u8,
                valid=prepared.valid_mask,
                spacing=prepared.spacing,
                probability=answer.probability.values if answer is not None else None,
            )
        return self._evidence
