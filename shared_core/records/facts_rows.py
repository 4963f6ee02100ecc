"""Tables of facts, to be completed by people or read by another process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from shared_core.mammogram import Laterality, MammogramHeader, PresentationIntent, StatedFacts, View
from shared_core.reading.facts.table_reading import COLUMNS
from shared_core.records.cells import csv_bytes

Cells = tuple[str | float | None, ...]
_INTENTS: Final = {
    PresentationIntent.PRESENTATION: "presentation",
    PresentationIntent.PROCESSING: "processing",
}
_SAYS: Final = "stated "


def facts_table(stated: Mapping[Path, StatedFacts]) -> bytes:
    """A table of what is stated of files, as `read_facts` reads it; the source is kept."""
    rows = [(*_cells(str(file), facts), facts.source.removeprefix(_SAYS)) for file, facts in stated.items()]
    return csv_bytes((*COLUMNS, "source"), rows)


def known_table(headers: Mapping[str, MammogramHeader]) -> tuple[bytes, int]:
    """A table of what is known of files, by how they are called in it, and how many lack something."""
    rows: Sequence[Cells] = [_cells(file, _known(header)) for file, header in sorted(headers.items())]
    needed = [index for index, column in enumerate(COLUMNS) if column not in ("exam", "manufacturer")]
    lacking = sum(any(row[index] is None for index in needed) for row in rows)
    return csv_bytes(COLUMNS, rows), lacking


def _known(header: MammogramHeader) -> StatedFacts:
    identity, spacing = header.identity, header.spacing
    return StatedFacts(
        patient=identity.patient_id,
        exam=identity.exam,
        study_date=identity.study_date,
        laterality=header.laterality if header.laterality is not Laterality.UNKNOWN else None,
        view=header.view if header.view is not View.UNKNOWN else None,
        spacing_mm=(spacing.row_mm, spacing.column_mm) if spacing is not None else None,
        manufacturer=header.acquisition.manufacturer or "",
        intent=header.intent,
    )


def _cells(file: str, facts: StatedFacts) -> Cells:
    row_mm, column_mm = facts.spacing_mm or (None, None)
    return (
        file,
        facts.patient or None,
        facts.exam or None,
        facts.study_date or None,
        facts.laterality.value if facts.laterality is not None else None,
        facts.view.value if facts.view is not None else None,
        round(row_mm, 6) if row_mm is not None else None,
        round(column_mm, 6) if column_mm is not None else None,
        facts.manufacturer or None,
        _INTENTS.get(facts.intent) if facts.intent is not None else None,
    )
