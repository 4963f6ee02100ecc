"""The page docs/validation_change.md and its plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

import cv2
import numpy as np

from shared_core.change.change_over_time import PatientChange, change_over_time
from shared_core.change.serial_exams import SERIAL_QUANTITIES, SerialQuantity
from shared_core.pictures.plots import change_plot
from validation.markdown import table
from validation.series.decisions import (
    THREE,
    Share,
    alarms,
    decided,
    exams_of,
    expected_of,
    finds,
    median_growth,
    patients_of,
    still_tables,
)
from validation.series.errors import spread_by_value, spread_of
from validation.series.rows import Course, Masks, Row
from validation.series_of_numbers import SERIES, YEARLY

MASKS: Final[tuple[Masks, ...]] = ("true", "model")
MASS: Final = next(quantity for quantity in SERIAL_QUANTITIES if quantity.key == "mass_ha_mg")
MOST_ALARMS, LEAST_FOUND = 0.05, 0.90
FAR: Final = 0.3
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
        "turn); do not edit by hand. Every view went through the whole chain: object, exposure, DICOM, "
        "reader, model, measurement; then the code of `bac change` decided. Exams are at years 0, 2 and 5, "
        "each positioned, compressed and magnified again.",
        "",
        f"**n is small.** A share of {len(patients)} series has the wide 95 % interval (Wilson) that is "
        "given with it; the larger table below is of numbers, not of images.",
        "",
        "*True* masks are those of the simulator (the vessel band; for mass the calcium); *model* is the "
        "mask of the default model. Mass is measured on the raw image in both.",
        "",
        *_decisions(rows),
        *_errors(rows),
        *_many_series(rows),
        *_words(rows),
        "![Measured series](validation/change.png)",
        "",
        "The patient with the most calcium, an easy case, by the masks of the model: without growth, with "
        "growth, and without growth with a new machine at the last exam. Bars are 1.96 SD of an "
        "exam, the shade what the limits leave open.",
        "",
    ]
    return "\n".join(lines)


def _decisions(rows: Sequence[Row]) -> list[str]:
    return [
        "## What was decided",
        "",
        "No growth; growth by 10 % of the first *mass* a year, half as much again after five years; and no "
        "growth, but the last exam on another maker's machine. Deposits grow in length and in thickness, so "
        "that area and length gain less than mass: *gained* is the median of each quantity at the last exam, "
        "against the same exam without growth. The three courses share the exam at year 0, and the "
        "quantities of a patient share the masks: rows and columns are no independent tests.",
        "",
        *table(
            ("quantity", "masks", "false alarms", "growth found", "gained", "alarms, new machine"),
            _decision_rows(rows),
            texts=2,
        ),
        "",
    ]


def _errors(rows: Sequence[Row]) -> list[str]:
    return [
        "## Errors of measurement",
        "",
        "From the series without growth, as coefficients of variation. *View*: a view against the others of "
        "its exam. *Whole exam*: all views of an exam alike; 0: the views explain all of it. Both come from "
        "a two-way layout of the logarithm, in which every view weighs alike, and a view with 0 in some exam "
        "is left out. *By value* each view weighs as much as it adds to the exam, which is how `bac change` "
        "sees it. The logarithm was chosen beforehand, the other was added after a look at the results: "
        "where the mass of a view is near its limit of detection, or the model marks a trace of an artery, "
        "one value near 0 makes the logarithm very large.",
        "",
        *table(
            (
                *("quantity", "masks", "view", "whole exam", "left out"),
                *("view, by value", "whole exam, by value"),
            ),
            _error_rows(rows),
            texts=2,
        ),
        "",
    ]


def _many_series(rows: Sequence[Row]) -> list[str]:
    return [
        "## Many series with these errors",
        "",
        f"{SERIES} series of numbers a cell, with the errors of the logarithm, of a quantity that itself "
        "grows by 10 % a year, compound; exams at years 0, 2 and 5, and every year. It *holds* where false "
        f"alarms are at most {_percent(MOST_ALARMS)} and growth is found in at least "
        f"{_percent(LEAST_FOUND)} of the series with yearly exams. The last column is of yearly exams, "
        "with the errors by value: false alarms, and growth found.",
        "",
        *table(
            (
                *("quantity", "masks", "alarms: 0, 2, 5", "found: 0, 2, 5", "alarms: yearly"),
                *("found: yearly", "holds", "by value"),
            ),
            _expected_rows(rows),
            texts=2,
        ),
        "",
    ]


def plot(rows: Sequence[Row]) -> bytes:
    """One patient in its three courses, side by side: the one with the most calcium."""
    patient = max(patients_of(rows), key=lambda one: sum(r.true_mg for r in rows if r.patient == one))
    chosen = [quantity for quantity in SERIAL_QUANTITIES if quantity.key in _PLOTTED]
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
        tables = still_tables(rows, quantity, masks)
        one, other = spread_of(tables), spread_by_value(tables)
        logs = ("-",) * 3 if one is None else (_fine(one.view_cv), _fine(one.exam_cv), str(one.left_out))
        by_value = ("-",) * 2 if other is None else (_fine(other.view_cv), _fine(other.exam_cv))
        yield quantity.title, masks, *logs, *by_value


def _expected_rows(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for quantity, masks in _each():
        tables = still_tables(rows, quantity, masks)
        one, other = spread_of(tables), spread_by_value(tables)
        if one is None or other is None:
            yield quantity.title, masks, *("-",) * 6
            continue
        few, many, by_value = expected_of(one, THREE), expected_of(one, YEARLY), expected_of(other, YEARLY)
        yield (
            *(quantity.title, masks),
            *(_fine(share.part) for share in (*few, *many)),
            "yes" if many[0].part <= MOST_ALARMS and many[1].part >= LEAST_FOUND else "no",
            ", ".join(_fine(share.part) for share in by_value),
        )


def _words(rows: Sequence[Row]) -> list[str]:
    """Which series are far off, so that a reader sees whose they are."""
    far = []
    for patient in patients_of(rows):
        own = [row for row in rows if row.patient == patient]
        one = spread_of(still_tables(own, MASS, "model"))
        found = decided(own, "grown", "model")[MASS.key]
        if one is not None and one.view_cv > FAR:
            far.append(
                f"patient {patient} ({own[0].severity}, view {_percent(one.view_cv)}, growth "
                f"{'found' if finds(found).x else 'not found'})"
            )
    if not far:
        return []
    return [
        f"Mass by the masks of the model strays by more than {_percent(FAR)} a view, in the logarithm, in "
        f"{', '.join(far)}.",
        "",
    ]


def _each() -> Iterator[tuple[SerialQuantity, Masks]]:
    return product(SERIAL_QUANTITIES, MASKS)


def _fine(part: float) -> str:
    return f"{100 * part:.1f} %"


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %"


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{share.x}/{share.n} ({100 * low:.0f} to {100 * high:.0f} %)"
