"""What the machine and the installed napari can show, told in words before it surprises."""

from __future__ import annotations

import sys
from typing import Final

import napari
import qtpy

OLDEST_NAPARI: Final = (0, 6, 6)
"""As pyproject.toml asks for: the oldest that the tests were run with."""
SAFE_PYTHON: Final = (3, 12)
"""From here on None is never counted: what PySide6 6.12 counts wrong does no harm."""

SURE_PX: Final = 2048
"""Any graphics card shows this."""


def version_warning(version: str = napari.__version__) -> str:
    """A sentence where napari is older than what this plugin was made for; else empty."""
    if _numbers(version) >= OLDEST_NAPARI:
        return ""
    oldest = ".".join(map(str, OLDEST_NAPARI))
    return f"napari {version} is older than {oldest}, which OpenBAC needs: run pip install --upgrade napari."


def binding_warning(
    version: str = qtpy.PYSIDE_VERSION or "", python: tuple[int, ...] = tuple(sys.version_info[:2])
) -> str:
    """A sentence where PySide6 would end the process in the midst of work; else empty.

    6.12 takes a reference to None away at each answer None of a table's model, napari's own ones too.
    """
    if _numbers(version) < (6, 12) or python >= SAFE_PYTHON:
        return ""
    here, safe = ".".join(map(str, python)), ".".join(map(str, SAFE_PYTHON))
    return (
        f"PySide6 {version} can close napari without warning on Python {here}: run pip install "
        f"'PySide6<6.12', or use Python {safe} or newer."
    )


def largest_texture_px() -> int:
    """Longest side of an image that the graphics card shows in full; 0 where it does not say.

    A canvas that is there is asked. One of our own would have to be closed again, at which vispy lets Qt do
    whatever waits, in the midst of what is done here; that can end the process.
    """
    from vispy import gloo
    from vispy.gloo.context import get_current_canvas

    canvas = get_current_canvas()
    if canvas is None:
        return 0
    try:
        canvas.set_current()
    except RuntimeError:  # its window is gone
        return 0
    return int(gloo.gl.glGetParameter(gloo.gl.GL_MAX_TEXTURE_SIZE) or 0)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:3])


def size_warning(name: str, shape: tuple[int, ...]) -> str:
    """A sentence where the graphics card cannot show labels of this size pixel by pixel; else empty."""
    if max(shape) <= SURE_PX:
        return ""
    limit_px = largest_texture_px()
    if not limit_px or max(shape) <= limit_px:
        return ""
    return (
        f"{name}: the graphics card shows at most {limit_px} pixels per side, so labels look coarser on "
        "screen than they are; the numbers are computed from all pixels."
    )
