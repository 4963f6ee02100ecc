"""Networks as torch modules, at random weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from torch import nn

from shared_core.networks.cgnet import CgNet
from shared_core.networks.classifiers import USUAL_WIDTH
from shared_core.networks.contextnet import ContextNet
from shared_core.networks.dabnet import DabNet
from shared_core.networks.deeplabv3 import DeepLabV3
from shared_core.networks.dtunet import DtUNet
from shared_core.networks.edanet import EdaNet
from shared_core.networks.erfnet import ErfNet
from shared_core.networks.esnet import EsNet
from shared_core.networks.fastscnn import FastScnn
from shared_core.networks.fpenet import FpeNet
from shared_core.networks.full_resolution_unet import DEFAULT_WIDTH, FullResolutionUNet
from shared_core.networks.ibrahim_unet import IbrahimUNet
from shared_core.networks.linknet import LinkNet
from shared_core.networks.options import USUAL, NetworkOptions, checked_classifier, checked_network
from shared_core.networks.scunet import ScuNet
from shared_core.networks.segnet import SegNet
from shared_core.networks.table import NetworkName
from shared_core.networks.unet import UNet
from shared_core.networks.vgg16 import Vgg16
from shared_core.networks.widths import DECODER_CHANNELS

Maker = Callable[[NetworkOptions], nn.Module]

_MAKERS: Final[dict[NetworkName, Maker]] = {
    "segnet": lambda options: SegNet(options.channels),
    "deeplabv3": lambda options: DeepLabV3(options.channels, backbone=options.backbone or "resnet34"),
    "unet": lambda options: UNet(options.channels),
    "linknet": lambda options: LinkNet(options.channels),
    "erfnet": lambda options: ErfNet(options.channels),
    "esnet": lambda options: EsNet(options.channels),
    "fastscnn": lambda options: FastScnn(options.channels),
    "contextnet": lambda options: ContextNet(options.channels),
    "dabnet": lambda options: DabNet(options.channels),
    "edanet": lambda options: EdaNet(options.channels),
    "cgnet": lambda options: CgNet(options.channels),
    "fpenet": lambda options: FpeNet(options.channels),
    "scunet": lambda _: ScuNet(decoder=DECODER_CHANNELS["scunet"]),
    "scunet-thin": lambda _: ScuNet(decoder=DECODER_CHANNELS["scunet-thin"]),
    "dt-unet": lambda options: DtUNet(options.channels),
    "ibrahim-unet": lambda options: IbrahimUNet(options.channels),
    "unet-full": lambda options: FullResolutionUNet(options.channels, width=options.width or DEFAULT_WIDTH),
}


def build(name: str, options: NetworkOptions = USUAL) -> nn.Module:
    """A network with one class: (N, channels, H, W) to logits (N, 1, H, W).

    Weights are drawn from torch's random numbers. A `ModelError` where there is no such network or option.
    """
    return _MAKERS[checked_network(name, options).name](options)


def build_classifier(name: str, options: NetworkOptions = USUAL) -> Vgg16:
    """A network for whole views: (N, channels, H, W) to logits (N,); see `build`."""
    classifier = checked_classifier(name, options)
    return Vgg16(options.channels, width=options.width or USUAL_WIDTH, batch_norm=classifier.batch_norm)
