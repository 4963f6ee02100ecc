"""What gives out memory to the programs: the C library, as it comes, or a library in its place.

By default glibc returns the memory of every large array to the system and asks for it again. Told otherwise
it keeps it, as jemalloc and mimalloc do. Which one runs changes the ratios between programs more than most of
what they do.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from ctypes.util import find_library
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

KNOWN: Final = ("jemalloc", "mimalloc")
KEEPING: Final = {
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
    "MALLOC_TOP_PAD_": str(256 << 20),
}
"""With which glibc keeps what was freed."""
_PRELOADED: Final = {"linux": "LD_PRELOAD", "darwin": "DYLD_INSERT_LIBRARIES"}


@dataclass(frozen=True)
class Allocator:
    """One that all programs of a table run with."""

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """What a program reads of it when it starts."""


def allocators(named: Sequence[Path] = ()) -> list[Allocator]:
    """glibc that keeps what was freed, and the libraries `named`; where none is, those of `KNOWN` here."""
    if sys.platform not in _PRELOADED:
        return []
    found = [str(path.resolve()) for path in named] or [*filter(None, map(_installed, KNOWN))]
    keeping = [Allocator("glibc, which keeps what was freed", KEEPING)] if sys.platform == "linux" else []
    return [
        *keeping,
        *(Allocator(Path(one).name.partition(".")[0], {_PRELOADED[sys.platform]: one}) for one in found),
    ]


def _installed(name: str) -> str | None:
    """By the system's linker, or by pip (cmeel-mimalloc)."""
    packaged = sorted(Path(sys.prefix).glob(f"lib/python*/site-packages/cmeel.prefix/lib/lib{name}.*"))
    return str(packaged[0]) if packaged else find_library(name)
