"""A cache of its own for a benchmark that paints: its strokes are nobody's corrections to be restored."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from shared_core.cache import CACHE_VARIABLE


@contextmanager
def own_cache() -> Iterator[None]:
    """Let the plugin save what it saves in an empty folder, which goes afterwards."""
    before = os.environ.get(CACHE_VARIABLE)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[CACHE_VARIABLE] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[CACHE_VARIABLE]
            else:
                os.environ[CACHE_VARIABLE] = before
