"""Files are whole or not there, and failures say what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared_core.errors import OutputError
from shared_core.exporting import atomic_write
from shared_core.exporting.atomic_write import write_bytes


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_the_folders_above_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "out.json"
    write_bytes(path, b"{}")
    assert path.read_bytes() == b"{}"
    assert names(path.parent) == ["out.json"]


def test_an_older_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_bytes(path, b"a long first version")
    write_bytes(path, b"second")
    assert path.read_bytes() == b"second"


def test_the_longest_names_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".png")
    write_bytes(path, b"1")
    assert names(tmp_path) == [path.name]


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.mkdir()
    with pytest.raises(OutputError, match=r"run\.json: a folder has that name; rename it") as caught:
        write_bytes(path, b"{}")
    assert str(path) in str(caught.value)
    assert names(tmp_path) == ["run.json"]


@pytest.mark.parametrize("below", ["out.json", "deeper/out.json"])
def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path, below: str) -> None:
    (tmp_path / "results").write_text("not a folder")
    with pytest.raises(OutputError, match="a file stands where its folder should be"):
        write_bytes(tmp_path / "results" / below, b"{}")
    assert names(tmp_path) == ["results"]


def test_a_name_that_the_system_refuses_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"too long for this system; choose a shorter output folder"):
        write_bytes(tmp_path / ("x" * 300), b"")
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a size limit for files is a POSIX feature")
def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the write fails halfway."""
    path = tmp_path / "mask.png"
    path.write_bytes(b"old")
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from shared_core.errors import OutputError\n"
        "from shared_core.exporting.atomic_write import write_bytes\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    write_bytes(Path(sys.argv[1]), bytes(100_000))\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        f"Cannot write {path}: the disk or quota is full; free some space or choose another folder.\n"
    )
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["mask.png"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that nobody can write to")
def test_a_read_only_place_is_told() -> None:
    with pytest.raises(OutputError, match="Cannot write"):
        write_bytes(Path("/proc/openbac/out.json"), b"{}")


def on_windows_open_elsewhere(monkeypatch: pytest.MonkeyPatch, *, times: int) -> None:
    """No file takes the name of one that is open in another program there: so many attempts fail."""
    replace, left = Path.replace, [times]

    def refused(self: Path, target: Path) -> Path:
        if left[0]:
            left[0] -= 1
            error = PermissionError(13, "Access is denied", str(target))
            error.winerror = 5  # type: ignore[attr-defined]  # of Windows alone
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    monkeypatch.setattr(atomic_write, "_WAITS_S", (0.0, 0.0))


def test_a_file_that_a_scanner_holds_for_a_moment_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "views.csv"
    path.write_bytes(b"old")
    on_windows_open_elsewhere(monkeypatch, times=2)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_table_that_is_open_in_a_spreadsheet_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "views.csv"
    path.write_bytes(b"old")
    on_windows_open_elsewhere(monkeypatch, times=9)
    with pytest.raises(OutputError, match=r"views\.csv: another program has it open; close it there"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["views.csv"]
