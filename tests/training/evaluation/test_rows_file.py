"""Rows on disk: added one by one, read back, cut lines dropped, other settings refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared_core.errors import OutputError, UsageError
from shared_core.training.evaluation.row import row_document
from shared_core.training.evaluation.rows_file import RowsFile
from tests.training.evaluation.drawn import band, row

SETTINGS = {"model": {"name": "m", "threshold": 0.5}, "thresholds": (0.1, 0.2)}
ROW = row(band(300, 50, 350), (band(300, 50, 200), 0.9), number=4)


def test_rows_are_there_again(tmp_path: Path) -> None:
    RowsFile(tmp_path / "rows.jsonl", SETTINGS).add(ROW)
    again = RowsFile(tmp_path / "rows.jsonl", SETTINGS)
    assert set(again.rows) == {4}
    assert row_document(again.rows[4]) == row_document(ROW)


def test_a_line_that_was_cut_off_is_dropped_and_the_file_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    RowsFile(path, SETTINGS).add(ROW)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[1][:200])
    again = RowsFile(path, SETTINGS)
    assert set(again.rows) == {4}
    assert path.read_bytes() == whole


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    RowsFile(path, SETTINGS).add(ROW)
    with pytest.raises(UsageError, match="another model; choose another output folder"):
        RowsFile(path, {**SETTINGS, "model": {"name": "m", "threshold": 0.6}})


@pytest.mark.parametrize("content", ["no json\n", "[1]\n", '{"model":1}\n{"number":1}\n', "\udcff"])
def test_what_is_no_file_of_rows_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content.encode(errors="surrogateescape"))
    settings = {"model": 1} if content.startswith('{"model') else SETTINGS
    with pytest.raises(UsageError, match=r"rows\.jsonl"):
        RowsFile(path, settings)
    assert path.read_bytes() == content.encode(errors="surrogateescape")


def test_a_folder_that_went_away_is_named(tmp_path: Path) -> None:
    file = RowsFile(tmp_path / "a" / "rows.jsonl", SETTINGS)
    file.path.unlink()
    file.path.parent.rmdir()
    with pytest.raises(OutputError, match="Cannot write"):
        file.add(ROW)
