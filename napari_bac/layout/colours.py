"""Colours of arteries that people with any colour vision tell apart on grey (Okabe and Ito 2008)."""

from __future__ import annotations

from typing import Final

from napari.utils.colormaps import DirectLabelColormap

from shared_core import hosting as bac

_OKABE_ITO: Final = ("#E69F00", "#009E73", "#F0E442", "#D55E00", "#CC79A7", "#0072B2")
_NO_ARTERY: Final = "#56B4E9"
"""As in all pictures of the engine, and no artery's."""
_UNFOLLOWED: Final = "#FFFFFF"


def label_colour(label: int) -> str:
    """The colour of one label, as ``#RRGGBB``."""
    if label == bac.OTHER_LABEL:
        return _NO_ARTERY
    return _UNFOLLOWED if label == bac.UNFOLLOWED_LABEL else _OKABE_ITO[(label - 1) % len(_OKABE_ITO)]


def label_colormap() -> DirectLabelColormap:
    """A fixed colour for each of the labels 1 to 255; nothing is drawn where there is none."""
    colours: dict[int | None, str] = {label: label_colour(label) for label in range(1, 256)}
    return DirectLabelColormap(color_dict={None: "transparent", 0: "transparent", **colours})
