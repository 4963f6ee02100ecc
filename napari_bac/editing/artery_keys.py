"""Keys on the canvas that go from artery to artery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from napari_bac.editing.arteries import go
from napari_bac.views.host import ViewsHost

NEXT: Final = "N"
BEFORE: Final = "Shift+N"
"""As Qt names them; napari joins with a hyphen."""


def bind_artery_keys(host: ViewsHost) -> None:
    """N shows the next artery, Shift-N the one before; to do it twice changes nothing."""
    for key, step in ((NEXT, 1), (BEFORE, -1)):
        host.viewer.bind_key(key.replace("+", "-"), _goes(host, step), overwrite=True)


def _goes(host: ViewsHost, step: int) -> Callable[[Any], None]:
    # A function, as napari asks for its name, which a partial has not.
    def pressed(_viewer: Any) -> None:
        go(host, step)

    return pressed
