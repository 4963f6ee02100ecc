"""The card of a model with a second stage: another model's weights, and the classifier of the study."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from shared_core.exporting.atomic_write import write_bytes
from shared_core.statistics.clusters import Estimate
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import parse_card
from shared_core.weights.track_rule import Sensitivity, Share, TrackRule
from validation.real_bac.scores import RealScores
from validation.real_bac.tracks import LOW_THRESHOLD, FoldJudge

TRACKS_FILE: Final = "tracks.npz"
_LIMITATIONS: Final = (
    "Its second stage was taught on 65 film crops of 13 patients with calcified arteries, 512 film crops of "
    "other calcifications, 58 low-energy digital views and 15 whole views without BAC; lines were drawn by "
    "laymen.",
    "Malignant calcification that is spread over a segment may still be taken for arteries: such a result "
    "has no grade, and says so.",
    "What is no artery is told from what is no calcium by digital views alone; one in five of their parts "
    "counts as calcification.",
)


def write_card(
    folder: Path, base: ModelCard, judge: FoldJudge, *, name: str, scores: RealScores, command: str
) -> ModelCard:
    """Write ``model.json`` and ``tracks.npz``; the weights stay those of `base`.

    Parameters
    ----------
    judge
        Taught on all images.
    name
        Of the new model.
    scores
        Of the second stage, cross-validated.
    command
        That makes both files.
    """
    content = judge.classifier.file_bytes()
    card = replace(
        base,
        name=name,
        title=f"{name}: {base.title.partition(': ')[2] or base.title}, with a classifier of tracks",
        threshold=judge.threshold,
        candidates=None,
        tracks=TrackRule(
            TRACKS_FILE, hashlib.sha256(content).hexdigest(), LOW_THRESHOLD, judge.undecided_from
        ),
        sensitivity=Sensitivity(
            clear=_share(scores.clear),
            faint=_share(scores.doubtful),
            judged_on="52 film crops of 13 patients, cross-validated",
        ),
        limitations=(
            *(text for text in base.limitations if "Its rule leaves out" not in text),
            *_LIMITATIONS,
        ),
        made_by=(
            *(text for text in base.made_by if not text.startswith(("rule:", "threshold and temperature:"))),
            f"weights_of: {base.name}",
            f"tracks: {command}; threshold and undecided_from chosen there on left-out patients",
        ),
    )
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n"
    parse_card(text, str(folder / "model.json"))
    write_bytes(folder / TRACKS_FILE, content)
    write_bytes(folder / "model.json", text.encode())
    return card


def _share(estimate: Estimate) -> Share:
    value, (low, high) = estimate.value, estimate.limits
    return Share(round(value, 3), round(low, 3), round(high, 3))
