"""The networks that can be trained and run: where each comes from, how large it is and what it costs.

Facts alone, so that the table can be shown where torch is not installed; tests compare them with the built
networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

NetworkName = Literal[
    "segnet",
    "deeplabv3",
    "unet",
    "linknet",
    "erfnet",
    "esnet",
    "fastscnn",
    "contextnet",
    "dabnet",
    "edanet",
    "cgnet",
    "fpenet",
    "scunet",
    "scunet-thin",
    "dt-unet",
    "ibrahim-unet",
    "unet-full",
]
NETWORKS: Final[tuple[NetworkName, ...]] = get_args(NetworkName)
SCU_NETS: Final[tuple[NetworkName, ...]] = ("scunet", "scunet-thin")
"""They differ in the width of the decoder alone, and have a lean form of their own."""
Optional = Literal["width", "backbone"]
IMPORTED: Final = "imported"
"""What a card names instead of a network where the graph itself came from elsewhere."""

_GREY: Final[tuple[NetworkName, ...]] = ("dt-unet", "ibrahim-unet", "unet-full")
"""Their papers give one grey channel, or none is stated and one is enough."""
COUNTED_AT_PX: Final = 512
"""Side of the tile that multiply-adds are counted for."""

_ZOO: Final = "MIT (github.com/xiaoyufenfei/Efficient-Segmentation-Networks)"


@dataclass(frozen=True)
class Size:
    """Of a network with its usual options."""

    channels: Literal[1, 3]
    parameters: int
    """That are trained, and take part in the result."""
    multiply_adds: int
    """Of convolutions and dense layers, for a tile of `COUNTED_AT_PX`."""


@dataclass(frozen=True)
class Network:
    """One network."""

    name: NetworkName
    title: str
    source: str
    code_licence: str
    """Of public code of the same network, which ours was compared with but not copied from."""
    side_multiple: int
    """Sides of tiles are multiples of it."""
    sizes: tuple[Size, ...]
    sees_whole_tile: bool
    """Averages over the whole tile take part, so that the size of the tiles is part of a model."""
    options: tuple[Optional, ...] = ()
    note: str = ""
    sees_px: int | None = None
    """How far from a pixel the image still changes its answer, rounded up to `side_multiple`; None where that
    was not worked out, or is the whole tile."""

    @property
    def windowed_gates(self) -> bool:
        """Whether the averages over the tile can be taken around every place instead (``seamless``)."""
        return self.name in SCU_NETS

    @property
    def channels(self) -> tuple[Literal[1, 3], ...]:
        """What the input may have."""
        return tuple(size.channels for size in self.sizes)

    @property
    def usual_channels(self) -> Literal[1, 3]:
        """Of the network in its paper."""
        return 1 if self.name in _GREY else 3

    def size(self, channels: int) -> Size | None:
        """With so many channels; None where it takes other counts."""
        return next((size for size in self.sizes if size.channels == channels), None)


def _sizes(three: tuple[int, int], one: tuple[int, int]) -> tuple[Size, ...]:
    return Size(3, *three), Size(1, *one)


_TABLE: Final = (
    Network(
        "segnet",
        "SegNet",
        "Badrinarayanan et al. 2017, IEEE TPAMI 39:2481",
        _ZOO,
        32,
        _sizes((29_443_585, 160_054_640_640), (29_442_433, 159_752_650_752)),
        sees_whole_tile=False,
    ),
    Network(
        "deeplabv3",
        "DeepLabV3",
        "Chen et al. 2017, arXiv 1706.05587",
        "BSD-3-Clause (torchvision)",
        8,
        _sizes((26_007_105, 109_199_884_288), (26_000_833, 108_788_842_496)),
        sees_whole_tile=True,
        options=("backbone",),
        note="ResNet-34: the body is not stated in Guo et al. 2021, but must be smaller than SegNet.",
    ),
    Network(
        "unet",
        "U-Net",
        "Ronneberger et al. 2015, MICCAI; bilinear, as compared by Guo et al. 2021",
        _ZOO,
        16,
        _sizes((13_395_329, 123_681_636_352), (13_394_177, 123_379_646_464)),
        sees_whole_tile=False,
        note="Without 1,393,600 weights of transposed convolutions that public code holds but never uses.",
    ),
    Network(
        "linknet",
        "LinkNet",
        "Chaurasia and Culurciello 2017, VCIP",
        _ZOO,
        32,
        _sizes((11_533_377, 10_724_835_328), (11_527_105, 10_313_793_536)),
        sees_whole_tile=False,
    ),
    Network(
        "erfnet",
        "ERFNet",
        "Romera et al. 2018, IEEE T-ITS 19:263",
        _ZOO,
        8,
        _sizes((2_063_021, 13_226_672_128), (2_062_807, 13_212_516_352)),
        sees_whole_tile=False,
        note="Without 129 weights of the encoder's head that public code holds but never uses.",
    ),
    Network(
        "esnet",
        "ESNet",
        "Wang et al. 2019, arXiv 1906.09826",
        _ZOO,
        8,
        _sizes((1_657_901, 11_951_603_712), (1_657_687, 11_937_447_936)),
        sees_whole_tile=False,
    ),
    Network(
        "fastscnn",
        "Fast-SCNN",
        "Poudel et al. 2019, BMVC",
        _ZOO,
        32,
        _sizes((1_135_729, 829_448_192), (1_135_153, 791_699_456)),
        sees_whole_tile=True,
        note="The first convolution is padded; the public code drops the last row and column instead.",
    ),
    Network(
        "contextnet",
        "ContextNet",
        "Poudel et al. 2018, BMVC",
        _ZOO,
        32,
        _sizes((874_241, 833_757_184), (873_089, 793_649_152)),
        sees_whole_tile=False,
        note="The first convolutions are padded; the public code drops the last row and column instead.",
    ),
    Network(
        "dabnet",
        "DABNet",
        "Li et al. 2019, BMVC",
        _ZOO,
        8,
        _sizes((751_981, 5_091_094_528), (749_153, 5_045_080_064)),
        sees_whole_tile=False,
    ),
    Network(
        "edanet",
        "EDANet",
        "Lo et al. 2019, ACM Multimedia Asia",
        _ZOO,
        8,
        _sizes((681_367, 4_383_268_864), (681_171, 4_370_292_736)),
        sees_whole_tile=False,
    ),
    Network(
        "cgnet",
        "CGNet",
        "Wu et al. 2021, IEEE TIP 30:1169; M3N21",
        _ZOO,
        8,
        _sizes((491_698, 3_362_305_024), (487_654, 3_296_244_736)),
        sees_whole_tile=True,
    ),
    Network(
        "fpenet",
        "FPENet",
        "Liu and Yin 2019, arXiv 1909.08599",
        _ZOO,
        8,
        _sizes((114_531, 686_380_032), (114_243, 667_505_664)),
        sees_whole_tile=True,
    ),
    Network(
        "scunet",
        "SCU-Net",
        "Guo et al. 2021, Physics in Medicine and Biology; Emory's published code",
        "MIT (published with the paper)",
        8,
        (Size(3, 169_711, 4_209_771_264),),
        sees_whole_tile=True,
        note="Without the block and the transposed convolution that the public code holds but never uses.",
    ),
    Network(
        "scunet-thin",
        "SCU-Net, thin decoder",
        "openbac-2",
        "BSD-3-Clause (OpenBAC)",
        8,
        (Size(3, 91_071, 1_792_803_584),),
        sees_whole_tile=True,
    ),
    Network(
        "dt-unet",
        "DT-UNet",
        "U-Net for tomosynthesis with the stated 7,782,281 parameters (inferred)",
        "none public",
        64,
        _sizes((7_782_425, 4_487_905_280), (7_782_281, 4_450_156_544)),
        sees_whole_tile=False,
        note="Text and stated count disagree; the count was followed, which fits one input channel.",
    ),
    Network(
        "ibrahim-unet",
        "U-Net of Ibrahim et al.",
        "Ibrahim et al. 2025",
        "MIT by its readme, without a licence file",
        16,
        _sizes((1_941_105, 12_129_927_168), (1_940_817, 12_054_429_696)),
        sees_whole_tile=False,
    ),
    Network(
        "unet-full",
        "U-Net for full resolution",
        "after Li et al. 2025, who do not state the widths; width 16 unless told otherwise",
        "none public",
        16,
        _sizes((1_944_049, 12_129_927_168), (1_943_761, 12_054_429_696)),
        sees_whole_tile=False,
        options=("width",),
        note="Width 64 is the usual U-Net of 31,043,521 parameters.",
        sees_px=128,
    ),
)

_BY_NAME: Final = MappingProxyType({network.name: network for network in _TABLE})


def list_networks() -> tuple[Network, ...]:
    """All networks, the largest comparison networks first."""
    return _TABLE


def network_named(name: str) -> Network:
    """The facts of a network; a `KeyError` where there is none of that name."""
    return {str(known): network for known, network in _BY_NAME.items()}[name]
