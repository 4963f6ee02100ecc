"""The folder of a part: what it holds was done with one budget, and is taken for no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.canonical_json import json_bytes
from shared_core.training.state import require_same

BUDGET_FILE: Final = "budget.json"


def study_folder(out: Path, part: str, budget: object) -> Path:
    """The folder of a part in `out`, which from now on is one of this budget.

    Raises
    ------
    UsageError
        It holds what was done with another budget.
    """
    folder = out / part
    path = folder / BUDGET_FILE
    content = json_bytes(budget)
    if path.exists():
        require_same(path, json.loads(path.read_bytes()), json.loads(content))
    else:
        write_bytes(path, content)
    return folder
