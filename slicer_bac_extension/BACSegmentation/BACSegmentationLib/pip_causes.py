"""Why pip did not install: one sentence, from what it wrote itself."""

from __future__ import annotations

import contextlib
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from BACSegmentationLib.process import ProcessError, python
from BACSegmentationLib.translation import tr as _

TRIAL_S: Final = 180.0
"""That a trial of pip may take."""
_MB: Final = 1_000_000
# No console opens on Windows; elsewhere there is no such flag.
_NO_WINDOW: Final[int] = getattr(subprocess, "CREATE_NO_WINDOW", 0)

_FULL: Final = r"No space left on device|\[?Errno 28\]?|WinError 112|not enough space on the disk"
_DENIED: Final = r"Permission denied|Errno 13\]|WinError 5\]|Access is denied"
_CERTIFICATE: Final = r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError"
_PROXY: Final = r"ProxyError|Cannot connect to proxy|Proxy Authentication Required"
_PIP_PROXY: Final = r"\.proxy='([^']*)'"
_REACHED: Final = r"Connection\(host='([^']+)', port=(\d+)\)"
_NETWORK: Final = (
    r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ConnectionResetError|Failed to establish a new "
    r"connection|Name or service not known|getaddrinfo failed|Temporary failure in name resolution|"
    r"IncompleteRead"
)
_CONFLICT: Final = r"ResolutionImpossible|conflicting dependencies"
_PIN: Final = r"The user requested \(constraint\) (\S+)"
_WANTS: Final = r"^\s+(\S+ \S+) depends on (.+)$"
_NO_BUILD: Final = r"No matching distribution found for (.+)"
_COMPILED: Final = (
    r"Failed to build (?:installable wheels for some pyproject\.toml based projects \()?([\w.-]+)"
)


def cause_of(output: str) -> str:
    """What pip says went wrong; empty where it says nothing that is known.

    Parameters
    ----------
    output
        Of pip, standard output and errors together.
    """
    # In this order: without a network pip ends with "no matching distribution" as well.
    if re.search(_FULL, output):
        return _("the disk is full; make room on it, and try again.")
    if re.search(_CERTIFICATE, output):
        return _(
            "the connection is not trusted (SSL certificate); ask who runs your network for its certificate."
        )
    if re.search(_PROXY, output) or _went_to_a_proxy(output):
        return _("the proxy of your network refused; set HTTPS_PROXY before Slicer starts.")
    if re.search(_NETWORK, output):
        return _("there is no connection to the package index (PyPI); check the internet connection.")
    if re.search(_DENIED, output):
        return _(
            "Slicer's folder cannot be written to; close other Slicers, or install it in a folder of yours."
        )
    if re.search(_CONFLICT, output):
        return _conflict(output)
    missing = re.findall(_NO_BUILD, output)
    if missing:
        return _("there is no build of {name} for this computer ({here}).").format(
            name=missing[-1].strip(), here=_here()
        )
    compiled = re.findall(_COMPILED, output)
    if compiled:
        return _("{name} has no build for this computer ({here}), and could not be compiled.").format(
            name=compiled[-1], here=_here()
        )
    return ""


def cause_by_trial(requirements: Sequence[str], constraints: Path, disk_mb: int) -> str:
    """Ask pip again, installing nothing, and say why it would not: for a failure without output.

    Parameters
    ----------
    disk_mb
        That the packages take.
    """
    free_mb = shutil.disk_usage(sysconfig.get_paths()["purelib"]).free // _MB
    if free_mb < disk_mb:
        return _(
            "the disk is full: {disk_mb} MB are needed, {free_mb} are free; make room, and try again."
        ).format(disk_mb=disk_mb, free_mb=free_mb)
    options = ("--dry-run", "--no-input", "--disable-pip-version-check", "--retries=1", "--timeout=15")
    try:
        output = _pip("install", *options, *requirements, "--constraint", str(constraints))
    except subprocess.TimeoutExpired:
        return _("the package index (PyPI) answers too slowly; try again later.")
    except (OSError, ProcessError) as error:
        return _("pip could not be started: {error}").format(error=error)
    return cause_of(output) or _last_error(output)


def _pip(*arguments: str) -> str:
    """What it writes, to both of its outputs."""
    told = subprocess.run(
        [python(), "-m", "pip", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TRIAL_S,
        check=False,
        creationflags=_NO_WINDOW,
    )
    return told.stdout.decode("utf-8", "replace")


def _went_to_a_proxy(output: str) -> bool:
    """Whether the connection that failed was one to a proxy: pip 26 names its host, and says no more."""
    reached = set(re.findall(_REACHED, output))
    return bool(reached) and not reached.isdisjoint(_proxies())


def _proxies() -> set[tuple[str, str]]:
    """Host and port of each proxy that the computer's settings, its environment or pip's files name."""
    kept = [url for scheme, url in urllib.request.getproxies().items() if scheme != "no"]
    with contextlib.suppress(OSError, ProcessError, subprocess.SubprocessError):
        kept += re.findall(_PIP_PROXY, _pip("config", "list", "--disable-pip-version-check"))
    found = set()
    for url in kept:
        with contextlib.suppress(ValueError):
            parts = urlsplit(url if "//" in url else f"//{url}")
            default = 443 if parts.scheme == "https" else 80
            found.add((parts.hostname or "", str(parts.port or default)))
    return found


def _conflict(output: str) -> str:
    pins, wants = re.findall(_PIN, output), re.findall(_WANTS, output, re.MULTILINE)
    about = "; ".join(
        _("{package} needs {other}").format(package=who, other=what.strip())
        for who, what in dict.fromkeys(wants)
    )
    kept = ", ".join(dict.fromkeys(pins))
    which = f"{f' ({kept})' if kept else ''}{f': {about}' if about else ''}"
    return _(
        "the packages contradict those that Slicer has{which}. Use another version of Slicer, or tell the "
        "developers."
    ).format(which=which)


def _last_error(output: str) -> str:
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    if errors:
        return errors[-1].removeprefix("ERROR:").strip()
    return _("pip found all packages but could not install them; its messages are in the Python console.")


def _here() -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    return f"{platform.system()} {platform.machine()}, Python {version}"
