"""What a part of the panel may ask of the whole."""

from __future__ import annotations

from typing import Any, Protocol

from BACSegmentationLib.parameter_node import BACSegmentationParameterNode


class PanelHost(Protocol):
    """The module widget, as its parts see it: they know neither it nor, unless given, each other."""

    parent: Any
    """qSlicerScriptedLoadableModuleWidget: dialogs open above it."""
    ui: Any
    """The widgets of the ``.ui`` file by name."""

    @property
    def parameters(self) -> BACSegmentationParameterNode | None:
        """The current choices; None while a scene closes."""

    def say(self, message: str) -> None:
        """Show in the status line what happened last."""

    def refresh(self) -> None:
        """Show what can be done now, and the numbers."""
