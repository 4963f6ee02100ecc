"""The user's cache folder: files that can be made again, such as sample images."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

CACHE_VARIABLE = "OPENBAC_CACHE"


def user_cache_dir() -> Path:
    """Return the folder for what can be had again: the user's cache, or ``OPENBAC_CACHE``."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("openbac", appauthor=False)
