"""The packages of the extra ``statistics``, imported when they are needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from shared_core.errors import UsageError

INSTALL = "pip install 'openbac[statistics]'"


def package(name: str) -> Any:
    """The module `name`; `UsageError` with the command that installs it where it is missing."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        missing = (error.name or name).split(".")[0]
        raise UsageError(f"This needs {missing}, which is not installed: {INSTALL}.") from error
