"""The order of the packages: lint-imports checks it (see pyproject.toml); here is what it cannot say."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "shared_core"
FILES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def imported_names(module: str, nodes: Iterator[ast.AST]) -> Iterator[str]:
    """Yield the absolute dotted names that import statements among `nodes` ask for."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                is_package = FILES[module].name == "__init__.py"
                parts = module.split(".")
                parent = parts[: len(parts) - node.level + is_package]
                base = ".".join([*parent, base]) if base else ".".join(parent)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def at_import_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk over what runs when a module is imported: no function bodies, nothing for type checkers only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from at_import_time(node)


def parsed(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def is_backend(module: str) -> bool:
    """Whether a module is written for one inference library, and loaded only where that one is chosen."""
    return module.startswith("shared_core.inference.backends.") and not module.endswith(".interface")


def layer_of(module: str) -> str:
    """Return the name after ``shared_core``, or an empty text for the package itself."""
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("module", [name for name in FILES if name != "shared_core"])
def test_layer_never_imports_from_the_package_root(module: str) -> None:
    # The root re-exports every layer: importing from it is a circle that happens to work.
    statements = [node for node in ast.walk(parsed(module)) if isinstance(node, ast.ImportFrom)]
    assert not any(node.module == "shared_core" and not node.level for node in statements)


@pytest.mark.parametrize("module", FILES)
def test_only_networks_and_backends_import_inference_libraries_at_once(module: str) -> None:
    if layer_of(module) in {"networks", "training"} or is_backend(module):
        return
    used = {name.split(".")[0] for name in imported_names(module, at_import_time(parsed(module)))}
    assert not used & {"torch", "openvino", "onnxruntime", "monai"}


def test_importing_the_package_and_the_command_line_leaves_torch_alone() -> None:
    modules = [name for name in FILES if layer_of(name) not in {"networks", "training"}]
    modules = [name for name in modules if not is_backend(name) and not name.endswith("__main__")]
    program = (
        "import importlib, sys\n"
        f"for name in {['shared_core', *modules]!r}: importlib.import_module(name)\n"
        "print(sorted({'torch', 'openvino', 'onnxruntime'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, "[]", "")


REPOSITORY = PACKAGE.parent
NAPARI = REPOSITORY / "napari_bac"
SLICER = REPOSITORY / "slicer_bac_extension" / "BACSegmentation"
HOST_FILES = sorted([*NAPARI.rglob("*.py"), *SLICER.rglob("*.py")])
BINDINGS = {"PySide6", "PySide2", "PyQt6", "PyQt5"}
ALGORITHMS = {"cv2", "scipy", "skimage", "torch", "openvino", "onnxruntime", "pydicom", "SimpleITK"}
OF_SLICER = {"slicer", "vtk", "qt", "ctk", "BACSegmentation", "BACSegmentationLib", "SampleData"}
OF_NAPARI = {"napari", "qtpy", "magicgui", "psygnal", "pyqtgraph", "superqt", "vispy", "napari_bac"}


def used_by_host(path: Path) -> set[str]:
    """Packages that a module of a host imports, at once or later."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("path", HOST_FILES, ids=name_of)
def test_host_asks_its_own_qt_and_no_library_for_algorithms(path: Path) -> None:
    # What computes stands in shared_core, where it is typed and tested; hosts show and ask.
    assert not used_by_host(path) & (BINDINGS | ALGORITHMS | {"tests"})


@pytest.mark.parametrize("path", HOST_FILES, ids=name_of)
def test_no_host_knows_of_the_other(path: Path) -> None:
    others = OF_SLICER if NAPARI in path.parents else OF_NAPARI
    assert not used_by_host(path) & others


def test_only_the_panel_and_what_it_is_made_of_need_a_window() -> None:
    # The others run in PythonSlicer and without a main window as well.
    with_qt = {path.stem for path in SLICER.rglob("*.py") if used_by_host(path) & {"qt", "ctk"}}
    assert {name for name in with_qt if not name.endswith("_panel")} == set()


@pytest.mark.parametrize("path", HOST_FILES, ids=name_of)
def test_modules_of_the_hosts_can_be_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("simulation/samples.py", "from shared_core.pacs import outbox"),
        ("statistics/kappa.py", "from shared_core.cli import main"),
        ("arteries/vessels.py", "from shared_core.quantification.view import measure_view"),
    ],
)
def test_an_import_against_the_order_is_found(tmp_path: Path, module: str, line: str) -> None:
    shutil.copytree(
        PACKAGE, tmp_path / "shared_core", ignore=shutil.ignore_patterns("__pycache__", "bundled")
    )
    # The contract itself, of the one package that is there.
    text = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    own = text[text.index("[tool.importlinter]") :].split("[[tool.importlinter.contracts]]")[1]
    (tmp_path / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_packages = ["shared_core"]\n\n[[tool.importlinter.contracts]]' + own,
        encoding="utf-8",
    )
    path = tmp_path / "shared_core" / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    result = subprocess.run(
        [*command, "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert "from high to low BROKEN" in result.stdout
