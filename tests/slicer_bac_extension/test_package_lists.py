"""Layer E, as the Extensions Index checks it: lists, metadata and catalogue entry say what the tree says."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "slicer_bac_extension"
MODULE = EXTENSION / "BACSegmentation"
ENTRY = ROOT / "BACSegmentation.json"
MOST_BYTES = 100_000_000
"""Of a repository that the index takes."""
KEYS = {
    "$schema",
    "build_dependencies",
    "build_subdirectory",
    "category",
    "enabled",
    "scm_revision",
    "scm_type",
    "scm_url",
    "tier",
}
"""Of slicer-extension-catalog-entry-schema-v1.0.1.json, which allows no others."""
ICON_PX = 128


def listed(cmake: str, variable: str) -> list[str]:
    """The files that a CMake text lists in a variable."""
    values = dict(re.findall(r"set\((\w+)\s+([^)]*)\)", cmake))
    text = values[variable].replace("${MODULE_NAME}", values["MODULE_NAME"].strip())
    return text.split()


def in_tree(module: Path) -> tuple[set[str], set[str]]:
    """Scripts and resources that lie in the folder of a module."""
    names = {path.relative_to(module).as_posix() for path in module.rglob("*") if path.is_file()}
    names -= {name for name in names if re.search(r"(^|/)(__pycache__|\..*)/", name)} | {"CMakeLists.txt"}
    scripts = {name for name in names if name.endswith(".py")}
    return scripts, names - scripts


def root_cmake() -> str:
    return (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")


def metadata(name: str) -> str:
    """What the root file sets EXTENSION_<name> to; read as literally as the index reads it."""
    found = re.findall(rf'set\s*\(EXTENSION_{name}\s*"([^"]+)"[ ]*\)', root_cmake())
    assert len(found) == 1, name
    return str(found[0])


def test_lists_of_the_module_are_the_files_of_the_module() -> None:
    cmake = (MODULE / "CMakeLists.txt").read_text(encoding="utf-8")
    scripts, resources = listed(cmake, "MODULE_PYTHON_SCRIPTS"), listed(cmake, "MODULE_PYTHON_RESOURCES")
    assert sorted(scripts) == sorted(in_tree(MODULE)[0])
    assert sorted(resources) == sorted(in_tree(MODULE)[1])


def test_every_script_of_layer_f_is_registered() -> None:
    folder = EXTENSION / "Testing" / "Python"
    cmake = (folder / "CMakeLists.txt").read_text(encoding="utf-8")
    registered = re.findall(r"slicer_add_python_\w*test\(\s*SCRIPT (\S+\.py)", cmake)
    assert sorted(registered) == sorted(path.name for path in folder.glob("*.py"))


def test_an_unlisted_and_a_missing_file_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "Lib").mkdir()
    (tmp_path / "Lib" / "unlisted.py").touch()
    (tmp_path / "Lib" / "__pycache__").mkdir()
    (tmp_path / "Lib" / "__pycache__" / "unlisted.pyc").touch()
    cmake = "set(MODULE_NAME M)\nset(MODULE_PYTHON_SCRIPTS\n  ${MODULE_NAME}.py\n  )\n"
    assert set(listed(cmake, "MODULE_PYTHON_SCRIPTS")) == {"M.py"}
    assert in_tree(tmp_path) == ({"Lib/unlisted.py"}, set())


def test_the_root_file_is_of_the_project_that_the_entry_is_named_after() -> None:
    project = re.findall(r"^project\s*\(\s*([^\s\)]+)", root_cmake(), re.MULTILINE)
    assert project == [ENTRY.stem]
    assert not ENTRY.stem.lower().startswith("slicer")


def test_the_catalogue_entry_follows_the_schema() -> None:
    content = ENTRY.read_bytes()
    assert b"\r" not in content
    entry = json.loads(content)
    assert {"$schema", "category", "scm_url"} <= set(entry) <= KEYS
    assert re.search(r"/slicer-extension-catalog-entry-schema-v\d+\.\d+\.\d+\.json#$", entry["$schema"])
    # One of the categories of the index; it has none for the breast.
    assert entry["category"] == "Quantification"
    assert entry["scm_url"].startswith("https://")
    assert entry["tier"] in {1, 3, 5}
    # With one, the index would not try the package.
    assert entry["build_dependencies"] == []
    assert metadata("DEPENDS") == "NA"


def test_pictures_of_the_metadata_are_in_the_tree_and_of_this_repository() -> None:
    entry = json.loads(ENTRY.read_bytes())
    owner = re.fullmatch(r"https://github\.com/([^/]+/[^/]+)\.git", entry["scm_url"])
    assert owner is not None
    raw = f"https://raw.githubusercontent.com/{owner[1]}/{entry['scm_revision']}/"
    addresses = [metadata("ICONURL"), *metadata("SCREENSHOTURLS").split()]
    assert len(addresses) >= 3
    for address in addresses:
        assert address.startswith(raw)
        with Image.open(ROOT / address.removeprefix(raw)) as picture:
            assert picture.format in {"PNG", "JPEG"}
    assert metadata("HOMEPAGE").startswith(f"https://github.com/{owner[1]}/")


def test_the_icon_is_a_png_with_a_transparent_frame() -> None:
    with Image.open(MODULE / "Resources" / "Icons" / "BACSegmentation.png") as icon:
        assert (icon.format, icon.size, icon.mode) == ("PNG", (ICON_PX, ICON_PX), "RGBA")
        assert icon.getpixel((0, 0))[3] == 0


def test_description_is_one_or_two_sentences_that_say_what_it_is_for() -> None:
    description = metadata("DESCRIPTION")
    assert 1 <= len(re.findall(r"\.(?: |$)", description)) <= 2
    assert "Research use only" in description


def test_licence_lies_at_the_root() -> None:
    assert "BSD 3-Clause" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_a_clone_is_smaller_than_the_index_allows() -> None:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("this copy of the tree is no git repository")
    files = [ROOT / name for name in answer.stdout.split("\0") if name]
    assert 0 < sum(path.stat().st_size for path in files if path.is_file()) < MOST_BYTES


def test_readme_names_every_stand_in_and_says_what_was_never_run() -> None:
    readme = (EXTENSION / "README.md").read_text(encoding="utf-8")
    host = ROOT / "tests" / "host"
    names = {path.name for path in host.glob("*.py") if not path.name.startswith("test_")}
    names = names - {"__init__.py"} | {"cmake/"}
    assert {name for name in names if f"`{name}`" not in readme} == set()
    assert re.search(r"\| F application \|.*\*\*never yet run inside Slicer\.\*\*", readme)
