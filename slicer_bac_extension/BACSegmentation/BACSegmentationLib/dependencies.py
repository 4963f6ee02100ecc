"""What the engine needs beyond Slicer's own packages: looked for at Apply, installed with consent alone."""

from __future__ import annotations

import importlib
import importlib.metadata
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import slicer
import slicer.util

from BACSegmentationLib.package_sizes import size_of
from BACSegmentationLib.parameters import Device
from BACSegmentationLib.pip_causes import cause_by_trial, cause_of
from BACSegmentationLib.translation import tr as _

REQUESTER: Final = "BAC Segmentation"
KEPT: Final = (
    "numpy",
    "scipy",
    "pillow",
    "pydicom",
    "highdicom",
    "SimpleITK",
    "packaging",
    "requests",
    "torch",
)
"""Never replaced where they are there: other modules of Slicer lean on them."""
TORCH: Final = "torch>=2.2"

OFFLINE: Final = _("""\
Without internet, run this on a computer with internet and the same operating system:

  PythonSlicer -m pip download -d bac-packages -r "{requirements}"

copy the folder bac-packages to this computer, and run here:

  PythonSlicer -m pip install --no-index --find-links bac-packages -r "{requirements}"

Behind a proxy, set HTTPS_PROXY before Slicer starts. The model comes with the module.""")


class DependencyError(RuntimeError):
    """Something is missing and was not installed; the message says what, `advice` how to install it."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


def requirements_in(path: Path) -> list[str]:
    """The lines of a requirements file that are for this computer."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("-") and _is_for_here(line)]


def missing(path: Path) -> list[str]:
    """Those requirements of a file that are not installed, or too old."""
    importlib.invalidate_caches()
    return [line for line in requirements_in(path) if not _is_met(line)]


def ensure(path: Path, *, device: Device = "auto", ask: Callable[[str, str], bool] | None = None) -> None:
    """Have everything that a run needs; what is missing is installed if the user agrees.

    Parameters
    ----------
    path
        Of the requirements file: the light backend, no torch.
    device
        That the model is to run on; "cuda" and "mps" need torch.
    ask
        Called with (question, details), true where the user agrees; None asks in a window.

    Raises
    ------
    DependencyError
        The user declined, or it cannot be installed.
    """
    lacking = missing(path)
    if lacking:
        _install(path, lacking, ask or _confirm)
        still = missing(path)
        if still:
            raise DependencyError(
                _("Still missing: {still}. If they were just installed, restart Slicer.").format(
                    still=", ".join(still)
                ),
                offline_advice(path),
            )
    if device in ("cuda", "mps"):
        _ensure_torch()


def offline_advice(path: Path) -> str:
    """How to install by hand, without internet."""
    return OFFLINE.format(requirements=path)


def _install(path: Path, lacking: list[str], ask: Callable[[str, str], bool]) -> None:
    size = size_of([_requirement(line).name for line in lacking])
    question = _(
        "{count} Python packages are needed to run the model on the processor of this computer: about "
        "{download} MB to download, {disk} MB on the disk. Install them into Slicer now? No image data is "
        "sent anywhere."
    ).format(count=len(lacking), download=size.download_mb, disk=size.disk_mb)
    if not ask(question, "\n".join(lacking)):
        raise DependencyError(
            _("The model cannot run without its Python packages, which were not installed."),
            offline_advice(path),
        )
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "keep-slicers-own.txt"
        constraints.write_text("\n".join(_kept_versions()) + "\n", encoding="utf-8")
        try:
            packaging = importlib.import_module("slicer.packaging")
            # Shows pip's progress, and says when a restart is wanted; the question was ours, with the size.
            packaging.pip_ensure(
                lacking, constraints=str(constraints), requester=REQUESTER, prompt_install=False
            )
        except subprocess.CalledProcessError as error:
            cause = cause_of(_said(error)) or cause_by_trial(lacking, constraints, size.disk_mb)
            raise DependencyError(
                _("The Python packages could not be installed: {cause}").format(cause=cause),
                offline_advice(path),
            ) from error
        except RuntimeError as error:
            raise DependencyError(
                _("The Python packages could not be installed: {error}").format(error=error),
                offline_advice(path),
            ) from error


def _ensure_torch() -> None:
    if _is_met(TORCH):
        return
    try:
        utils = importlib.import_module("PyTorchUtils")
    except ImportError:
        raise DependencyError(
            _(
                "A graphics card needs torch: install the extension PyTorch in Slicer's Extensions Manager, "
                "or choose the processor (CPU)."
            )
        ) from None
    minimum = TORCH.removeprefix("torch")
    try:
        installed = utils.PyTorchUtilsLogic().installTorch(
            askConfirmation=True, torchVersionRequirement=minimum
        )
    except Exception as error:  # the extension has errors of its own, and those of pip
        cause = cause_of(_said(error)) or str(error) or type(error).__name__
        raise DependencyError(
            _("torch could not be installed: {cause}. Choose the processor (CPU), or try again.").format(
                cause=cause.rstrip(".")
            )
        ) from error
    if installed is None:
        raise DependencyError(_("torch was not installed; choose the processor (CPU), or try again."))


def _said(error: Exception) -> str:
    """What pip wrote, where the error kept it."""
    parts = [getattr(error, name, None) for name in ("stderr", "stdout", "output")]
    texts = [part.decode("utf-8", "replace") if isinstance(part, bytes) else part for part in parts]
    return "\n".join([*filter(None, texts), str(error)])


def _kept_versions() -> list[str]:
    found = ((name, _version(name)) for name in KEPT)
    return [f"{name}=={version}" for name, version in found if version is not None]


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _is_met(line: str) -> bool:
    requirement = _requirement(line)
    installed = _version(requirement.name)
    return installed is not None and requirement.specifier.contains(installed, prereleases=True)


def _is_for_here(line: str) -> bool:
    marker = _requirement(line).marker
    return marker is None or bool(marker.evaluate())


def _requirement(line: str) -> Any:
    return importlib.import_module("packaging.requirements").Requirement(line)


def _confirm(question: str, details: str) -> bool:
    return bool(slicer.util.confirmOkCancelDisplay(question, REQUESTER, detailedText=details))
