"""The page: how many of the faults are told, and what is told of pictures that nobody changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shared_core.notices.of_quality import QUALITY_CODES
from validation.markdown import table
from validation.quality.faults import FAULTS
from validation.quality.study import AS_IT_IS, Row


def page(rows: Sequence[Row]) -> list[str]:
    """Lines of docs/validation_quality.md."""
    sets = list(dict.fromkeys(row.set_name for row in rows))
    pictures = Counter(row.set_name for row in rows if row.fault == AS_IT_IS)
    return [
        "# Whether a picture is fit to be measured: how often the checks are right",
        "",
        "Written by `python -m validation.quality`. Each picture was checked as it is and with each fault; a",
        "cell says in how many of the pictures that can have the fault its notice came. Blur and noise are",
        "judged only where a pixel spacing is known: on films it is not. That of the real digital pictures",
        "is not in their files; it is taken as about 0.07 mm (digital, synthetic) and 0.1 mm (low-energy).",
        "The limits were chosen on the real pictures, so what is told of these as they are is no estimate",
        "for others; the simulated ones had no say. What the checks tell of real faults, nobody measured.",
        "",
        f"Pictures: {', '.join(f'{pictures[name]} {name}' for name in sets)}.",
        "",
        "## Pictures as they are",
        "",
        *table(["notice", *sets], _told_as_they_are(rows, sets)),
        "",
        "The lines on films are there: bright columns of one pixel from edge to edge, left by the scanner.",
        "",
        "## Faults made on purpose",
        "",
        *table(["notice", "fault", *sets], _told_with_faults(rows, sets), texts=2),
        "",
        "Not looked for: a missing pectoral muscle (told where the muscle is to be left out of the breast",
        "area), foreign bodies other than those outside of the [valid area](methods.md).",
    ]


def _told_as_they_are(rows: Sequence[Row], sets: Sequence[str]) -> list[list[str]]:
    lines = []
    for code in sorted(QUALITY_CODES):
        cells = [_share(rows, name, AS_IT_IS, code) for name in sets]
        lines.append([f"`{code}`", *cells])
    return lines


def _told_with_faults(rows: Sequence[Row], sets: Sequence[str]) -> list[list[str]]:
    return [
        [
            f"`{fault.kind.code}`",
            fault.strength,
            *(_share(rows, set_name, name, fault.kind.code) for set_name in sets),
        ]
        for name, fault in FAULTS.items()
    ]


def _share(rows: Sequence[Row], set_name: str, fault: str, code: str) -> str:
    own = [row for row in rows if (row.set_name, row.fault) == (set_name, fault)]
    return f"{sum(code in row.codes for row in own)} of {len(own)}" if own else "-"
