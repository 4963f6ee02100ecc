"""sha256 of files, and of what people drew."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from shared_core.errors import UsageError

_BLOCK_BYTES = 1 << 20


def fingerprint(*parts: object) -> str:
    """One sha256 of arrays and texts that decide on a label."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(repr((part.shape, str(part.dtype))).encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    """Of a file; a `UsageError` where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}; check the path.") from None
    return digest.hexdigest()
