"""Open the panel in a viewer's window, or bring forward the one that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import napari

from napari_bac.settings import PLUGIN

if TYPE_CHECKING:
    from napari_bac.docks.bac_panel import BacPanel

PANEL: Final = "BAC panel"


def open_panel(viewer: napari.Viewer) -> BacPanel:
    """The panel of a viewer, which is in sight then."""
    dock, panel = viewer.window.add_plugin_dock_widget(PLUGIN, PANEL)
    dock.show()
    dock.raise_()
    found: BacPanel = panel
    return found
