"""A machine without a network, for processes that a test starts."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_GUARD = """
import os, socket, sys
def guard(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        # Processes of one machine may talk to each other.
        if event != "socket.connect" or arguments[0].family != getattr(socket, "AF_UNIX", None):
            with open(os.environ["ASKED"], "a", encoding="utf-8") as file:
                file.write(f"{event} {arguments[-1]}\\n")
            raise OSError("Network is unreachable")
sys.addaudithook(guard)
"""


def without_network(folder: Path) -> dict[str, str]:
    """The environment of processes that cannot reach the network; what they tried is noted in `folder`."""
    (folder / "sitecustomize.py").write_text(_GUARD, encoding="utf-8")
    left_out = {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"}
    return {name: value for name, value in os.environ.items() if name not in left_out} | {
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "PYTHONIOENCODING": "utf-8",
        "ASKED": str(folder / "asked.txt"),
    }


def asked(folder: Path) -> str:
    """What was tried; empty where nothing was."""
    path = folder / "asked.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""
