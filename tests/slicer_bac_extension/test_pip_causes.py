"""Why pip did not install, from pip itself: each failure is a real one, without a network."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from BACSegmentationLib.pip_causes import cause_by_trial, cause_of

NOBODY = "http://127.0.0.1:9"
"""A port that nothing listens on."""


def wheel(folder: Path, name: str, *, needs: Sequence[str] = (), platform: str = "any") -> None:
    """A package without anything in it."""
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0"]
    metadata += [f"Requires-Dist: {one}" for one in needs]
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-{platform}.whl", "w") as file:
        file.writestr(f"{about}/METADATA", "\n".join(metadata) + "\n")
        file.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nTag: py3-none-{platform}\n")
        file.writestr(f"{about}/RECORD", "")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, all that pip knows."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


def kept(folder: Path, *lines: str) -> Path:
    """A file of constraints."""
    path = folder / "constraints.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_no_build_for_this_computer(shelf: Path) -> None:
    wheel(shelf, "bacneeds", platform="win32")
    cause = cause_by_trial(["bacneeds>=1"], kept(shelf), 0)
    version = ".".join(map(str, sys.version_info[:2]))
    assert cause.startswith("there is no build of bacneeds>=1 for this computer (")
    assert cause.endswith(f", Python {version}).")


def test_contradiction_to_what_slicer_has(shelf: Path) -> None:
    wheel(shelf, "bacneeds", needs=["bacnumbers<1"])
    wheel(shelf, "bacnumbers")
    cause = cause_by_trial(["bacneeds"], kept(shelf, "bacnumbers==1.0"), 0)
    assert cause == (
        "the packages contradict those that Slicer has (bacnumbers==1.0): bacneeds 1.0 needs bacnumbers<1. "
        "Use another version of Slicer, or tell the developers."
    )


def test_no_connection_is_told_though_pip_ends_with_no_matching_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"{NOBODY}/simple")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    cause = cause_by_trial(["bacneeds"], kept(tmp_path), 0)
    assert cause == "there is no connection to the package index (PyPI); check the internet connection."


def test_a_proxy_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_PROXY", NOBODY)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    assert "HTTPS_PROXY" in cause_by_trial(["bacneeds"], kept(tmp_path), 0)


@pytest.mark.parametrize(
    "proxy", ["http://proxy.clinic:3128", "proxy.clinic:3128", "http://me:pw@proxy.clinic:3128/"]
)
@pytest.mark.parametrize(
    "said",
    [
        "ProxyError('Cannot connect to proxy.', NewConnectionError('<HTTPSConnection object at 0x7f>: Failed "
        "to establish a new connection: [Errno 111] Connection refused'))",
        "NewConnectionError(\"HTTPSConnection(host='proxy.clinic', port=3128): Failed to establish a new "
        'connection: [Errno 111] Connection refused")',
        "NameResolutionError(\"HTTPSConnection(host='proxy.clinic', port=3128): Failed to resolve "
        "'proxy.clinic' ([Errno -2] Name or service not known)\")",
    ],
)
def test_a_proxy_that_is_not_reached_in_the_words_of_each_pip(
    proxy: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert "HTTPS_PROXY" in cause_of(said)


def test_an_index_that_is_not_reached_beside_a_proxy_is_no_fault_of_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.clinic:3128")
    said = "NewConnectionError(\"HTTPSConnection(host='pypi.org', port=443): Failed to establish a new one\")"
    assert cause_of(said).startswith("there is no connection")


def test_full_disk_is_told_before_pip_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("pip was asked")

    monkeypatch.setattr(subprocess, "run", never)
    cause = cause_by_trial(["bacneeds"], kept(tmp_path), 10**9)
    assert cause.startswith("the disk is full: 1000000000 MB are needed, ")


def test_packages_that_can_be_had_blame_nothing(shelf: Path) -> None:
    wheel(shelf, "bacneeds")
    assert cause_by_trial(["bacneeds"], kept(shelf), 0).startswith("pip found all packages")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "is full",
        ),
        ("[WinError 112] There is not enough space on the disk", "is full"),
        ("PermissionError: [Errno 13] Permission denied: '/opt/Slicer'", "cannot be written to"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "not trusted"),
        ("ERROR: Failed building wheel for x\nERROR: Failed to build x", "could not be compiled"),
        ("something else", ""),
    ],
)
def test_other_words_of_pip(said: str, told: str) -> None:
    cause = cause_of(said)
    assert (told in cause) if told else cause == ""
