"""``docs/validation_simulation.md`` from the rows of a study."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shared_core.errors import UsageError
from validation.exams.agreement import area_agreement_table, mass_agreement_table
from validation.exams.recognition import dice_table, false_area_beside_real
from validation.exams.row import Mass, ViewRow
from validation.exams.vessels import confusion_table, count_table, kappa_table, length_table
from validation.false_area import FalseArea
from validation.judged import AS_PUBLISHED, PUBLISHED
from validation.mass_table import LEAST_VIEWS, Weighed, mass_table

MOLLOI = """\
A straight line through the masses of two views, compared with that of Molloi 2009 (Acad Radiol; standard
views of 39 women of 49 to 82 years). Only the abstract's figures were available: the amount of the women's
calcium, and the machines and masks with which it was measured, are not known here, and SEE grows with the
masses. The two breasts of a simulated woman have the same severity of disease; arteries and masses are drawn
independently. Molloi's ICC, .94 (left CC) to .99 (right CC), is between readers of one view and so has no
line here. *Truth* is the mass in each view, and so the best that any measurement can reach. Pairs
where neither view shows BAC are left out."""


def simulation_page(
    rows: Sequence[ViewRow], manifest: Mapping[str, Any], real: Mapping[str, FalseArea]
) -> str:
    """The page.

    Parameters
    ----------
    rows
        Of whole patients, with and without BAC.
    manifest
        The settings that the rows were made with.
    real
        False area on real images, as docs/validation.md has it.

    Raises
    ------
    UsageError
        If the rows are too few for the tables.
    """
    if sum(row.has_bac for row in rows) < LEAST_VIEWS:
        raise UsageError(f"The page needs {LEAST_VIEWS} views with BAC or more; measure more patients.")
    parts = [
        "# Validation on simulated exams",
        *_about(rows, manifest),
        *_recognition(rows, real),
        *_vessels(rows),
        *_mass(rows),
        "## CC against MLO, left against right",
        MOLLOI,
        mass_agreement_table(rows),
        "Both breasts of a woman, and both her projections, are pairs of their own, so the intervals are "
        "somewhat too narrow. Of the area the paper says nothing:",
        area_agreement_table(rows),
    ]
    return "\n\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts) + "\n"


def _about(rows: Sequence[ViewRow], manifest: Mapping[str, Any]) -> list[str]:
    patients = sorted({row.patient for row in rows})
    missing = sorted(set(range(patients[0], patients[-1] + 1)) - set(patients))
    codes = len({row.code for row in rows})
    texts = [
        f"Made by `python -m validation.exams` from {len(rows)} views of {len(patients)} simulated patients "
        f"(seeds {patients[0]} to {patients[-1]}); do not edit by hand. The looks of vendors take turns "
        f"({_counted(row.style for row in rows)} views), and one of {manifest['without_bac_every']} patients "
        "has no arterial calcium in any case. Each exam goes through the whole chain: object, exposure, "
        "DICOM, reader, model, numbers. This says how well things are measured on simulated images, no more.",
        f"OpenBAC {manifest['software_version']}, model `{PUBLISHED}` (weights sha256 "
        f"`{manifest['models'][PUBLISHED][:16]}...`), and `{AS_PUBLISHED}` on views without BAC.",
    ]
    if missing:
        texts.append(f"Patients of these seeds are missing: {', '.join(map(str, missing))}.")
    if codes > 1:
        texts.append(f"The code changed while this was measured: the rows come from {codes} states of it.")
    return texts


def _recognition(rows: Sequence[ViewRow], real: Mapping[str, FalseArea]) -> list[str | list[str]]:
    texts: list[str | list[str]] = [
        "## Does the published SCU-Net recognise simulated BAC?",
        "It was trained on real images alone. Dice of its mask in our processing with the true vessel band:",
        dice_table(rows),
    ]
    if all(row.has_bac for row in rows):
        return texts
    return [
        *texts,
        "On views without BAC every marked pixel is false. For comparison the real images without BAC of "
        "[validation.md](validation.md), which are films, synthetic 2-D and digital images of unknown "
        "pixel spacing:",
        false_area_beside_real(rows, real),
    ]


def _vessels(rows: Sequence[ViewRow]) -> list[str | list[str]]:
    return [
        "## Calcified arteries",
        "From the *true band*, by the annotation rule of Guo 2021, and from the *model's mask*. Length of "
        "all calcified segments of a view:",
        length_table(rows),
        "Number of calcified arteries:",
        count_table(rows),
        "CSBI-type grade of a view; the interval is the bootstrap over patients:",
        kappa_table(rows),
        confusion_table(rows, "band"),
        confusion_table(rows, "model"),
    ]


def _mass(rows: Sequence[ViewRow]) -> list[str | list[str]]:
    """Both tables, of the views with calcium and a number."""
    known = [row for row in rows if row.has_bac]
    beams = Counter(f"{row.anode}/{row.filter} {row.kvp:g} kV" for row in known)
    refused = sum(row.calcium_mass.mg is None for row in known)
    texts: list[str | list[str]] = [
        "## Calcium mass",
        f"Hydroxyapatite on the raw (FOR PROCESSING) image of the {len(known)} views with BAC, "
        f"{_range(known, 'true_mg')} mg, compressed to {_range(known, 'compressed_mm')} mm, with "
        f"{len(beams)} beams: "
        f"{', '.join(f'{beam} ({views})' for beam, views in sorted(beams.items()))}. No calibration: k comes "
        "from the spectrum." + (f" {refused} views have no number." if refused else ""),
        "Under the true calcium mask:",
        mass_table(_weighed(known, [row.calcium_mass for row in known])),
        "Under the model's mask; where it marks nothing the mass is 0 mg, and the truth counts as outside:",
        mass_table(_weighed(known, [row.model_mass for row in known])),
    ]
    false_mg = [row.model_mass.mg for row in rows if not row.has_bac and row.model_mass.mg is not None]
    if false_mg:
        texts.append(
            f"On the {len(false_mg)} views without BAC the model's mask holds {np.median(false_mg):.2f} mg "
            f"(median), {np.mean(false_mg):.2f} mg (mean), {max(false_mg):.2f} mg at most."
        )
    return texts


def _weighed(rows: Sequence[ViewRow], masses: Sequence[Mass]) -> list[Weighed]:
    return [
        Weighed(row.true_mg, mass.mg, _or_nan(mass.low_mg), _or_nan(mass.high_mg))
        for row, mass in zip(rows, masses, strict=True)
        if mass.mg is not None
    ]


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _range(rows: Sequence[ViewRow], name: str) -> str:
    values = [getattr(row, name) for row in rows]
    return f"{min(values):.1f}-{max(values):.1f}"


def _counted(names: Any) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(Counter(names).items()))
