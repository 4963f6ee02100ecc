"""No module of the engine outside ``cli/`` names an option, a menu, a button or a host."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "shared_core"
ENGINE = [path for path in sorted(PACKAGE.rglob("*.py")) if "cli" not in path.relative_to(PACKAGE).parts]
WORDS = re.compile(r"--[a-z]|\bmenus?\b|Slicer|napari", re.IGNORECASE)
COMMANDS = re.compile(
    r"\bbac (analyze|calibrate|change|compare|demo|evaluate|export|info|measure)\b"
    r"|\bbac (models|receive|send|simulate|train)\b"
)
READERS = "3D Slicer (GDCM)"
"""A reader that takes another spacing or other pixels from a file; a person must know its name."""
ITS_OWN_PROGRAM = {"simulation/__main__.py": "--output"}
"""A module that is run by itself has options of its own."""


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def told(path: Path) -> Iterator[str]:
    """Texts that a person may read: all but docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


@pytest.mark.parametrize("path", ENGINE, ids=name_of)
def test_module_names_neither_option_nor_menu_nor_host(path: Path) -> None:
    allowed = ITS_OWN_PROGRAM.get(name_of(path))
    for line in path.read_text(encoding="utf-8").splitlines():
        rest = line.replace(READERS, "")
        rest = rest.replace(allowed, "") if allowed is not None else rest
        assert not WORDS.search(rest), line


@pytest.mark.parametrize("path", ENGINE, ids=name_of)
def test_module_tells_of_no_command(path: Path) -> None:
    assert [text for text in told(path) if COMMANDS.search(text)] == []
