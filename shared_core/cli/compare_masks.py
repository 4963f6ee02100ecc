"""Two masks, or two folders of them: what ``bac compare`` makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from shared_core.arteries.connected_parts import bounding_box
from shared_core.cli.compare_report import Finding, Report, matched, quantity_finding
from shared_core.cli.screen import escape, number, table_of
from shared_core.errors import UsageError
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Mask
from shared_core.reading.mask import MASK_SUFFIXES, read_mask_file
from shared_core.records.canonical_json import plain
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL, STATISTICS
from shared_core.statistics.comparison import MaskAgreement, mask_agreement
from shared_core.statistics.hausdorff import outline_distance
from shared_core.statistics.overlap import SCORES, MeanScore, Overlap, overlap, patch_overlaps
from shared_core.statistics.severe import Rate, yes_or_no_rates

_MOST_ROWS = 30
_MARGIN_PX = 20
_BOTH, _ONLY_A, _ONLY_B = (235, 235, 235), (230, 110, 20), (40, 130, 230)


@dataclass(frozen=True)
class _Pair:
    name: str
    overlap: Overlap
    patches: tuple[Overlap, ...]
    distance95: float
    areas: tuple[float, float]


@dataclass(frozen=True)
class MaskOptions:
    """What a person may ask for."""

    spacing_mm: tuple[float, float] | None
    segment: int | None
    patches: bool
    common: bool


def compare_masks(a: Path, b: Path, options: MaskOptions) -> Report:
    """Compare two mask files or two folders of mask files, B being the reference.

    Raises
    ------
    OpenBacError
        A file cannot be read, shapes or names differ.
    """
    warnings: list[str] = []
    pictures: dict[str, Callable[[], bytes]] = {}
    if a.is_dir():
        names, warnings = matched(masks_in(a), masks_in(b), common=options.common, what="masks")
        measured = [_compare_pair(name, *files, options) for name, files in names.items()]
    else:
        measured = [_compare_pair(a.name, a, b, options)]
        pictures["difference.png"] = lambda: _difference_picture(*read_pair(a, b, options))
    found = mask_agreement(
        [pair.overlap for pair in measured],
        patches=[patch for pair in measured for patch in pair.patches],
        distances95=[pair.distance95 for pair in measured],
    )
    unit = "mm" if options.spacing_mm is not None else "px"
    area = "area_mm2" if options.spacing_mm is not None else "area_px"
    findings: list[Finding] = []
    if len(measured) > 1:
        first, second = np.array([pair.areas for pair in measured]).T
        findings.append(quantity_finding(area, first, second))
    return Report(
        kind="masks",
        document=_document(found, unit),
        findings=tuple(findings),
        rows=tuple(_row(pair, unit, area) for pair in measured),
        tables=tuple(_tables(measured, found, unit)),
        warnings=tuple(warnings),
        pictures=pictures,
    )


def masks_in(folder: Path) -> dict[str, Path]:
    """Mask files by their path in the folder, without ending and ``_mask``."""
    files = sorted(path for path in folder.rglob("*") if path.name.lower().endswith(MASK_SUFFIXES))
    # Of a folder of results only the masks are masks: overlays and sheets are not.
    named = [path for path in files if _stem(path).endswith("_mask")]
    found: dict[str, Path] = {}
    for path in named or files:
        name = path.relative_to(folder).with_name(_stem(path)).as_posix().removesuffix("_mask")
        if name in found:
            raise UsageError(
                f"{folder}: holds {name} twice, as {found[name].name} and {path.name}; remove one."
            )
        found[name] = path
    if not found:
        raise UsageError(f"{folder}: holds no masks ({', '.join(MASK_SUFFIXES)}).")
    return found


def _stem(path: Path) -> str:
    """The name without its ending, ``.nii.gz`` among them."""
    ending = max((one for one in MASK_SUFFIXES if path.name.lower().endswith(one)), key=len)
    return path.name[: -len(ending)]


def read_pair(a: Path, b: Path, options: MaskOptions) -> tuple[Mask, Mask]:
    """Two masks of one shape; a `UsageError` where the shapes differ."""
    one, other = (read_mask_file(path, segment=options.segment).mask for path in (a, b))
    if one.shape != other.shape:
        raise UsageError(
            f"{a} has {one.shape[0]} x {one.shape[1]} pixels, {b} has {other.shape[0]} x {other.shape[1]} "
            "(rows x columns); give masks of the same image."
        )
    return one, other


def _compare_pair(name: str, a: Path, b: Path, options: MaskOptions) -> _Pair:
    one, other = read_pair(a, b, options)
    found = overlap(one, other)
    distance = outline_distance(one, other, spacing_mm=options.spacing_mm)
    pixel = options.spacing_mm[0] * options.spacing_mm[1] if options.spacing_mm is not None else 1
    area_a = found.true_positive_px + found.false_positive_px
    area_b = found.true_positive_px + found.false_negative_px
    patches = patch_overlaps(one, other) if options.patches else ()
    return _Pair(name, found, patches, distance.hausdorff95, (area_a * pixel, area_b * pixel))


def _row(pair: _Pair, unit: str, area: str) -> dict[str, Any]:
    counts = pair.overlap
    return {
        "name": pair.name,
        **{score: plain(counts.score(score)) for score in SCORES},
        f"hausdorff95_{unit}": plain(pair.distance95),
        f"a_{area}": pair.areas[0],
        f"b_{area}": pair.areas[1],
        **plain(counts),
    }


def _document(found: MaskAgreement, unit: str) -> dict[str, Any]:
    detection = found.detection
    return {
        "images": found.images,
        "scores": plain(found.scores),
        "patch_scores": plain(found.patch_scores),
        "pooled": {**plain(found.pooled), **{score: plain(found.pooled.score(score)) for score in SCORES}},
        "hausdorff95": {
            "mean": plain(found.distance95_mean),
            "sd": plain(found.distance95_sd),
            "n": found.distance95_n,
            "unit": unit,
        },
        "detection": {
            **plain(detection),
            **{
                key: {"value": plain(rate.value), "limits": plain(rate.limits), "n": rate.n}
                for key, rate in yes_or_no_rates(detection).items()
                if key not in ("sensitivity", "specificity")
            },
            "sensitivity": plain(detection.sensitivity),
            "specificity": plain(detection.specificity),
            "balanced_accuracy": plain(detection.balanced_accuracy),
        },
        "curves": plain(found.curves),
    }


def _tables(measured: list[_Pair], found: MaskAgreement, unit: str) -> Iterator[Table]:
    title = "Images" if len(measured) > 1 else ""
    each = table_of(["Mask"], (*SCORES, f"HD95 {unit}"), title=title)
    for pair in measured[:_MOST_ROWS]:
        cells = [number(pair.overlap.score(score)) for score in SCORES]
        each.add_row(escape(pair.name), *cells, number(pair.distance95, 2))
    if len(measured) > _MOST_ROWS:
        each.add_row(f"... {len(measured) - _MOST_ROWS} more", *[""] * (len(SCORES) + 1))
    yield each
    if len(measured) == 1 and not found.patch_scores:
        return
    table = table_of([""], SCORES, title="Mean ± SD")
    if len(measured) > 1:
        table.add_row("images", *(_mean(score) for score in found.scores))
    if found.patch_scores:
        table.add_row("patches", *(_mean(score) for score in found.patch_scores))
    if len(measured) > 1:
        table.add_row("all pixels as one", *(number(found.pooled.score(score)) for score in SCORES))
    yield table
    if len(measured) > 1:
        yield _detection_table(found, unit)


def _detection_table(found: MaskAgreement, unit: str) -> Table:
    counts = found.detection
    cells = {
        "TP": str(counts.true_positives),
        "FP": str(counts.false_positives),
        "FN": str(counts.false_negatives),
        "TN": str(counts.true_negatives),
        **{STATISTICS[key].label: _with_limits(rate) for key, rate in yes_or_no_rates(counts).items()},
        "AUC-ROC of the area": number(found.curves.auc_roc) if found.curves is not None else "-",
        f"HD95 {unit}": f"{number(found.distance95_mean, 2)} ± {number(found.distance95_sd, 2)}",
    }
    table = table_of([], list(cells), title="Any BAC in the image")
    table.add_row(*cells.values())
    return table


def _with_limits(rate: Rate) -> str:
    if rate.limits is None or rate.n < LEAST_FOR_INTERVAL:
        return number(rate.value)
    return f"{number(rate.value)} ({number(rate.limits[0])} to {number(rate.limits[1])})"


def _mean(score: MeanScore) -> str:
    left_out = f" ({score.undefined} undefined)" if score.undefined else ""
    return f"{number(score.mean)} ± {number(score.sd)}{left_out}"


def _difference_picture(one: Mask, other: Mask) -> bytes:
    """Pixels of both white, of A only orange, of B only blue; cut to where there are any."""
    box = bounding_box(one | other)
    if box is not None:
        top, left = max(box.top - _MARGIN_PX, 0), max(box.left - _MARGIN_PX, 0)
        cut = np.s_[top : box.top + box.rows + _MARGIN_PX, left : box.left + box.columns + _MARGIN_PX]
        one, other = one[cut], other[cut]
    picture: NDArray[np.uint8] = np.zeros((*one.shape, 3), np.uint8)
    picture[one & other] = _BOTH
    picture[one & ~other] = _ONLY_A
    picture[~one & other] = _ONLY_B
    return encode_png(picture, flat=True)
