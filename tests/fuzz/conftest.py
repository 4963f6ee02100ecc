"""Peers on loopback for the fuzz."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pacs.drawn_exam import drawn_files


@pytest.fixture(scope="session")
def exam_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A small four-view exam."""
    return drawn_files(tmp_path_factory.mktemp("exam"))
