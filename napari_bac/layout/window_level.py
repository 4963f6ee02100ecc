"""Window and level of the images: by dragging with the right button, by presets, inverted."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, Final

import numpy as np
from napari.layers import Image, Labels

from napari_bac.views.view_session import ViewSession

PRESETS: Final[dict[str, tuple[float, float]]] = {
    "As stored": (0.0, 255.0),
    "Fatty breast": (0.0, 180.0),
    "Dense breast": (80.0, 255.0),
    "Calcification": (130.0, 255.0),
}
"""Darkest and brightest of the 256 grey levels as displayed."""

RIGHT: Final = 2
_DRAG_PX: Final = 500.0
"""Across which the mouse goes through the whole range."""
_LEAST_WIDTH: Final = 1.0


def windowed(
    limits: tuple[float, float], move: tuple[float, float], whole: tuple[float, float]
) -> tuple[float, float]:
    """Limits after a drag: to the right widens, downwards makes brighter.

    Parameters
    ----------
    limits
        (darkest, brightest) at the beginning.
    move
        (right, down) in px of the screen.
    whole
        Range that the limits keep to.
    """
    low, high = whole
    step = (high - low) / _DRAG_PX
    width = min(max(limits[1] - limits[0] + move[0] * step, _LEAST_WIDTH), high - low)
    level = (limits[0] + limits[1]) / 2 - move[1] * step
    level = min(max(level, low + width / 2), high - width / 2)
    return level - width / 2, level + width / 2


class WindowDrag:
    """Drag with the right button: across is width, up and down is level, of the image under the mouse.

    While a drawing tool is chosen the right button belongs to napari's tools; hold the space bar then.
    """

    def __init__(self, views: Mapping[str, ViewSession]) -> None:
        self._views = views

    def __call__(self, viewer: Any, event: Any) -> Generator[None, None, None]:
        """What napari calls at a press, and goes on with at every move."""
        image = self._image_at(event.position)
        if event.button != RIGHT or image is None or _draws(viewer.layers.selection.active):
            return
        began, limits = np.array(event.pos, float), tuple(image.contrast_limits)
        # Else the camera zooms as well.
        event.handled = True
        yield
        while event.type == "mouse_move":
            right, down = np.array(event.pos, float) - began
            image.contrast_limits = windowed(limits, (right, down), tuple(image.contrast_limits_range))
            event.handled = True
            yield

    def _image_at(self, position: tuple[float, ...]) -> Image | None:
        for view in self._views.values():
            if not view.image.visible:
                continue
            pixel = np.asarray(view.image.world_to_data(position))
            if np.all(pixel >= -0.5) and np.all(pixel <= np.array(view.image.data.shape[:2]) - 0.5):
                return view.image
        return None


def show_preset(images: Iterable[Image], name: str) -> None:
    """Show images with a preset of `PRESETS`."""
    for image in images:
        image.contrast_limits = preset_limits(image, name)


def preset_limits(image: Image, name: str) -> tuple[float, float]:
    """Darkest and brightest of an image with a preset, in its own grey values."""
    low, high = PRESETS[name]
    least, most = image.contrast_limits_range
    scale = (most - least) / 255.0
    return least + low * scale, least + high * scale


def next_preset(images: Iterable[Image]) -> str:
    """Show the preset after the present one; return its name."""
    images, names = list(images), list(PRESETS)
    # Without an image it is as if the first preset were shown.
    shown = [name for name in names if not images or _is_shown(images[0], name)]
    name = names[(names.index(shown[0]) + 1) % len(names)] if shown else names[0]
    show_preset(images, name)
    return name


def _is_shown(image: Image, name: str) -> bool:
    return bool(np.allclose(preset_limits(image, name), image.contrast_limits))


def is_inverted(image: Image) -> bool:
    """Whether bright is shown dark."""
    return bool(image.colormap.name == "gray_r")


def invert(images: Iterable[Image], *, inverted: bool | None = None) -> None:
    """Show bright as dark, or as it is; where not said, the other way round than the first image."""
    images = list(images)
    if inverted is None:
        inverted = bool(images) and not is_inverted(images[0])
    for image in images:
        image.colormap = "gray_r" if inverted else "gray"


def _draws(layer: Any) -> bool:
    return isinstance(layer, Labels) and layer.mode not in ("pan_zoom", "transform", "pick")
