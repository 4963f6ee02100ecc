"""Whether this machine can open windows: what napari's tests need."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from functools import cache

PACKAGES = ("napari", "pyqtgraph", "pytestqt", "qtpy")
LIBRARIES = ("libGL.so.1", "libEGL.so.1", "libxkbcommon-x11.so.0", "libxcb-cursor.so.0", "libdbus-1.so.3")
"""What Qt and vispy open at run time on Linux; scripts/display_libraries.sh has the Debian packages."""
CURE = "install what scripts/display_libraries.sh names"


@cache
def missing_for_windows() -> str:
    """One sentence on what is missing; empty where windows can be opened."""
    packages = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if packages:
        return f"napari's tests need {', '.join(packages)}: pip install 'openbac[dev]'"
    if sys.platform == "linux":
        libraries = [name for name in LIBRARIES if not _loads(name)]
        if libraries:
            return f"napari's tests need {', '.join(libraries)}: {CURE}"
        has_xvfb = shutil.which("Xvfb") and importlib.util.find_spec("pytest_xvfb") is not None
        if not (has_xvfb or os.environ.get("DISPLAY")):
            return f"napari's tests need a display, or Xvfb and pytest-xvfb: {CURE}"
    try:
        from qtpy import QtWidgets  # noqa: F401
    except ImportError as error:
        return f"napari's tests need Qt ({error}): pip install 'openbac[dev]'"
    return ""


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
