"""The one place that makes the engine `shared_core` importable, and refuses another package of that name.

All extensions share one `sys.path`, which is left alone: the copy that came with this module is imported from
its place, and nothing else is taken for it.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

try:
    # Not by its neighbour: the package begins with this module.
    from slicer.i18n import tr as _
except ImportError:  # a Slicer that is a library alone

    def _(text: str) -> str:
        return text


NAME: Final = "shared_core"
OLDEST_SLICER: Final = (5, 12)
"""Into older ones the requirements cannot be installed: they bring pydicom 2."""


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
        _(
            "The engine of BAC Segmentation ({name}) is missing beside {folder}; install the extension again."
        ).format(name=NAME, folder=library.parent)
    )


def make_importable() -> ModuleType:
    """Import the engine from its place; it brings in nothing that Slicer lacks.

    Raises
    ------
    EngineError
        Slicer is too old, the engine is missing, or another `shared_core` was imported before.
    """
    _check_slicer()
    place = folder()
    engine = sys.modules.get(NAME) or _imported(place / NAME)
    home = Path(engine.__file__ or "").resolve().parent
    if home != place / NAME:
        raise EngineError(
            _(
                "Another package named {name}, of {home}, was loaded before that of BAC Segmentation; "
                "remove or disable the extension it belongs to, and restart Slicer."
            ).format(name=NAME, home=home)
        )
    return engine


def _imported(package: Path) -> ModuleType:
    """The package in a folder, by whatever path it would be found otherwise."""
    spec = importlib.util.spec_from_file_location(
        NAME, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert spec is not None
    assert spec.loader is not None
    engine = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = engine
    try:
        spec.loader.exec_module(engine)
    except BaseException:
        del sys.modules[NAME]
        raise
    return engine


def oldest_slicer() -> str:
    """The oldest release of Slicer that this runs in, as people write it."""
    return ".".join(map(str, OLDEST_SLICER))


def _check_slicer() -> None:
    app: Any = getattr(sys.modules.get("slicer"), "app", None)
    if not hasattr(app, "majorVersion"):  # PythonSlicer, which is no application
        return
    here = (int(app.majorVersion), int(app.minorVersion))
    if here < OLDEST_SLICER:
        raise EngineError(
            _("BAC Segmentation needs Slicer {oldest} or newer; this is {here}.").format(
                oldest=oldest_slicer(), here=f"{here[0]}.{here[1]}"
            )
        )
