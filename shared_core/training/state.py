"""The state of a training run on disk: enough to go on as if it had never stopped."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import torch

from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.training.network import Arrays
from shared_core.training.patch import PatchSet

FORMAT = 1
_BLOCK = 256


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write tensors, texts and numbers so that the file is whole at every moment."""
    stream = io.BytesIO()
    torch.save({"format": FORMAT, **state}, stream)
    write_bytes(path, stream.getvalue())


def load_state(path: Path) -> dict[str, Any]:
    """Read what `save_state` wrote; no code in the file is run.

    A `UsageError` where it cannot be read, or is not a state of this version.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise UsageError(f"Training state {path} cannot be read: {error.strerror}.") from None
    except Exception:  # torch.load raises what its zip and pickle readers raise
        raise UsageError(f"Training state {path} is damaged; delete it to begin again.") from None
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise UsageError(f"Training state {path} is of another version; delete it to begin again.")
    return state


def patches_sha256(patches: PatchSet) -> str:
    """One sha256 of all that a set of patches holds."""
    digest = hashlib.sha256()
    for array in (patches.views, patches.corners_px, patches.images_u8, patches.labels):
        digest.update(repr((array.shape, str(array.dtype))).encode())
        for start in range(0, len(array), _BLOCK):
            digest.update(np.ascontiguousarray(array[start : start + _BLOCK]).data)
    return digest.hexdigest()


def arrays_sha256(arrays: Arrays) -> str:
    """One sha256 of named arrays, in whatever order they come."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(repr((name, array.shape, str(array.dtype))).encode())
        digest.update(array.data)
    return digest.hexdigest()


def require_same(path: Path, saved: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse to go on with other settings than those of the state; the `UsageError` names what differs."""
    for name, value in now.items():
        if saved.get(name) != value:
            shown = f" (was {saved.get(name)}, is {value})" if len(str(value)) < 40 else ""
            raise UsageError(
                f"Training state {path} was made with another {name.replace('_', ' ')}{shown}; "
                "go on with the same, or choose another output folder."
            )
