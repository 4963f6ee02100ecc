"""The two doors of the engine: hosts come through `shared_core.hosting`, examples through `shared_core`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import shared_core
from shared_core import hosting

ROOT = Path(__file__).resolve().parents[1]
HOSTS = sorted(
    [
        *(ROOT / "napari_bac").rglob("*.py"),
        *(ROOT / "slicer_bac_extension" / "BACSegmentation").rglob("*.py"),
    ]
)
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
DOCUMENTS = [ROOT / "docs" / "python.md", ROOT / "docs" / "slicer.md"]
DOORS = [shared_core, hosting]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def engine_imports(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each module of the engine that a program imports, with the names that it takes from it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names if alias.name.split(".")[0] == "shared_core"]
            yield from ((module, ()) for module in modules)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            if module.split(".")[0] == "shared_core":
                yield module, tuple(alias.name for alias in node.names)


def names_of_door(source: str) -> Iterator[str]:
    """Yield what a host takes through its door, by ``from shared_core import hosting as bac``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "bac":
            yield node.attr


@pytest.mark.parametrize("path", HOSTS, ids=name_of)
def test_host_comes_in_by_its_door(path: Path) -> None:
    imports = set(engine_imports(path.read_text("utf-8")))
    assert imports <= {("shared_core", ("hosting",))}


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_example_uses_the_public_interface(path: Path) -> None:
    assert {module for module, _ in engine_imports(path.read_text("utf-8"))} == {"shared_core"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_documentation_shows_the_public_interface(path: Path) -> None:
    shown = re.findall(r"^(?:from|import) shared_core.*$", path.read_text("utf-8"), re.MULTILINE)
    taken = [one for line in shown for one in engine_imports(line)]
    assert {module for module, _ in taken} <= {"shared_core"}
    assert {name for _, names in taken for name in names} <= set(shared_core.__all__)


def test_nothing_lies_at_the_door_of_hosts_that_no_host_takes() -> None:
    taken = {name for path in HOSTS for name in names_of_door(path.read_text("utf-8"))}
    assert set(hosting.__all__) - {"__version__"} == taken - {"__version__"}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_every_name_is_there_and_is_what_its_home_has(door: ModuleType) -> None:
    assert set(dir(door)) == set(door.__all__)
    for name, home in door._HOME.items():
        found = getattr(door, name)
        assert found is getattr(import_module(home), name), name


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_type_checkers_find_each_name_where_it_is_imported_from(door: ModuleType) -> None:
    tree = ast.parse(Path(str(door.__file__)).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    told: dict[str, str] = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            # Else type checkers take it for a private one; of hosting, mypy's settings say that it is not.
            assert door is hosting or alias.asname == alias.name
            told[alias.name] = str(node.module)
    assert told == door._HOME


def test_door_is_shut_to_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'measure_everything'"):
        hosting.__getattr__("measure_everything")
