"""Folders of masks of three readers or more, without a reference: what ``bac compare`` makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np

from shared_core.cli.compare_found import has_column, strata_of
from shared_core.cli.compare_masks import masks_in
from shared_core.cli.compare_models import SCORED, ModelOptions, Values, by_exam, exam_of
from shared_core.cli.compare_report import Report
from shared_core.cli.compare_rows import named_rows
from shared_core.errors import UsageError
from shared_core.exporting.mask_files import mask_png
from shared_core.mammogram import Mask
from shared_core.reading.mask import read_mask_file
from shared_core.records.canonical_json import plain
from shared_core.statistics.bootstrap import paired_bootstrap
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL, Found
from shared_core.statistics.consensus import mask_consensus
from shared_core.statistics.overlap import Overlap, overlap

ALL_READERS: Final = "consensus of all"
OTHERS: Final = "consensus of the others"
_NAMED: Final = 5
_Pairs = dict[tuple[str, str], Overlap]


def compare_mask_readers(files: Sequence[Path], options: ModelOptions) -> Report:
    """Compare readers in all pairs, and each with the consensus of all and of the others, pixel by pixel.

    Pixels on which readers are evenly divided take no part. Scores are averaged over the masks of an exam
    that hold anything, and exams are drawn.

    Raises
    ------
    OpenBacError
        A file cannot be read, or shapes or names differ.
    """
    folders = [path.name for path in files]
    labels = folders if len(set(folders)) == len(folders) else [str(path) for path in files]
    masks = [masks_in(path) for path in files]
    names, warnings = _common(masks, labels, common=options.masks.common)
    measured: list[_Pairs] = []
    tied = dict.fromkeys((ALL_READERS, OTHERS), 0)
    for name in names:
        own = _read([found[name] for found in masks], options)
        measured.append(_measured(labels, own, tied))
    cases = named_rows(options.cases, options.key).rows if options.cases is not None else {}
    for column in options.strata:
        if not has_column(column, [cases]):
            raise UsageError(f"The table of cases has no column {column} for strata; check its name.")
    exams = [exam_of(name, cases, options.exam) for name in names]
    found: list[Found] = []
    for stratum, places in strata_of(names, options.strata, [cases]).items():
        for pair in measured[0]:
            found += _found(pair, stratum, [measured[k][pair] for k in places], [exams[k] for k in places])
    return Report(
        kind="mask readers",
        document={
            "readers": labels,
            "masks": len(names),
            "exams": len(set(exams)),
            "tied_px": {name: count for name, count in tied.items() if count},
        },
        findings=(),
        rows=tuple(_rows(names, exams, measured)),
        tables=(),
        warnings=tuple(warnings),
        pictures={
            f"consensus/{name}.png": partial(_consensus_png, [found[name] for found in masks], options)
            for name in names
        },
        found=tuple(found),
    )


def _common(
    masks: Sequence[Mapping[str, Path]], labels: Sequence[str], *, common: bool
) -> tuple[list[str], list[str]]:
    """Names that all readers have, sorted, and a warning about the others."""
    everywhere = sorted(name for name in masks[0] if all(name in own for own in masks))
    if not everywhere:
        raise UsageError(f"No mask of {', '.join(labels)} has the same name in all of these folders.")
    missing = sorted({name for own in masks for name in own} - set(everywhere))
    if not missing:
        return everywhere, []
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    said = f"{', '.join(missing[:_NAMED])}{more}"
    if not common:
        raise UsageError(f"Masks are not in all folders ({said}); add --common to compare those that are.")
    return everywhere, [f"Masks left out, as they are not in all folders: {said}."]


def _read(paths: Sequence[Path], options: ModelOptions) -> list[Mask]:
    masks = [read_mask_file(path, segment=options.masks.segment).mask for path in paths]
    for path, mask in zip(paths, masks, strict=True):
        if mask.shape != masks[0].shape:
            rows, columns = masks[0].shape
            raise UsageError(
                f"{paths[0]} has {rows} x {columns} pixels, {path} has {mask.shape[0]} x {mask.shape[1]} "
                "(rows x columns); give masks of the same image."
            )
    return masks


def _measured(labels: Sequence[str], masks: Sequence[Mask], tied: dict[str, int]) -> _Pairs:
    """All pairs of one image; counts the pixels on which the readers are evenly divided."""
    found: _Pairs = {}
    for (one, first), (other, second) in combinations(zip(labels, masks, strict=True), 2):
        found[one, other] = overlap(first, second)
    for place, (label, mask) in enumerate(zip(labels, masks, strict=True)):
        for name, judges in (
            (ALL_READERS, list(masks)),
            (OTHERS, [*masks[:place], *masks[place + 1 :]]),
        ):
            consensus = mask_consensus(judges)
            counted = ~consensus.tied
            # One row of the pixels that count: what is left out is no longer an image.
            found[label, name] = overlap(mask[counted][None], consensus.marked[counted][None])
            if name == OTHERS or place == 0:
                tied[name] += int(np.count_nonzero(consensus.tied))
    return found


def _found(
    pair: tuple[str, str], stratum: str, overlaps: Sequence[Overlap], exams: Sequence[str]
) -> Iterator[Found]:
    for score, key, _ in SCORED:
        values: Values = np.array([[one.score(score) for one in overlaps]])
        (means,) = by_exam(values, exams)
        n = means.size
        if n:
            limits = None
            if n >= LEAST_FOR_INTERVAL:
                limits = paired_bootstrap(means, np.zeros(n)).limits
            yield Found("masks", *pair, stratum, key, float(means.mean()), n, limits)


def _rows(names: Sequence[str], exams: Sequence[str], measured: Sequence[_Pairs]) -> Iterator[dict[str, Any]]:
    for name, exam, pairs in zip(names, exams, measured, strict=True):
        scores = {
            f"{one} against {other} {score}": plain(found.score(score))
            for (one, other), found in pairs.items()
            for score, _, _ in SCORED
        }
        yield {"name": name, "exam": exam, **scores}


def _consensus_png(paths: Sequence[Path], options: ModelOptions) -> bytes:
    return mask_png(mask_consensus(_read(paths, options)).marked)
