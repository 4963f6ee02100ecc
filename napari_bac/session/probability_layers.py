"""Layers that show what the model says: tiles while they come, and the whole map where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from weakref import ref

import numpy as np
from napari.components import ViewerModel
from napari.layers import Image
from napari.utils.colormaps import Colormap
from napari.utils.transforms import Affine
from numpy.typing import NDArray

from napari_bac.layout.view_layers import place_of
from napari_bac.views.view_session import ViewSession
from shared_core import hosting as bac

SUFFIX: Final = " probability"
SPREAD_SUFFIX: Final = " spread"
"""Of the members of an ensemble, around the probability."""
SPREAD_TOP: Final = 0.5
"""Of the colours: members that are of two minds, half of them sure."""
PREVIEW_STEP: Final = 4
"""Pixels of the network's image in one of the preview: all of them would take 0.2 s to be shown."""


class ProbabilityLayers:
    """One layer a view at most; a person may delete it as any other."""

    def __init__(self, viewer: ViewerModel, views: Mapping[str, ViewSession]) -> None:
        self._viewer, self._views = ref(viewer), views
        self._shown: dict[str, Image] = {}
        self._spreads: dict[str, Image] = {}
        self._preview: Image | None = None
        self._has_new_tiles = False

    def is_shown(self, key: str) -> bool:
        """Whether the whole map of a view is shown."""
        viewer = self._viewer()
        return viewer is not None and key in self._shown and self._shown[key] in viewer.layers

    def show(self, key: str) -> None:
        """Show the whole map of a view that has one, and that of the spread of an ensemble."""
        view = self._views[key]
        if view.answer is not None and not self.is_shown(key):
            found = view.answer.probability
            if found.spread is not None:
                self._spreads[key] = self._add(
                    view, found.spread, top=SPREAD_TOP, step=(1.0, 1.0), suffix=SPREAD_SUFFIX
                )
            self._shown[key] = self._add(view, found.values, top=1.0, step=(1.0, 1.0))

    def hide(self, key: str) -> None:
        """Take the map of a view away."""
        for layers in (self._shown, self._spreads):
            layer = layers.pop(key, None)
            if layer is not None:
                self._remove(layer)

    def follow(self, key: str) -> None:
        """Show the new map where the old one is shown."""
        answer = self._views[key].answer
        if not self.is_shown(key) or answer is None:
            return
        if (answer.kept.spread is None) != (key not in self._spreads):
            self.hide(key)
            self.show(key)
            return
        found = answer.probability
        self._shown[key].data = found.values
        if found.spread is not None:
            self._spreads[key].data = found.spread

    def begin_preview(self, key: str, shape: tuple[int, int]) -> None:
        """Make ready for the tiles of a view, on an image of (rows, columns)."""
        self.end_preview()
        view = self._views[key]
        coarse = np.zeros([-(-side // PREVIEW_STEP) for side in shape], np.uint8)
        rows, columns = view.image.data.shape
        step = PREVIEW_STEP * rows / shape[0], PREVIEW_STEP * columns / shape[1]
        self._preview = self._add(view, coarse, top=255.0, step=step)
        self._has_new_tiles = False

    def add_tile(self, answer: bac.TileProbability) -> None:
        """Take a tile that has come; `show_tiles` shows it."""
        if self._preview is None:
            return
        row, column, inside = bac.coarse_tile(answer, PREVIEW_STEP)
        place = self._preview.data[row : row + inside.shape[0], column : column + inside.shape[1]]
        place[...] = inside
        self._has_new_tiles = True

    def show_tiles(self) -> None:
        """Draw the tiles that came since the last time."""
        if self._preview is not None and self._has_new_tiles:
            self._has_new_tiles = False
            self._preview.refresh(thumbnail=False, extent=False)

    def end_preview(self) -> None:
        """Take the tiles away."""
        preview, self._preview = self._preview, None
        if preview is not None:
            self._remove(preview)

    def _add(
        self,
        view: ViewSession,
        values: NDArray[Any],
        *,
        top: float,
        step: tuple[float, float],
        suffix: str = SUFFIX,
    ) -> Image:
        """`step`: pixels of the view's image that one of these takes."""
        image, viewer = view.image, self._viewer()
        assert viewer is not None
        # Coarser pixels than the image's begin half a pixel of theirs before its first centre.
        steps = Affine(scale=image.scale, rotate=image.rotate, shear=image.shear).linear_matrix
        translate = np.asarray(image.translate) + steps @ (np.asarray(step) - 1) / 2
        place = {"scale": np.asarray(image.scale) * step, "translate": translate}
        layer = Image(
            values,
            name=view.key + suffix,
            **{**place_of(image), **place},
            colormap=Colormap(bac.heat_colours() / 255, name="heat"),
            blending="additive",
            contrast_limits=(0.0, top),
            opacity=0.7,
        )
        selected = set(viewer.layers.selection)
        viewer.layers.insert(viewer.layers.index(view.labels), layer)
        # A person who paints goes on painting.
        viewer.layers.selection = selected
        return layer

    def _remove(self, layer: Image) -> None:
        viewer = self._viewer()
        if viewer is not None and layer in viewer.layers:
            viewer.layers.remove(layer)
