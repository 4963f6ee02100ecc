"""The one place that makes the engine `shared_core` importable, and refuses another package of that name.

All extensions share one `sys.path`: the copy that came with this module is put first, and nothing else is
taken for it.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

NAME: Final = "shared_core"
OLDEST_PYTHON: Final = (3, 10)


class EngineError(ImportError):
    """The engine cannot be used; the message is one sentence for people."""


def folder() -> Path:
    """The folder that holds the package `shared_core`: what a child process needs on its path.

    Raises
    ------
    EngineError
        It did not come with the module.
    """
    # Installed, it lies beside the module file; in the repository, at its root.
    library = Path(__file__).resolve().parent
    for place in (library.parent, library.parents[2]):
        if (place / NAME / "version.py").is_file():
            return place
    raise EngineError(
        f"The engine of BAC Segmentation ({NAME}) is missing beside {library.parent}; "
        "install the extension again."
    )


def make_importable() -> ModuleType:
    """Put the engine first on the path and import it; it brings in nothing that Slicer lacks.

    Raises
    ------
    EngineError
        Python is too old, the engine is missing, or another `shared_core` was imported before.
    """
    if sys.version_info < OLDEST_PYTHON:
        raise EngineError("BAC Segmentation needs Slicer 5.12 or newer, with Python 3.10 or newer.")
    place = folder()
    if NAME not in sys.modules and str(place) not in sys.path[:1]:
        sys.path.insert(0, str(place))
    engine = importlib.import_module(NAME)
    home = Path(engine.__file__ or "").resolve().parent
    if home != place / NAME:
        raise EngineError(
            f"Another package named {NAME}, of {home}, was loaded before that of BAC Segmentation; "
            "remove or disable the extension it belongs to, and restart Slicer."
        )
    return engine
