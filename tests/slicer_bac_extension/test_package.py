"""Layer E: CMake packs the extension, and what was unpacked runs with its requirements alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.host import packing
from tests.host.declared import names_in
from tests.tram_track import write_tram_track

ROOT = packing.ROOT
MODULE = ROOT / "slicer_bac_extension" / "BACSegmentation"
INSIDE_SLICER = ("numpy", "scipy", "pydicom", "simpleitk", "pillow", "requests", "packaging")
"""What Slicer 5.12 brings along."""
MOST_BYTES = 5_000_000
"""Of the archive."""
PYTHON_VARIABLE = "OPENBAC_SLICER_PYTHON"
"""A Python of another version with the requirements of the extension: what `make test` puts there."""
HOST = ("slicer-core", "pyside6-essentials")
"""In place of the application: MRML and VTK, and Qt."""
AFTER_APPLY = ("exam_scenes",)
"""Modules that are imported only where the requirements are there."""
NEED_A_WINDOW = 3
"""Tests of the script for the application that the stand-ins cannot do."""
LINKING = ROOT / "tests" / "host" / "declared.py"


class Packed(NamedTuple):
    archive: Path
    build: Path
    modules: Path
    """The folder that is on Slicer's path."""


class Interpreter(NamedTuple):
    python: str
    requirements: Path
    """A folder of the declared requirements alone."""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """The extension, packed and unpacked once."""
    missing = packing.missing()
    if missing and not os.environ.get("CI"):
        pytest.skip(missing)
    assert missing == ""
    folder = tmp_path_factory.mktemp("packed")
    archive = packing.pack(ROOT, folder / "build")
    return Packed(archive, folder / "build", packing.unpack(archive, folder / "unpacked"))


def _python(version: tuple[int, int]) -> str:
    """A Python of a version with what the extension needs; skips the test where there is none."""
    if sys.version_info[:2] == version:
        return sys.executable
    given = str(ROOT / os.environ.get(PYTHON_VARIABLE, ".venv-slicer/bin/python"))
    ask = [given, "-c", "import sys; print(sys.version_info[:2])"]
    if shutil.which(given):
        answer = subprocess.run(ask, capture_output=True, text=True, check=False)
        if answer.stdout.strip() == str(version):
            return given
    wanted = ".".join(map(str, version))
    pytest.skip(
        f"no Python {wanted} with the requirements of the extension: make test sets one up where "
        f"python{wanted} is installed; or name one with {PYTHON_VARIABLE}"
    )


@pytest.fixture(scope="module", params=[(3, 11), (3, 12)], ids=["python3.11", "python3.12"])
def interpreter(
    request: pytest.FixtureRequest, packed: Packed, tmp_path_factory: pytest.TempPathFactory
) -> Interpreter:
    """Python with the requirements that the package declares, and without all else that is installed."""
    python = _python(request.param)
    declared = names_in((packed.modules / "Resources" / "requirements.txt").read_text(encoding="utf-8"))
    folder = tmp_path_factory.mktemp("requirements") / "site"
    command = [
        python,
        str(LINKING),
        str(folder),
        "--optional",
        *INSIDE_SLICER,
        *HOST,
        "--required",
        *declared,
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return Interpreter(python, folder)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small left CC view with a calcified artery."""
    return write_tram_track(tmp_path_factory.mktemp("picture") / "LCC.png")


def _linked(python: str, folder: Path, optional: Sequence[str], required: Sequence[str]) -> Interpreter:
    """An interpreter that sees these distributions and what they need."""
    command = [python, str(LINKING), str(folder), "--optional", *optional, "--required", *required]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return Interpreter(python, folder)


def _with_stand_ins(folder: Path) -> None:
    """The stand-ins alone: with all of the repository's root, its engine would be on the path, too."""
    (folder / "tests").mkdir()
    shutil.copytree(ROOT / "tests" / "host", folder / "tests" / "host")


def _run(
    interpreter: Interpreter, path: Path, *arguments: str, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run Python with the standard library, one path entry, and the declared requirements."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["PYTHONPATH"] = os.pathsep.join([str(path), str(interpreter.requirements)])
    environment["OMP_NUM_THREADS"] = "1"
    return subprocess.run(
        [interpreter.python, "-S", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


_FRESH = """
import sys
from importlib import import_module
from pathlib import Path
from tests.host.module_panel import Panel
folder = Path(sys.argv[1])
panel = Panel(folder)
print("model:", panel.ui.modelComboBox.currentText)
for path in sorted((folder / "BACSegmentationLib").glob("*.py")):
    if path.stem not in sys.argv[2:]:
        import_module(f"BACSegmentationLib.{path.stem}")
print(sorted({"cv2", "openvino", "skimage", "rich", "tifffile", "torch"} & set(sys.modules)))
panel.close()
"""
_APPLICATION = """
import sys
from pathlib import Path
from tests.host.module_panel import Panel
panel = Panel(Path(sys.argv[1]))
sys.path.append(sys.argv[2])
import run_in_slicer
code = run_in_slicer.main(["-o", sys.argv[3]])
panel.close()
sys.exit(code)
"""


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _sources(folder: Path) -> set[str]:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in names if not re.search(r"(^|/)(__pycache__|\..*)/", name)}


def test_archive_holds_module_and_engine_whole_and_nothing_else(packed: Packed) -> None:
    wanted = _sources(MODULE) - {"CMakeLists.txt"}
    wanted |= {f"shared_core/{name}" for name in _sources(ROOT / "shared_core")}
    with tarfile.open(packed.archive) as archive:
        names = {member.name for member in archive.getmembers() if member.isfile()}
    assert names == {f"{packing.INSTALLED}/{name}" for name in wanted | {"shared_core/LICENSE"}}


def test_archive_is_small(packed: Packed) -> None:
    assert 500_000 < packed.archive.stat().st_size < MOST_BYTES


def test_build_tree_has_the_engine_beside_the_module_as_well(packed: Packed) -> None:
    # What ctest starts Slicer with.
    built = packed.build / packing.INSTALLED.partition("/")[2]
    assert (built / "BACSegmentation.py").is_file()
    assert (built / "shared_core" / "version.py").is_file()


def test_tests_for_the_application_are_registered(packed: Packed) -> None:
    scripts = (ROOT / "slicer_bac_extension" / "Testing" / "Python").glob("*.py")
    wanted = {"py_BACSegmentation", *(f"py_{path.stem}" for path in scripts)}
    assert set(packing.registered_tests(packed.build)) == wanted


def test_a_listed_file_that_is_missing_ends_the_configuration(tmp_path: Path) -> None:
    if packing.missing():
        pytest.skip(packing.missing())
    for name in ("CMakeLists.txt", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "engine.py")
    shutil.copytree(ROOT / "slicer_bac_extension", tmp_path / "slicer_bac_extension", ignore=ignored)
    answer = packing.configure(tmp_path, tmp_path / "build")
    assert answer.returncode != 0
    assert "BACSegmentationLib/engine.py is listed and does not exist" in " ".join(answer.stderr.split())


def test_engine_of_the_package_is_the_one_that_is_imported(
    packed: Packed, interpreter: Interpreter, tmp_path: Path
) -> None:
    code = (
        "import sys, BACSegmentationLib\n"
        "before = set(sys.modules)\n"
        "import shared_core.cli.main, shared_core\n"
        "print(shared_core.__file__)\n"
        "print(sorted({'torch', 'slicer', 'napari', 'pytest'} & (set(sys.modules) - before)))"
    )
    answer = _run(interpreter, packed.modules, "-c", code, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == [str(packed.modules / "shared_core" / "__init__.py"), "[]"]


def test_unpacked_engine_gives_the_bytes_of_the_repository(
    packed: Packed, interpreter: Interpreter, picture: Path, tmp_path: Path
) -> None:
    results = []
    for path in (packed.modules, ROOT):
        command = ("-m", "shared_core", "analyze", str(picture), "-o", "out", "--spacing-mm", "0.07")
        answer = _run(interpreter, path, *command, "--probability", cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
        results.append(_files(tmp_path / "out"))
        shutil.rmtree(tmp_path / "out")
    unpacked, repository = results
    assert unpacked == repository
    (mask,) = (content for name, content in unpacked.items() if name.endswith("_mask.png"))
    assert len(mask) > 400  # an empty one has 150


def test_script_for_the_application_runs_on_the_package_and_the_stand_ins(
    packed: Packed, interpreter: Interpreter, tmp_path: Path
) -> None:
    if not (interpreter.requirements / "slicer_core").exists():
        pytest.skip(f"slicer-core is not installed for {interpreter.python}")
    _with_stand_ins(tmp_path)
    scripts, report = ROOT / "slicer_bac_extension" / "Testing" / "Python", tmp_path / "report"
    arguments = (str(packed.modules), str(scripts), str(report))
    answer = _run(interpreter, packed.modules, "-c", _APPLICATION, *arguments, cwd=tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    said = (report / "report.txt").read_text(encoding="utf-8")
    assert said.rstrip().endswith(f"OK (skipped={NEED_A_WINDOW})")


def test_module_comes_up_in_a_slicer_where_nothing_was_installed(packed: Packed, tmp_path: Path) -> None:
    # Else it could not ask for what is missing at the first Apply.
    fresh = _linked(sys.executable, tmp_path / "site", INSIDE_SLICER, HOST)
    _with_stand_ins(tmp_path)
    answer = _run(fresh, packed.modules, "-c", _FRESH, str(packed.modules), *AFTER_APPLY, cwd=tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.splitlines()[-2:] == ["model: Default model", "[]"]
