"""Does the published SCU-Net, trained on real images, recognise simulated BAC?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from validation.exams.row import ViewRow
from validation.false_area import FalseArea, false_area, false_area_table
from validation.judged import AS_PUBLISHED, PUBLISHED
from validation.markdown import table

LOW_DICE = 0.5
GROUPS: tuple[tuple[str, Callable[[ViewRow], str]], ...] = (
    ("", lambda row: "all"),
    ("look: ", lambda row: row.style),
    ("disease: ", lambda row: row.severity),
    ("BI-RADS density: ", lambda row: row.density),
)


def dice_table(rows: Sequence[ViewRow]) -> list[str]:
    """Dice of the mask in our processing with the true band, over the views with BAC, by group."""
    known = [row for row in rows if row.has_bac]
    lines = []
    for title, group in GROUPS:
        for name in sorted({group(row) for row in known}):
            scores = np.array([row.dice for row in known if group(row) == name], np.float64)
            lines.append(
                [
                    title + name,
                    str(scores.size),
                    f"{scores.mean():.3f}",
                    f"{np.median(scores):.3f}",
                    str(int((scores < LOW_DICE).sum())),
                ]
            )
    return table(["views with BAC", "views", "mean Dice", "median Dice", f"below {LOW_DICE}"], lines)


def false_area_beside_real(rows: Sequence[ViewRow], real: Mapping[str, FalseArea]) -> list[str]:
    """Marked pixels of the views without BAC with both presets, and the same of real images.

    Parameters
    ----------
    rows
        Of the study; one view without BAC at least.
    real
        The columns of both presets in docs/validation.md.
    """
    without = [row for row in rows if not row.has_bac]
    return false_area_table(
        {
            "simulated, our processing": false_area([row.predicted_px for row in without]),
            "real, our processing": real[PUBLISHED],
            "simulated, as published": false_area(
                [row.published_px for row in without if row.published_px is not None]
            ),
            "real, as published": real[AS_PUBLISHED],
        }
    )
