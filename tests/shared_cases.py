"""Small files after public bug reports, which lie beside the project and are never part of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.skips import SHARED_MISSING

CASES = Path(os.environ.get("OPENBAC_SHARED", Path(__file__).parents[2] / "shared")) / "cases" / "reading"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason=f"no cases at {CASES}; {SHARED_MISSING} cases/")


def case(name: str) -> Path:
    """One of the files; the test is skipped where they are not there."""
    if not CASES.is_dir():
        pytest.skip(f"no cases at {CASES}; {SHARED_MISSING} cases/")
    return CASES / name
