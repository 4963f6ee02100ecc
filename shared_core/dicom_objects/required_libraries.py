"""The libraries of the extra ``dicom``, loaded when the first object is made."""

from __future__ import annotations

import importlib
from typing import Any

from shared_core.errors import UsageError


def needed(module: str) -> Any:
    """Import a module of the extra.

    Raises
    ------
    UsageError
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != package:
            raise
        raise UsageError(
            f"DICOM results need {package}, which is not installed: pip install 'openbac[dicom]'."
        ) from None
