"""Judge the trained networks of a study on the same views, and time them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from shared_core.inference.model import load_model
from shared_core.statistics.clusters import Estimate, clustered_ratio
from shared_core.training.data_specs import view_source
from shared_core.training.evaluation.guo_scores import GuoScores, guo_scores
from shared_core.training.evaluation.model_runs import Entry, ModelRows, evaluate_models
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.example import ViewSource
from shared_core.weights.registry import load_card
from validation.evenly_spaced import evenly_spaced
from validation.networks.study import Job, Study

SETS: Final = ("simulated", "positives", "others")
TIMED_TILES: Final = 3


@dataclass(frozen=True, eq=False)
class Judgement:
    """One trained network on all sets."""

    job: Job
    sha256: str
    parameters: int
    threshold: float
    rows: dict[str, ModelRows]
    """By `SETS`."""
    milliseconds_a_megapixel: float
    """Of one CPU thread, by the backend that ``auto`` takes there."""

    @property
    def guo(self) -> tuple[GuoScores, ...]:
        """On simulated views."""
        return guo_scores(self.rows["simulated"].rows)

    @property
    def recall_on_positives(self) -> Estimate:
        """Share of the length of drawn arteries that is found, patients drawn."""
        rows = [row for row in self.rows["positives"].rows if row.line_px]
        found, wanted = [row.at_card.line_found_px for row in rows], [row.line_px for row in rows]
        return clustered_ratio(found, wanted, [row.identity.patient_id for row in rows])

    @property
    def marked_others(self) -> Estimate:
        """Share of real images without BAC in which anything is marked, patients drawn."""
        rows: Sequence[ViewRow] = [row for row in self.rows["others"].rows if row.kind == "none"]
        marked = [float(row.at_card.marked_px > 0) for row in rows]
        return clustered_ratio(marked, [1.0] * len(rows), [row.identity.patient_id for row in rows])


def judge(
    study: Study,
    jobs: Sequence[tuple[Job, Path]],
    folder: Path,
    *,
    workers: int = 1,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Judgement, ...]:
    """Score all trained networks; what was scored already is not scored again."""
    cards = [(job, path, load_card(path)) for job, path in jobs]
    by_set: dict[str, tuple[ModelRows, ...]] = {}
    for name in SETS:
        entries = [
            Entry(
                card,
                folder / "rows" / name / f"{job.name}-{card.sha256[:8]}",
                partial(load_model, card, weights_dir=path.parent, device="cpu"),
            )
            for job, path, card in cards
        ]
        source: ViewSource = view_source([getattr(study, name)], cards[0][2])
        if name == "others" and study.most_others:
            source = evenly_spaced(source, study.most_others)
        by_set[name] = evaluate_models(entries, source, workers=workers, cancelled=cancelled)
    return tuple(
        Judgement(
            job,
            card.sha256,
            card.parameters,
            card.threshold,
            {name: by_set[name][place] for name in SETS},
            timed(path),
        )
        for place, (job, path, card) in enumerate(cards)
    )


def timed(card: Path) -> float:
    """Milliseconds a megapixel of whole tiles on one thread, the quickest of a few."""
    model = load_model(card, device="cpu", threads=1)
    side = model.card.tiling.tile_px
    run = model.runner()
    tile = np.random.default_rng(0).normal(size=(1, side, side)).astype(np.float32)
    run.tile_logits(tile)
    times = []
    for _ in range(TIMED_TILES):
        began = time.perf_counter()
        run.tile_logits(tile)
        times.append(time.perf_counter() - began)
    return 1000 * min(times) / (side * side / 1e6)
