"""What releases of Slicer bring along, and the computers that they run on.

From Slicer's own source, ``SuperBuild/External_python-*.cmake`` of the branch of each release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_5_12: Final = MappingProxyType(
    {
        "highdicom": "0.27.0",
        "numpy": "2.4.6",
        "packaging": "26.2",
        "pillow": "12.2.0",
        "pydicom": "3.0.2",
        "pyjpegls": "1.5.1",
        "requests": "2.34.2",
        "scipy": "1.17.1",
        "simpleitk": "2.5.5",
        "typing_extensions": "4.15.0",
    }
)
_5_10: Final = MappingProxyType(
    {
        "numpy": "2.0.2",
        "packaging": "25.0",
        "pillow": "11.2.1",
        "pydicom": "2.4.4",
        "requests": "2.32.3",
        "scipy": "1.13.1",
        "typing_extensions": "4.14.0",
    }
)
PINS: Final[Mapping[tuple[int, int], Mapping[str, str]]] = MappingProxyType(
    {(5, 10): _5_10, (5, 12): _5_12, (5, 13): _5_12}
)
"""Of each release its Python packages; all have Python 3.12."""
PYTHON: Final = "3.12"


@dataclass(frozen=True)
class Computer:
    """As pip and the markers of requirements name it."""

    name: str
    tags: tuple[str, ...]
    """Of wheels that run on it."""
    sys_platform: str
    platform_system: str
    platform_machine: str
    os_name: str = "posix"

    @property
    def environment(self) -> dict[str, str]:
        """For markers."""
        own = {
            key: getattr(self, key)
            for key in ("sys_platform", "platform_system", "platform_machine", "os_name")
        }
        return own | {
            "python_version": PYTHON,
            "python_full_version": f"{PYTHON}.10",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "extra": "",
        }


COMPUTERS: Final = (
    Computer(
        "Linux",
        ("linux_x86_64", "manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in range(5, 29))),
        "linux",
        "Linux",
        "x86_64",
    ),
    Computer("Windows", ("win_amd64",), "win32", "Windows", "AMD64", "nt"),
    Computer("Mac with an Intel processor", ("macosx_14_0_x86_64",), "darwin", "Darwin", "x86_64"),
    Computer("Mac with an Apple processor", ("macosx_14_0_arm64",), "darwin", "Darwin", "arm64"),
)
