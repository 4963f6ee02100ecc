"""What the machine and the installed napari can show, told in words before it surprises."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import napari

OLDEST_NAPARI: Final = (0, 6)
"""`Layer.units`, which the scale bar in mm needs, and `viewer.fit_to_view` came then or before.

Tried with 0.6.6 and 0.9.2; pyproject.toml asks for the former."""

SURE_PX: Final = 2048
"""Any graphics card shows this."""


def version_warning(version: str = napari.__version__) -> str:
    """A sentence where napari is older than what this plugin was made for; else empty."""
    numbers = tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:2])
    if numbers >= OLDEST_NAPARI:
        return ""
    oldest = ".".join(map(str, OLDEST_NAPARI))
    return f"napari {version} is older than {oldest}, which OpenBAC needs: run pip install --upgrade napari."


@lru_cache(maxsize=1)
def largest_texture_px() -> int:
    """Longest side of an image that the graphics card shows in full; 0 where it does not say."""
    from vispy import gloo
    from vispy.app import Canvas

    canvas = Canvas(show=False)
    try:
        canvas.set_current()
        return int(gloo.gl.glGetParameter(gloo.gl.GL_MAX_TEXTURE_SIZE) or 0)
    finally:
        canvas.close()


def size_warning(name: str, shape: tuple[int, ...]) -> str:
    """A sentence where the graphics card cannot show labels of this size pixel by pixel; else empty."""
    if max(shape) <= SURE_PX:
        return ""
    limit_px = largest_texture_px()
    if not limit_px or max(shape) <= limit_px:
        return ""
    return (
        f"{name}: the graphics card shows at most {limit_px} pixels a side, so labels look coarser here than "
        "they are; the numbers stay those of all pixels."
    )
