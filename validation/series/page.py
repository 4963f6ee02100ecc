"""The page docs/validation_change.md and its plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

import cv2
import numpy as np

from shared_core.exporting.plots import change_plot
from shared_core.quantification.change import PatientChange, change_over_time
from shared_core.quantification.serial import QUANTITIES, Quantity
from validation.markdown import table
from validation.series.decisions import (
    SERIES,
    THREE,
    YEARLY,
    Share,
    alarms,
    decided,
    exams_of,
    expected_of,
    finds,
    median_growth,
    patients_of,
    spread,
)
from validation.series.rows import Course, Masks, Row

MASKS: Final[tuple[Masks, ...]] = ("true", "model")
MOST_ALARMS, LEAST_FOUND = 0.05, 0.90
_PLOTTED: Final = ("tam_per_breast_area", "calcified_length_mm", "mass_ha_mg")


def page(rows: Sequence[Row]) -> str:
    """The page, from rows of at least one patient."""
    patients = patients_of(rows)
    extents = Counter(row.severity for row in {row.patient: row for row in rows}.values())
    views = len(rows) // len(MASKS)
    lines = [
        "# Change over time on simulated images",
        "",
        f"Made by `python -m validation.series` from {views} views of {len(patients)} simulated patients "
        f"({', '.join(f'{count} {name}' for name, count in extents.items())}; machines of three makers in "
        "turn); do not edit by hand. Every view went the whole way: object, exposure, DICOM, reader, model, "
        "measurement; then the code of `bac change` decided. Exams are at years 0, 2 and 5, each positioned, "
        "compressed and magnified anew.",
        "",
        f"**n is small.** A share of {len(patients)} series has the wide 95 % interval (Wilson) that stands "
        "beside it; the larger table below is of numbers, not of images.",
        "",
        "*True* masks are those of the simulator (the vessel band; for mass the calcium); *model* is the "
        "mask of the default model. Mass is measured on the raw image in both.",
        "",
        "## What was decided",
        "",
        "No growth; growth by 10 % of the first *mass* a year, half as much again after five years; and no "
        "growth, but the last exam on another maker's machine. Deposits grow in length and in thickness, so "
        "that area and length gain less than mass: *gained* is the median of each quantity at the last exam, "
        "against the same exam without growth.",
        "",
        *table(
            ("quantity", "masks", "false alarms", "growth found", "gained", "alarms, new machine"),
            _decision_rows(rows),
            texts=2,
        ),
        "",
        "## Errors of measurement",
        "",
        "From the series without growth, as coefficients of variation. *View*: a view against the others of "
        "its exam. *Whole exam*: all views of an exam alike. *Mean*: the mean of the views of an exam, which "
        "holds both. 0 of a whole exam: the views explain all of it. Views with 0 in some exam are left out.",
        "",
        *table(("quantity", "masks", "view", "whole exam", "mean", "left out"), _error_rows(rows), texts=2),
        "",
        "## Many series with these errors",
        "",
        f"{SERIES} series of numbers a cell, with these errors, of a quantity that itself grows by 10 % a "
        f"year. It *holds* where false alarms are at most {_percent(MOST_ALARMS)} and growth is found in at "
        f"least {_percent(LEAST_FOUND)} of the series with yearly exams.",
        "",
        *table(
            (
                "quantity",
                "masks",
                "alarms: 0, 2, 5",
                "found: 0, 2, 5",
                "alarms: yearly",
                "found: yearly",
                "holds",
            ),
            _expected_rows(rows),
            texts=2,
        ),
        "",
        "![Measured series](validation/change.png)",
        "",
        "One patient by the masks of the model: without growth, with growth, and without growth with a new "
        "machine at the last exam. Bars are 1.96 SD of an exam, the shade what the limits leave open.",
        "",
    ]
    return "\n".join(lines)


def plot(rows: Sequence[Row]) -> bytes:
    """One patient in its three courses, side by side: the one with the most calcium."""
    patient = max(patients_of(rows), key=lambda one: sum(r.true_mg for r in rows if r.patient == one))
    chosen = [quantity for quantity in QUANTITIES if quantity.key in _PLOTTED]
    titles: dict[Course, str] = {
        "still": "no growth",
        "grown": "+10 % of the first mass a year",
        "new machine": "no growth, new machine at the last exam",
    }
    changes: dict[str, PatientChange] = {
        title: change_over_time(exams_of(rows, patient, course, "model"), quantities=chosen)
        for course, title in titles.items()
    }
    panels = [
        np.asarray(
            cv2.imdecode(np.frombuffer(change_plot(change, patient=title), np.uint8), cv2.IMREAD_COLOR)
        )
        for title, change in changes.items()
    ]
    done, image = cv2.imencode(".png", np.hstack(panels))
    assert done
    return image.tobytes()


def _decision_rows(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    found = {
        (course, masks): decided(rows, course, masks)
        for course in ("still", "grown", "new machine")
        for masks in MASKS
    }
    for quantity, masks in _each():
        key = quantity.key
        yield (
            *(quantity.title, masks),
            _share(alarms(found["still", masks][key])),
            _share(finds(found["grown", masks][key])),
            f"{100 * median_growth(rows, quantity, masks):+.0f} %",
            _share(alarms(found["new machine", masks][key])),
        )


def _error_rows(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for quantity, masks in _each():
        one = spread(rows, quantity, masks)
        if one is None:
            yield quantity.title, masks, "-", "-", "-", "-"
            continue
        cvs = (one.view_cv, one.exam_cv, one.exam_total_cv)
        yield quantity.title, masks, *(f"{100 * cv:.1f} %" for cv in cvs), str(one.left_out)


def _expected_rows(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for quantity, masks in _each():
        one = spread(rows, quantity, masks)
        if one is None:
            yield quantity.title, masks, "-", "-", "-", "-", "-"
            continue
        few, many = expected_of(one, THREE), expected_of(one, YEARLY)
        holds = many[0].part <= MOST_ALARMS and many[1].part >= LEAST_FOUND
        yield (
            *(quantity.title, masks),
            *(f"{100 * share.part:.1f} %" for share in (*few, *many)),
            "yes" if holds else "no",
        )


def _each() -> Iterator[tuple[Quantity, Masks]]:
    return product(QUANTITIES, MASKS)


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %"


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{share.x}/{share.n} ({100 * low:.0f} to {100 * high:.0f} %)"
