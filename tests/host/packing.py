"""The extension configured, built, packed and unpacked by plain CMake, with the stand-ins in `cmake`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAND_INS = Path(__file__).resolve().parent / "cmake"
INSTALLED = "BACSegmentation/lib/Slicer-5.12/qt-scripted-modules"
"""Where the archive holds the module."""


def tool(name: str) -> str | None:
    """``cmake``, ``cpack`` or ``ctest``: of the system, else of the package `cmake` beside this Python."""
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


def missing() -> str:
    """One sentence on what is missing for packing; empty where nothing is."""
    if any(tool(name) is None for name in ("cmake", "cpack", "ctest")):
        return "packing needs CMake: sudo apt-get install cmake, or pip install cmake"
    # project() of an extension asks for C and C++, as in Slicer's template.
    if not (shutil.which("cc") and shutil.which("c++") and (shutil.which("make") or shutil.which("ninja"))):
        return "packing needs a C++ compiler and make: sudo apt-get install build-essential"
    return ""


def configure(source: Path, build: Path) -> subprocess.CompletedProcess[str]:
    """Configure an extension."""
    options = [f"-DSlicer_DIR={STAND_INS}", "-DBUILD_TESTING=ON"]
    if not shutil.which("make"):
        options.append("-GNinja")
    return _run("cmake", "-S", str(source), "-B", str(build), *options)


def pack(source: Path, build: Path) -> Path:
    """Configure, build and pack an extension; returns the archive."""
    for answer in (
        configure(source, build),
        _run("cmake", "--build", str(build)),
        _run("cpack", "--config", str(build / "CPackConfig.cmake"), "-B", str(build)),
    ):
        assert answer.returncode == 0, answer.stdout + answer.stderr
    return build / "BACSegmentation.tar.gz"


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack an archive; returns the folder that Slicer has on its path then."""
    with tarfile.open(archive) as packed:
        # Python before 3.11.4 and 3.10.12 has no filters; the archive is our own.
        if hasattr(tarfile, "data_filter"):
            packed.extractall(folder, filter="data")
        else:
            packed.extractall(folder)
    return folder / INSTALLED


def registered_tests(build: Path) -> list[str]:
    """Names of the tests that Slicer would be started for."""
    answer = _run("ctest", "--test-dir", str(build), "-N")
    assert answer.returncode == 0, answer.stderr
    return re.findall(r"^\s*Test\s+#\d+: (\S+)$", answer.stdout, re.MULTILINE)


def _run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = tool(name)
    assert program is not None, missing()
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
