"""What a second stage says beyond its marks: the third class, views as a whole, where nobody can tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final, get_args

import numpy as np

from shared_core.arteries.judged_parts import SPREAD_PARTS, SPREAD_PROBABILITY, JudgedParts, PartKind
from shared_core.training.tracks.growing import OPEN
from validation.markdown import table
from validation.real_bac.tracks import CrossValidated, Described, Reliability, reliability

_KINDS: Final = get_args(PartKind)
_WORDS: Final = {
    "vascular": "crops of arteries",
    "other-calcification": "crops of other calcifications",
    "cesm": "digital views without BAC",
    "whole": "whole views without BAC",
}


def opinions(tracks: CrossValidated) -> list[str]:
    """The sections as lines of Markdown."""
    return [
        "## Artery, other calcification, or neither",
        "",
        *_confusion(tracks),
        "",
        "## Is the probability of BAC in a view and in an exam true?",
        "",
        *_views(tracks),
        "",
        "## Undecided views, and spreads of calcifications",
        "",
        *_undecided(tracks),
        "",
    ]


def _confusion(tracks: CrossValidated) -> list[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for image, judged in zip(tracks.images, tracks.judged, strict=True):
        for label, calcium, part in zip(image.labels, image.calcium, judged.parts, strict=True):
            truth = _truth(int(label), int(calcium))
            if truth:
                counts[truth][judged.kind(part)] += 1
    rows = [[truth, *(str(counts[truth][kind]) for kind in _KINDS)] for truth in _KINDS]
    return [
        "Parts, each judged by what its patient did not teach. *Other calcification* are parts of such crops "
        "that hold a speck or that the network is sure of, *neither* are parts of digital views without BAC: "
        "nobody looked at each. No film teaches what is neither, so that columns which tell film from "
        "digital images are not asked for.",
        "",
        *table(["is", *(f"taken for {kind}" for kind in _KINDS)], rows),
    ]


def _truth(label: int, calcium: int) -> PartKind | None:
    if label == 1:
        return "artery"
    if label == OPEN or calcium == OPEN:
        return None
    return "other calcification" if calcium == 1 else "neither"


def _views(tracks: CrossValidated) -> list[str]:
    labels = np.array([image.artery for image in tracks.images], np.int8)
    said = np.array([judged.bac_probability for judged in tracks.judged])
    patients = defaultdict(list)
    for image, probability in zip(tracks.images, said, strict=True):
        patients[image.image.patient_id].append((image.artery, float(probability)))
    of_patients = np.array([_of_patient([one for one, _ in own]) for own in patients.values()], np.int8)
    likeliest = np.array([max(own for _, own in pairs) for pairs in patients.values()])
    views, exams = reliability(said, labels), reliability(likeliest, of_patients)
    slopes = [judge.classifier for judge in tracks.judges.values()]
    return [
        "Of a view: 1 / (1 + exp(-(a logit p + b))) with p the probability of its likeliest part (0.0001 "
        f"where it has none); a and b are fitted on left-out patients, here {slopes[0].view_slope:.2f} and "
        f"{slopes[0].view_intercept:.2f} for the first fold. Of an exam: the largest of its views. A patient "
        "with all her images stands for an exam here. So many of these images show arteries: "
        f"{int((labels == 1).sum())} of {int((labels != OPEN).sum())}; in screening it is another share.",
        "",
        "Views:",
        "",
        *_table(views),
        "",
        "Patients:",
        "",
        *_table(exams),
        "",
        f"Expected calibration error {views.error:.3f} of views, {exams.error:.3f} of patients.",
    ]


def _of_patient(labels: list[int]) -> int:
    return 1 if 1 in labels else OPEN if OPEN in labels else 0


def _table(said: Reliability) -> list[str]:
    rows = [[f"{mean:.2f}", f"{share:.2f}", str(count)] for mean, share, count in said.bins]
    return table(["probability said", "share with BAC", "count"], rows, texts=0)


def _undecided(tracks: CrossValidated) -> list[str]:
    rows = []
    pairs = list(zip(tracks.images, tracks.judged, strict=True))
    for kind, words in _WORDS.items():
        own = [pair for pair in pairs if pair[0].image.kind == kind]
        if not own:
            continue
        rows.append(
            [
                words,
                str(len(own)),
                str(sum(bool(judged.of("artery")) for _, judged in own)),
                str(sum(judged.undecided is not None for _, judged in own)),
                str(sum(bool(judged.of("other calcification")) for _, judged in own)),
            ]
        )
    head = ["images", "count", "with a mark", "look here", "with other calcifications"]
    return [
        "*Look here*: nothing is kept, and the likeliest part lies above the lower end of the band: chosen "
        "on the other folds so that as many crops of other calcifications lie in it as are marked.",
        "",
        *table(head, rows),
        "",
        "Kept parts are a spread, without a grade and without vessels, where their mean probability, "
        f"weighted by length, lies below {SPREAD_PROBABILITY:g} and there are {SPREAD_PARTS} or more "
        "calcifications in all, or more others than kept ones: "
        + ", ".join(_spread(image, judged) for image, judged in pairs if judged.spread is not None)
        + ". The rule was read off these images.",
    ]


def _spread(image: Described, judged: JudgedParts) -> str:
    spread = judged.spread
    assert spread is not None
    counts = f"{spread.arteries} kept, {spread.others} others, {spread.mean_probability:.2f}"
    return f"{image.image.path.stem} ({counts})"
