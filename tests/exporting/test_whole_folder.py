"""A folder is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared_core.errors import OutputError
from shared_core.exporting.whole_folder import whole_folder


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_it_takes_its_name_at_the_end(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "above" / "out") as beside:
        (beside / "a.txt").write_text("a")
        assert not (tmp_path / "above" / "out").exists()
    assert _names(tmp_path) == ["above", "above/out", "above/out/a.txt"]


def test_an_empty_folder_gives_way(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with whole_folder(tmp_path / "out") as beside:
        (beside / "a.txt").write_text("a")
    assert _names(tmp_path) == ["out", "out/a.txt"]


def test_what_is_there_stays_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.txt").write_text("old")
    with pytest.raises(OutputError, match="is there already"), whole_folder(tmp_path / "out"):
        pytest.fail("nothing must be made for nothing")
    assert _names(tmp_path) == ["out", "out/old.txt"]
    with whole_folder(tmp_path / "out", replace=True) as beside:
        (beside / "new.txt").write_text("new")
    assert _names(tmp_path) == ["out", "out/new.txt"]


def test_work_that_fails_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.txt").write_text("old")

    def work() -> None:
        with whole_folder(tmp_path / "out", replace=True) as beside:
            (beside / "new.txt").write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert _names(tmp_path) == ["out", "out/old.txt"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another folder"), whole_folder(tmp_path / "file" / "out"):
        pass
