"""Keys on the canvas that go from artery to artery."""

from __future__ import annotations

from functools import partial
from typing import Final

from napari_bac.editing.arteries import go
from napari_bac.editing.clicks import key_callback
from napari_bac.views.host import ViewsHost

NEXT: Final = "N"
BEFORE: Final = "Shift+N"
"""As Qt names them; napari joins with a hyphen."""


def bind_artery_keys(host: ViewsHost) -> None:
    """N shows the next artery, Shift-N the one before; to do it twice changes nothing."""
    for key, step in ((NEXT, 1), (BEFORE, -1)):
        host.viewer.bind_key(key.replace("+", "-"), key_callback(partial(go, host, step)), overwrite=True)
