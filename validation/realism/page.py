"""The page of numbers beside the figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from shared_core.simulation.choices import STYLES
from shared_core.version import SOFTWARE_VERSION
from validation.realism.image_statistics import Floats
from validation.realism.measures import CURVES, NUMBERS, Compared, Measured, apart, compared
from validation.realism.sources import DIGITAL, FILM, REAL_KINDS

_MOSTLY = 0.5


def page(real: Sequence[Measured], simulated: Sequence[Measured], *, first: int) -> str:
    """Write the page in Markdown."""
    rows = {name: compared(number, real, simulated, FILM) for name, number in NUMBERS.items()}
    kinds = Counter(view.kind for view in real)
    counted = ", ".join(f"{kinds[kind]} {kind}" for kind in REAL_KINDS if kinds[kind])
    lines = [
        "# How real simulated views look",
        "",
        f"Made by `python -m validation.realism` with OpenBAC {SOFTWARE_VERSION}; do not edit by hand. "
        f"{len(real)} real images ({counted}) and {len(simulated)} simulated views (patients from seed "
        f"{first} on; vendors in turn, CC and MLO, with and without BAC), all read and "
        "prepared in the same way.",
        "",
        "![Grey levels, power spectrum, gradients and skin profile, real and simulated]"
        "(validation/realism.png)",
        "",
        *_differences(rows),
        "",
        *_like_with_like(real, simulated),
        "",
        "## Each statistic",
        "",
        "*Inside*: simulated views within the range of the real ones. *KS*: Kolmogorov-Smirnov distance of "
        "the distributions, 0 the same, 1 apart; for comparison, that of real film and the "
        "other real images.",
        "",
        "| statistic | real: median (range) | simulated: median (range) | inside | KS simulated-real "
        "| KS film-other |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {name} | {_median_range(row.real)} | {_median_range(row.simulated)} "
            f"| {100 * row.share_inside:.0f} % | {row.kolmogorov:.2f} | {row.yardstick:.2f} |"
            for name, row in rows.items()
        ),
        "",
        "Medians by kind:",
        "",
        *_by_kind(real, simulated),
        "",
        "## Each curve",
        "",
        "Median distance of two views. Simulated views are as real ones where they lie no farther from real "
        "ones than these lie from each other.",
        "",
        "| curve | real-real | simulated-real | simulated-simulated |",
        "|---|---:|---:|---:|",
    ]
    for name, distance in CURVES.items():
        found = apart(distance, real, simulated)
        distances = (found.real_real, found.simulated_real, found.simulated_simulated)
        lines.append(f"| {name} | " + " | ".join(f"{each:.2f}" for each in distances) + " |")
    return "\n".join([*lines, "", *_method()])


def _differences(rows: dict[str, Compared]) -> list[str]:
    """The statistics in which fewer than half of the simulated views look real."""
    outside = [
        f"- {name}: {_number(float(np.median(row.simulated)))} simulated, "
        f"{_number(float(np.median(row.real)))} real (medians); "
        f"{100 * row.share_inside:.0f} % inside the real range."
        for name, row in rows.items()
        if row.share_inside < _MOSTLY
    ]
    if not outside:
        return ["In every statistic below at least half of the simulated views lie within the real range."]
    return ["Fewer than half of the simulated views lie within the range of the real ones in:", "", *outside]


def _like_with_like(real: Sequence[Measured], simulated: Sequence[Measured]) -> list[str]:
    """The one look that has a real counterpart."""
    theirs = [view for view in real if view.kind == DIGITAL]
    ours = [view for view in simulated if view.kind == "hologic"]
    if not theirs or not ours:
        return []
    outside = []
    for name, number in NUMBERS.items():
        found = np.array([number(view) for view in theirs])
        middle = float(np.median([number(view) for view in ours]))
        if not found.min() <= middle <= found.max():
            outside.append(f"- {name}: {_number(middle)}, real {_median_range(found)}.")
    said = f"Like with like, {len(ours)} views of the Hologic look against {len(theirs)} real digital images"
    if not outside:
        return [f"{said}: every median lies within the real range."]
    return [f"{said}: the median lies outside the real range in:", "", *outside]


def _by_kind(real: Sequence[Measured], simulated: Sequence[Measured]) -> list[str]:
    groups = [
        *((kind, [view for view in real if view.kind == kind]) for kind in REAL_KINDS),
        *((f"{style} look", [view for view in simulated if view.kind == style]) for style in STYLES),
    ]
    groups = [(kind, views) for kind, views in groups if views]
    lines = [
        "| statistic | " + " | ".join(kind for kind, _ in groups) + " |",
        "|---|" + "---:|" * len(groups),
    ]
    for name, number in NUMBERS.items():
        cells = (_number(float(np.median([number(view) for view in views]))) for _, views in groups)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _method() -> list[str]:
    return [
        "## How, and what it cannot tell",
        "",
        "- 8-bit display values before the median filter; grey levels, spectrum and gradients in the valid "
        "area, the profile in the whole breast. All but the grey levels on a common grid of 0.14 mm.",
        "- Spectrum: up to 16 windows of 256 x 256 px (36 mm) wholly inside, less their plane, Hann; "
        "published exponents of mammograms are near 3 (Burgess 2001).",
        "- None of the real files carries a pixel spacing. Taken for them: film 230 mm high; digital "
        "0.070 mm at the detector by the matrix; C-View the same field by its matrix; magnification 1.07. An "
        "error of 10 % shifts the spectrum by as much along the frequency; it does not change an exponent.",
        "- The real images are few: scanned film, and digital ones of one vendor whose JPEG files have lost "
        "fine detail. Others chose their display. No real GE or Fuji image is among them: those looks are "
        "compared with Hologic and film.",
        "- Alike in these statistics is not alike to a reader.",
        "",
    ]


def _median_range(values: Floats) -> str:
    middle, low, high = (_number(float(each)) for each in (np.median(values), values.min(), values.max()))
    return f"{middle} ({low} to {high})"


def _number(value: float) -> str:
    """Three figures at most, no exponent."""
    size = round(abs(value), 1)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text
