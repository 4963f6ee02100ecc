"""The validation stands on the engine alone: whoever repeats it needs no tests."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import validation

FOLDER = Path(validation.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))


def imported(source: str) -> set[str]:
    """First names of all modules that a text of Python imports, at once or later."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_imports_inside_functions_are_seen_too() -> None:
    assert imported("import numpy.linalg\ndef f():\n    from tests.a import b") == {"numpy", "tests"}


def test_the_phantom_shares_physics_with_the_measuring_code_and_nothing_else() -> None:
    tree = ast.parse((FOLDER / "raw_phantom.py").read_text(encoding="utf-8"))
    engine = {
        node.module.split(".")[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("shared_core.")
    }
    assert engine == {"mammogram", "physics"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_validation_imports_nothing_from_the_tests(path: Path) -> None:
    modules = {file.stem for file in Path(__file__).parents[1].rglob("*.py")} - {file.stem for file in FILES}
    assert not imported(path.read_text(encoding="utf-8")) & ({"tests", "conftest", "pytest"} | modules)
