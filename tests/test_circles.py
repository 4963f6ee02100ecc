"""Modules of a package import one another in one direction: no circle, not even one that only types make."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SLICER = ROOT / "slicer_bac_extension" / "BACSegmentation"
TREES = [SLICER]
"""Folders whose modules are imported from there."""


def modules_of(tree: Path) -> dict[str, Path]:
    """Files by the name that they are imported with."""
    names = {path: path.relative_to(tree).with_suffix("").as_posix() for path in tree.rglob("*.py")}
    return {name.removesuffix("/__init__").replace("/", "."): path for path, name in names.items()}


def imported(path: Path, known: set[str]) -> set[str]:
    """Modules of a tree that a file names in any import: at once, later, or for types alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & known
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            parts = {f"{node.module}.{alias.name}" for alias in node.names} & known
            found |= parts or {node.module} & known
    return found


def circle_in(tree: Path) -> list[str]:
    """The modules of one circle; none where all imports go one way."""
    modules = modules_of(tree)
    sorter = TopologicalSorter({name: imported(path, set(modules)) for name, path in modules.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_imports_go_one_way(tree: Path) -> None:
    assert len(modules_of(tree)) > 10
    assert circle_in(tree) == []


def test_a_circle_of_types_alone_is_seen(tmp_path: Path) -> None:
    package = tmp_path / "Lib"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "part.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from whole import Whole\n"
    )
    (tmp_path / "whole.py").write_text("def make():\n    from Lib import part\n    return part\n")
    assert set(circle_in(tmp_path)) == {"Lib.part", "whole"}
