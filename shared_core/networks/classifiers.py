"""The networks that say of a whole view whether it shows BAC, and where they looked; facts alone.

Beside `shared_core.networks.table`, whose networks say it of every pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from shared_core.networks.table import Size

ClassifierName = Literal["vgg16", "vgg16-bn"]
CLASSIFIERS: Final[tuple[ClassifierName, ...]] = get_args(ClassifierName)
USUAL_WIDTH: Final = 64
BLOCKS: Final = (2, 2, 3, 3, 3)
"""Convolutions of each block; a pooling lies between two blocks."""
CONVOLUTIONS: Final = sum(BLOCKS)
STEP_PX: Final = 16
"""Pixels of the input in one of the map of any of them; sides are multiples of it."""

_SOURCE: Final = "Simonyan and Zisserman 2015, ICLR; with averages and dense layers of Mobini et al. 2023"
_LICENCE: Final = "BSD-3-Clause (torchvision)"


@dataclass(frozen=True)
class Classifier:
    """One network; `Size` counts its multiply-adds for a square view of the side of a tile."""

    name: ClassifierName
    title: str
    source: str
    code_licence: str
    """Of public code of the same convolutions, which ours was compared with but not copied from."""
    sizes: tuple[Size, ...]
    note: str

    @property
    def batch_norm(self) -> bool:
        """Whether its convolutions are normalised."""
        return self.name == "vgg16-bn"


_TABLE: Final = (
    Classifier(
        "vgg16",
        "VGG16",
        _SOURCE,
        _LICENCE,
        (Size(3, 14_912_065, 80_178_512_128), Size(1, 14_910_913, 79_876_522_240)),
        note="Averages between convolutions and dense layers, as the paper does not say what lies there.",
    ),
    Classifier(
        "vgg16-bn",
        "VGG16 with batch norm",
        _SOURCE,
        _LICENCE,
        (Size(3, 14_916_289, 80_178_512_128), Size(1, 14_915_137, 79_876_522_240)),
        note="For a start from random weights, which VGG16 without batch norm does not learn from.",
    ),
)


def list_classifiers() -> tuple[Classifier, ...]:
    """All of them."""
    return _TABLE


def classifier_named(name: str) -> Classifier:
    """The facts of one; a `KeyError` where there is none of that name."""
    return {str(known.name): known for known in _TABLE}[name]
