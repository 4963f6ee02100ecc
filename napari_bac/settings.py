"""What the person chose under Preferences; the one place that knows the names and what holds without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from shared_core import hosting as bac

PLUGIN: Final = "openbac"
"""Name in the manifest; the properties there are called ``openbac.inference.device`` and so on."""

Hanging = Literal["right on the left", "left on the left"]

DEVICES: Final[tuple[bac.Device, ...]] = get_args(bac.Device)
HANGINGS: Final[tuple[Hanging, ...]] = get_args(Hanging)


@dataclass(frozen=True)
class Preferences:
    """Values of the Preferences page, with those that hold where there is none."""

    device: bac.Device = "auto"
    """``openbac.inference.device``."""
    model: str = ""
    """``openbac.inference.model``: name or card file; empty for the default."""
    opacity: float = 0.6
    """``openbac.display.opacity``: of labels, 0 to 1."""
    hanging: Hanging = "right on the left"
    """``openbac.display.hanging``: which breast hangs on the left."""
    formats: tuple[str, ...] = ("csv", "json", "png")
    """``openbac.export.formats``: names with commas between them."""


def preferences() -> Preferences:
    """The values of now; those of older napari, which has no page for plugins, are the defaults."""
    pages, default = _pages(), Preferences()
    inference, display, export = (getattr(pages, page, None) for page in ("inference", "display", "export"))
    device = str(getattr(inference, "device", default.device))
    hanging = str(getattr(display, "hanging", default.hanging))
    formats = getattr(export, "formats", ", ".join(default.formats))
    return Preferences(
        device=next((known for known in DEVICES if known == device), default.device),
        model=str(getattr(inference, "model", default.model)).strip(),
        opacity=min(max(float(getattr(display, "opacity", default.opacity)), 0.0), 1.0),
        hanging=next((known for known in HANGINGS if known == hanging), default.hanging),
        formats=_names(formats),
    )


def _names(formats: str | list[str]) -> tuple[str, ...]:
    given = formats.split(",") if isinstance(formats, str) else formats
    return tuple(name.strip().lower() for name in given if name.strip())


def _pages() -> Any:
    try:
        from napari.settings import get_plugin_settings
    except ImportError:  # napari before 0.9
        return None
    try:
        return get_plugin_settings(PLUGIN)
    except KeyError:  # used as a library, without the manifest installed
        return None
