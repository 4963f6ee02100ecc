"""No file needs another that needs it: imports that only type checkers see count as well."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def imports_of(path: Path, files: dict[str, Path]) -> set[str]:
    """Modules among `files` that a file imports anywhere: at once, in a function, or for types alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & set(files)


def circle_in(folder: Path, root: Path) -> str:
    """A circle of imports among the files of a folder, whose names begin at `root`; empty where none is."""
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(folder.rglob("*.py"))
    }
    graph = {module: imports_of(path, files) - {module} for module, path in files.items()}
    for module, needed in graph.items():
        # To import a module runs its package too, which may import its modules in turn.
        needed -= {
            name for name in needed if files[name].name == "__init__.py" or module.startswith(f"{name}.")
        }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return " -> ".join(error.args[1])
    return ""


SLICER = REPOSITORY / "slicer_bac_extension" / "BACSegmentation"


@pytest.mark.parametrize("package", ["shared_core", "napari_bac", "validation", "benchmarks"])
def test_no_file_needs_another_that_needs_it(package: str) -> None:
    assert circle_in(REPOSITORY / package, REPOSITORY) == ""


def test_no_file_of_the_slicer_module_needs_another_that_needs_it() -> None:
    assert circle_in(SLICER, SLICER) == ""


def test_imports_for_types_and_in_functions_close_a_circle_too(tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (house / "one.py").write_text("if TYPE_CHECKING:\n    from house.two import Two\n")
    (house / "two.py").write_text("def later():\n    from house import one\n")
    assert circle_in(house, tmp_path).count(" -> ") == 2
    (house / "two.py").write_text("import json\n")
    assert circle_in(house, tmp_path) == ""
