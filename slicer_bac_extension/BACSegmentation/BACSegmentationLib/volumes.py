"""A volume node as an image: its pixels and spacing after every check, and the file it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared_core.mammogram import Pixels, PixelSpacing


@dataclass(frozen=True, eq=False)
class VolumeImage:
    """What a volume node shows."""

    name: str
    """Of the node, for messages."""
    pixels: Pixels
    """(rows, columns) as the node holds them; not a copy: do not write into it."""
    spacing_mm: PixelSpacing | None
    """As the node says, given by the user; None where it says 1.0 mm, which stands for "unknown"."""
    files: tuple[Path, ...]
    """That it was loaded from and that are still there: one, or none."""
    warnings: tuple[str, ...]
    """Sentences for people."""


def read_volume(volume_node: Any, *, dicom_files: Sequence[str | Path] | None = None) -> VolumeImage:
    """Check that a volume is one mammographic image, and take it.

    Parameters
    ----------
    volume_node
        vtkMRMLScalarVolumeNode of one slice.
    dicom_files
        Where a caller knows them better than the scene.

    Raises
    ------
    shared_core.errors.OpenBacError
        No image data, several slices, a colour or label volume: in one sentence.
    """
    raise NotImplementedError


def source_files(volume_node: Any) -> tuple[Path, ...]:
    """Files that a volume was loaded from and that are still there.

    Of the DICOM database through ``DICOM.instanceUIDs`` where there is one, else of the storage node.
    """
    raise NotImplementedError
