"""Folders of masks of several models, each against the same reference: what ``bac compare`` makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.cli.compare_found import has_column, strata_of
from shared_core.cli.compare_masks import MaskOptions, masks_in, read_pair
from shared_core.cli.compare_report import Report, matched
from shared_core.cli.compare_rows import named_rows
from shared_core.errors import UsageError
from shared_core.records.canonical_json import plain
from shared_core.records.results_folder import Row
from shared_core.statistics.bootstrap import PAIRED_RESAMPLES, paired_bootstrap
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL, Found, StatisticKey
from shared_core.statistics.overlap import Overlap, Score, overlap

Values = NDArray[np.float64]
SCORED: Final[tuple[tuple[Score, StatisticKey, StatisticKey], ...]] = (
    ("dice", "dice", "dice_difference"),
    ("jaccard", "jaccard", "jaccard_difference"),
)


@dataclass(frozen=True)
class ModelOptions:
    """What a person may ask for."""

    masks: MaskOptions
    strata: Sequence[str] = ()
    cases: Path | None = None
    """Table with a row a mask, and columns for strata and the exam."""
    key: str | None = None
    exam: str = "exam"
    """Column of that table that says which exam a mask is of; else the folder of the mask says it."""


def compare_models(files: Sequence[Path], reference: Path, options: ModelOptions) -> Report:
    """Score folders of masks against one reference, and compare them in pairs by the paired bootstrap.

    Scores are averaged over the masks of an exam that hold anything, and exams are drawn (Ibrahim 2025).

    Raises
    ------
    OpenBacError
        A file cannot be read, or shapes or names differ.
    """
    folders = [path.name for path in files]
    labels = folders if len(set(folders)) == len(folders) else [str(path) for path in files]
    truth = masks_in(reference)
    warnings: list[str] = []
    overlaps: list[dict[str, Overlap]] = []
    for path in files:
        pairs, said = matched(masks_in(path), truth, common=options.masks.common, what="masks")
        warnings += said
        overlaps.append({name: overlap(*read_pair(*pair, options.masks)) for name, pair in pairs.items()})
    names = [name for name in overlaps[0] if all(name in own for own in overlaps)]
    cases = named_rows(options.cases, options.key).rows if options.cases is not None else {}
    for column in options.strata:
        if not has_column(column, [cases]):
            raise UsageError(f"The table of cases has no column {column} for strata; check its name.")
    exams = [exam_of(name, cases, options.exam) for name in names]
    found: list[Found] = []
    for stratum, places in strata_of(names, options.strata, [cases]).items():
        for score, key, difference_key in SCORED:
            values = np.array([[own[names[k]].score(score) for k in places] for own in overlaps])
            means = by_exam(values, [exams[k] for k in places])
            if means.shape[1]:
                found += _scored(means, labels, stratum, key)
                found += _differences(means, labels, stratum, difference_key)
    return Report(
        kind="models",
        document={
            "models": labels,
            "reference": str(reference),
            "masks": len(names),
            "exams": len(set(exams)),
        },
        findings=(),
        rows=tuple(_rows(names, exams, labels, overlaps)),
        tables=(),
        warnings=tuple(warnings),
        found=tuple(found),
    )


def exam_of(name: str, cases: Mapping[str, Row], column: str) -> str:
    """As the table of cases says, else the folder of the mask, else the mask is an exam of its own."""
    cell = cases.get(name, {}).get(column)
    folder = PurePosixPath(name).parent.as_posix()
    return str(cell) if cell is not None else name if folder == "." else folder


def by_exam(values: Values, exams: Sequence[str]) -> Values:
    """(models, exams) means over the masks of each exam that have the score of every model."""
    known = np.isfinite(values).all(axis=0)
    means = []
    for exam in dict.fromkeys(exams):
        own = known & np.array([one == exam for one in exams])
        if own.any():
            means.append(values[:, own].mean(axis=1))
    return np.stack(means, axis=1) if means else np.zeros((len(values), 0))


def _scored(means: Values, labels: Sequence[str], stratum: str, key: StatisticKey) -> Iterator[Found]:
    n = means.shape[1]
    for label, own in zip(labels, means, strict=True):
        limits = None
        if n >= LEAST_FOR_INTERVAL:
            limits = paired_bootstrap(own, np.zeros(n)).limits
        yield Found("scores", label, "", stratum, key, float(own.mean()), n, limits)


def _differences(means: Values, labels: Sequence[str], stratum: str, key: StatisticKey) -> Iterator[Found]:
    n = means.shape[1]
    if n < 2:
        return
    for (one, first), (other, second) in combinations(zip(labels, means, strict=True), 2):
        found = paired_bootstrap(first, second, resamples=PAIRED_RESAMPLES)
        enough = n >= LEAST_FOR_INTERVAL
        yield Found(
            *("differences", one, other, stratum, key, found.difference, n),
            limits=found.limits if enough else None,
            p=found.p if enough else None,
        )


def _rows(
    names: Sequence[str],
    exams: Sequence[str],
    labels: Sequence[str],
    overlaps: Sequence[Mapping[str, Overlap]],
) -> Iterator[dict[str, Any]]:
    for name, exam in zip(names, exams, strict=True):
        scores = {
            f"{label} {score}": plain(own[name].score(score))
            for label, own in zip(labels, overlaps, strict=True)
            for score, _, _ in SCORED
        }
        yield {"name": name, "exam": exam, **scores}
