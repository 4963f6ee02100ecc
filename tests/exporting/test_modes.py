"""What is written is for its owner alone, and keeps rights that somebody gave."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.whole_folder import whole_folder


@pytest.mark.skipif("os.name == 'nt'", reason="Windows has other rights")
def test_new_files_and_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a" / "b" / "c.txt", b"x")
    with whole_folder(tmp_path / "d" / "e"):
        pass
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == {"a": 0o700, "b": 0o700, "c.txt": 0o600, "d": 0o700, "e": 0o700}


@pytest.mark.skipif("os.name == 'nt'", reason="Windows has other rights")
def test_file_that_is_replaced_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "shared.csv"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_bytes(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
