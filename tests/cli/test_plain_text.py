"""Names of files and texts of headers do to a terminal nothing but stand there."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.table import Table

from shared_core.cli.main import main
from shared_core.cli.screen import PlainConsole, escape
from shared_core.cohort.batch import unique_stem
from shared_core.plain_text import one_line, without_control

EVIL = "a\x1b]0;owned\x07\x1b[2Jb\x9b31m\u202ec\ud800\nd"


def test_control_letters_are_shown_and_not_sent() -> None:
    assert one_line(EVIL) == r"a\x1b]0;owned\x07\x1b[2Jb\x9b31m\u202ec\ud800\nd"
    assert without_control("a\nb\tc é 山") == "a\nb\tc é 山"


@pytest.mark.parametrize("markup", [True, False])
def test_console_shows_no_control_letters(markup: bool) -> None:
    sent = io.StringIO()
    console = PlainConsole(file=sent, force_terminal=False, width=200)
    table = Table("x")
    table.add_row(escape(EVIL))
    console.print(escape(EVIL) if markup else EVIL, markup=markup)
    console.print(table)
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\ud800"} & set(sent.getvalue())


def test_error_about_a_file_with_such_a_name_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a\x1b[2Jb\nc.dcm"
    path.write_bytes(b"nothing")
    assert main(["info", str(path)]) == 1
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("CON", "CON_"),
        ("nul.tar", "nul_.tar"),
        ("com1", "com1_"),
        ("console", "console"),
        ("a. ", "a"),
        ("", "image"),
    ],
)
def test_file_has_a_name_on_every_machine(name: str, stem: str) -> None:
    assert unique_stem(name, set()) == stem
