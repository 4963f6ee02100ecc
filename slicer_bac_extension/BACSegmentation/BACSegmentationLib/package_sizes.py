"""How much the packages of the engine take: told before anybody agrees to install them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class PackageSize:
    """In MB of a million bytes, with what a package brings along; the largest of four systems."""

    download_mb: int
    disk_mb: int


OTHER: Final = PackageSize(1, 2)
"""Of a package that is not in `SIZES`."""
SIZES: Final[Mapping[str, PackageSize]] = MappingProxyType(
    {
        "nibabel": PackageSize(4, 13),
        "opencv-python-headless": PackageSize(57, 160),
        "openvino": PackageSize(85, 190),
        "pylibjpeg-openjpeg": PackageSize(2, 7),
        "python-gdcm": PackageSize(35, 60),
        "reportlab": PackageSize(3, 9),
        "rich": PackageSize(2, 12),
        "scikit-image": PackageSize(17, 55),
    }
)
"""Measured on the wheels of November 2026 for Linux, Windows and both kinds of Mac."""


def size_of(packages: Iterable[str]) -> PackageSize:
    """Of several packages together."""
    sizes = [SIZES.get(name, OTHER) for name in packages]
    return PackageSize(sum(one.download_mb for one in sizes), sum(one.disk_mb for one in sizes))
