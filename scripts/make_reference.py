"""Write what the code knows into the documentation: tables between marks, and JSON Schemas.

Quantities and notices come from their registries, commands from the parser, documents of models from their
cards. Run it after one was added or changed: ``python scripts/make_reference.py``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from shared_core.cli.models import document_of
from shared_core.cli.reference import command_reference
from shared_core.notices.catalogue import catalogue_table
from shared_core.pacs.reference import accepted_classes_table, accepted_syntaxes_table
from shared_core.quantities import reference
from shared_core.records.canonical_json import json_bytes
from shared_core.records.schema import schema_of
from shared_core.records.schema_names import SCHEMAS
from shared_core.weights.registry import list_models

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
TABLES: Final = {
    "results.md": {
        "numbers of a view": lambda: reference.numbers_table("view"),
        "numbers of an exam": lambda: reference.numbers_table("exam"),
        "numbers of a breast": lambda: reference.numbers_table("breast"),
        "columns of the breasts": reference.sides_table,
        "numbers over time": reference.serial_table,
    },
    "dicom.md": {
        "numbers of the private scheme": reference.private_numbers_table,
        "grades of the private scheme": reference.private_grades_table,
    },
    "notices.md": {"notices": catalogue_table},
    "command-line.md": {"commands": command_reference},
    "dicom-conformance.md": {
        "accepted SOP classes": accepted_classes_table,
        "accepted transfer syntaxes": accepted_syntaxes_table,
    },
}


def with_tables(text: str, page: str) -> str:
    """A page with its tables as the registry has them now.

    Raises
    ------
    ValueError
        A pair of marks is missing.
    """
    for name, table in TABLES[page].items():
        begin, end = f"<!-- table: {name} -->", "<!-- end of table -->"
        found = re.findall(f"{re.escape(begin)}\n.*?\n{re.escape(end)}", text, re.DOTALL)
        if len(found) != 1:
            raise ValueError(f"docs/{page} needs the marks of '{name}' once, and has them {len(found)} times")
        text = text.replace(found[0], f"{begin}\n{table()}\n{end}")
    return text


def schema_files() -> dict[str, bytes]:
    """Name and content of each file of ``docs/schema``."""
    return {f"{name}.json": json_bytes(schema_of(name)) for name in SCHEMAS}


def model_files() -> dict[str, str]:
    """Name and content of each file of ``docs/models``: the cards that come with the package."""
    return {f"{card.name}.md": document_of(card) for card in list_models()}


def main() -> None:
    """Write pages, schemas and the cards of the models."""
    for page in TABLES:
        path = DOCS / page
        path.write_text(with_tables(path.read_text(encoding="utf-8"), page), encoding="utf-8")
    (DOCS / "schema").mkdir(exist_ok=True)
    for name, content in schema_files().items():
        (DOCS / "schema" / name).write_bytes(content)
    (DOCS / "models").mkdir(exist_ok=True)
    for name, text in model_files().items():
        (DOCS / "models" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
