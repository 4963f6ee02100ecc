"""What ``bac`` loads before a command begins to work: little, whatever the command works with."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from shared_core.cli.main import make_parser
from tests.reading.synthetic import dataset, write

OF_WORK = {
    *("PIL", "cv2", "dask", "highdicom", "matplotlib", "numpy", "onnx", "openvino", "pandas", "pyarrow"),
    *("pydicom", "pynetdicom", "rich", "scipy", "skimage", "sklearn", "torch"),
}
OF_DICOM = {"highdicom", "pydicom", "pynetdicom"}
OF_HEADERS = {"PIL", "numpy", "pydicom", "rich"}
"""Pillow is loaded by pydicom."""


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield child
                yield from parsers(child)


COMMANDS = [parser.prog.split()[1:] for parser in parsers(make_parser())]


def loaded_by(*programs: str) -> set[str]:
    """Packages that a fresh interpreter has loaded in the end."""
    return {name.partition(".")[0] for name in modules_loaded_by(*programs)}


def modules_loaded_by(*programs: str) -> set[str]:
    """Modules of all packages that a fresh interpreter has loaded in the end."""
    program = "\n".join(["import sys", *programs, "print(*sys.modules)"])
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(answer.stdout.splitlines()[-1].split())


def bac(*words: str) -> str:
    return (
        "from shared_core.cli.main import main\n"
        f"try: main({list(words)!r})\n"
        "except SystemExit as end: assert end.code in (None, 0, 2), end.code"
    )


def test_help_of_all_commands_loads_nothing_that_they_work_with() -> None:
    helps = [bac(*words, "--help") for words in ([], *COMMANDS)]
    assert len(helps) > 20
    assert not loaded_by(*helps) & OF_WORK


def test_wrong_usage_is_told_before_anything_is_loaded() -> None:
    assert not loaded_by(bac("analyze", "--threshold", "2", "exam"), bac("--version")) & OF_WORK


def test_models_are_listed_without_what_reads_images() -> None:
    assert not loaded_by(bac("models", "list")) & ((OF_WORK - {"numpy", "rich"}) | OF_DICOM)


def test_a_header_is_described_without_models_and_without_what_writes_dicom(tmp_path: Path) -> None:
    file = write(tmp_path / "view.dcm", dataset())
    assert not loaded_by(bac("info", str(file))) & (OF_WORK - OF_HEADERS)


def test_a_header_is_described_without_what_decodes_and_without_quantities(tmp_path: Path) -> None:
    file = write(tmp_path / "view.dcm", dataset())
    ours = modules_loaded_by(bac("info", str(file)))
    assert "shared_core.reading.dicom.dataset" in ours
    assert not ours & {
        *("shared_core.quantities.registry", "shared_core.reading.codecs.process"),
        *("shared_core.reading.dicom.pixel_data", "shared_core.reading.raster", "rich.progress"),
    }


@pytest.mark.parametrize("package", ["shared_core", "napari_bac"])
def test_the_packages_themselves_load_nothing_heavy(package: str) -> None:
    assert not loaded_by(f"import {package}") & (OF_WORK | {"napari", "qtpy", "magicgui"})


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_has_its_work(words: list[str]) -> None:
    parser = next(one for one in parsers(make_parser()) if one.prog.split()[1:] == words)
    work = parser.get_default("run")
    if work is None:
        assert parser._subparsers is not None, "only a group of commands does nothing itself"
        return
    (module,) = work.args
    assert callable(import_module(f"shared_core.cli.{module}").run)
