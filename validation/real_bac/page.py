"""The page of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared_core.statistics.clusters import CLUSTER_RESAMPLES, Estimate
from validation.markdown import shown, shown_limits, table
from validation.real_bac.marks import TOLERANCE_PX, Marks
from validation.real_bac.overlaps import Overlap
from validation.real_bac.scores import RealScores, scores_of
from validation.real_bac.tracks import SEEN_ARTERIES, Reliability

AIMS: Final = {"clear": 0.88, "doubtful": 0.55, "other": 0.10, "cesm": 0.04}


@dataclass(frozen=True)
class Way:
    """One way to decide, with its rows."""

    name: str
    scores: RealScores
    rows: tuple[Marks, ...]


@dataclass(frozen=True)
class Scaled:
    """Recall where the images are given at another size."""

    size: float
    recalls: Mapping[str, tuple[Estimate, Estimate]]
    """By name of the way: clear and doubtful."""


def real_bac_page(
    ways: Sequence[Way],
    *,
    command: str,
    scaled: Sequence[Scaled],
    reliable: Reliability | None,
    opinions: Sequence[str],
    overlaps: Sequence[Overlap],
    seen: str,
    by_fold: bool = False,
) -> str:
    """The page as Markdown.

    Parameters
    ----------
    ways
        The model by its card first.
    command
        That makes the page.
    scaled, reliable
        Where they were made.
    opinions
        Sections on classes, views and exams.
    seen
        What a person saw on the overlays, as Markdown.
    by_fold
        Whether the network was trained on these crops as well, without each fold once.
    """
    lines = [
        "# Real arteries and other calcifications",
        "",
        f"Made by `{command}`; do not edit it by hand. What was seen on the overlays lies in "
        "`validation/real_bac/seen.md`.",
        "",
        *_about(ways, by_fold=by_fold),
        "",
        "## Scores",
        "",
        *_scores(ways),
        "",
    ]
    if reliable is not None:
        lines += ["## Is the probability of an artery true?", "", *_reliability(reliable), ""]
    lines += opinions
    if scaled:
        lines += ["## Images given at another size", "", *_scaled(scaled), ""]
    lines += ["## Clear and doubtful crops, one by one", "", *_crops(ways), ""]
    lines += ["## By kind of calcification", "", *_kinds(ways), ""]
    lines += ["## The same tissue in two crops", "", *_overlaps(overlaps, ways), ""]
    return "\n".join([*lines, seen.strip(), ""])


def _about(ways: Sequence[Way], *, by_fold: bool) -> list[str]:
    rows = ways[0].rows
    arteries = [row for row in rows if row.artery]
    counts = {kind: sum(row.artery == kind for row in arteries) for kind in ("clear", "doubtful")}
    other = [row for row in rows if row.kind == "other-calcification"]
    cesm = [row for row in rows if row.kind == "cesm" and row.bac_free]
    whole = [row for row in rows if row.kind == "whole"]
    people = [len({row.patient_id for row in some}) for some in (arteries, other, whole)]
    elsewhere = (
        f"; {len(whole)} whole views without BAC of {people[2]} patients, which taught the networks as "
        "backgrounds"
        if whole
        else ""
    )
    network = (
        "So was the network: each patient's images are seen by one that was trained without her fold."
        if by_fold
        else "The network was trained on none of these crops."
    )
    return [
        f"{counts['clear']} crops with plainly calcified arteries, {counts['doubtful']} with doubtful ones, "
        f"of {people[0]} patients; {len(other)} crops of other calcifications of {people[1]} patients "
        f"(CBIS-DDSM); {len(cesm)} low-energy views without BAC (CDD-CESM){elsewhere}. Lines were drawn by "
        "laymen. No pixel spacing is known: an image is taken as it is, or as its texture tells where the "
        "card can.",
        "",
        f"Recall is the share of the drawn length with a mark within {TOLERANCE_PX:.0f} px of the file. "
        "Whatever is marked on a crop of another calcification counts as false, although arteries run "
        f"through some of them: {len(SEEN_ARTERIES)} such crops were noticed.",
        "",
        "*by tracks*: parts above a low threshold are kept where the track classifier takes them for an "
        "artery. Each patient is judged by one that was taught by the other folds, and the threshold "
        f"is chosen on these other folds alone. {network}",
    ]


def _scores(ways: Sequence[Way]) -> list[str]:
    rows = []
    for way in ways:
        score = way.scores
        rows.append(
            [
                way.name,
                _estimate(score.clear),
                _estimate(score.doubtful),
                _estimate(score.clear_pooled),
                _estimate(score.doubtful_pooled),
                _estimate(score.other_marked),
                _estimate(score.other_two_vessels),
                str(score.most_vessels),
                f"{score.other_mean_px:.0f}",
                _estimate(score.cesm_marked),
                _estimate(score.whole_marked),
            ]
        )
    rows.append(
        [
            "aim",
            f"{AIMS['clear']:.2f}",
            f"{AIMS['doubtful']:.2f}",
            "",
            "",
            f"{AIMS['other']:.2f}",
            "0.00",
            "1",
            "",
        ]
        + [f"{AIMS['cesm']:.2f}", ""]
    )
    head = [
        "decided",
        "recall, clear",
        "recall, doubtful",
        "clear, by length",
        "doubtful, by length",
        "other calcifications with any mark",
        "with two vessels or more",
        "most vessels",
        "mean px",
        "digital views with any mark",
        "whole views with any mark",
    ]
    return [
        *table(head, rows),
        "",
        f"In brackets: 95 % intervals over patients (whole patients drawn, {CLUSTER_RESAMPLES:,} times).",
    ]


def _reliability(found: Reliability) -> list[str]:
    rows = [[f"{mean:.2f}", f"{share:.2f}", str(count)] for mean, share, count in found.bins]
    return [
        *table(["probability said", "share of arteries", "parts"], rows, texts=0),
        "",
        f"Expected calibration error {found.error:.3f} (aim: 0.05 at most), each part judged by a classifier "
        "that its patient did not teach.",
    ]


def _scaled(scaled: Sequence[Scaled]) -> list[str]:
    names = list(scaled[0].recalls)
    head = ["size", *(f"{name}, {what}" for name in names for what in ("clear", "doubtful"))]
    rows = [
        [f"{one.size:g}", *(shown(value.value, 2) for name in names for value in one.recalls[name])]
        for one in scaled
    ]
    return [
        "Mean recall; all thresholds stay as they are. An image too small to "
        "be taken for a mammogram counts as missed.",
        "",
        *table(head, rows),
    ]


def _crops(ways: Sequence[Way]) -> list[str]:
    by_name = [{row.image: row for row in way.rows} for way in ways]
    arteries = sorted((row for row in ways[0].rows if row.artery), key=lambda row: (row.artery, row.image))
    rows = [
        [row.image.removesuffix(".jpg"), row.artery, str(row.line_px)]
        + [f"{rows_of[row.image].recall:.2f}" for rows_of in by_name]
        for row in arteries
    ]
    return table(["crop", "artery", "drawn px", *(way.name for way in ways)], rows, texts=2)


def _kinds(ways: Sequence[Way]) -> list[str]:
    """Types of more than a handful of crops; the file name says the type."""
    kinds = (
        "PLEOMORPHIC",
        "FINE_LINEAR",
        "AMORPHOUS",
        "PUNCTATE",
        "COARSE",
        "ROD",
        "LUCENT",
        "ROUND",
        "DYSTROPHIC",
    )
    rows = []
    for kind in kinds:
        of_kind = [
            [row for row in way.rows if row.kind == "other-calcification" and kind in row.image]
            for way in ways
        ]
        marked = [f"{sum(row.marked_px > 0 for row in some)}" for some in of_kind]
        rows.append([kind.lower().replace("_", " "), str(len(of_kind[0])), *marked])
    return table(["type", "crops", *(f"marked, {way.name}" for way in ways)], rows)


def _overlaps(overlaps: Sequence[Overlap], ways: Sequence[Way]) -> list[str]:
    if not overlaps:
        return ["None was found."]
    smaller = {one.smaller for one in overlaps}
    once = [(way.name, scores_of([row for row in way.rows if row.image not in smaller])) for way in ways]
    pairs = [[one.smaller, one.larger, f"{one.correlation:.2f}"] for one in overlaps]
    return [
        "Crops of one view that show the same place, found by template matching; they stay within a fold, as "
        "their patient does.",
        "",
        *table(["crop", "lies in", "correlation"], pairs, texts=2),
        "",
        "Recall of clear and doubtful crops without the smaller one of each pair: "
        + "; ".join(
            f"{name} {shown(score.clear.value, 2)} and {shown(score.doubtful.value, 2)}"
            for name, score in once
        )
        + ".",
    ]


def _estimate(value: Estimate) -> str:
    return f"{shown(value.value, 2)} ({shown_limits(value.limits, 2)})"
