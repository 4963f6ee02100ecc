"""Reading the JSON files of annotation tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shared_core.errors import UsageError


def read_json(path: Path) -> Any:
    """What a JSON file holds; a `UsageError` where it cannot be read, or is not valid JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}; check the path.") from None
    except ValueError:
        raise UsageError(f"{path} is not valid JSON; export the annotations again, as JSON.") from None
