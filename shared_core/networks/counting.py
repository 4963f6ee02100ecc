"""Count what a network is made of and what it costs, without doing the work."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from shared_core.networks.building import build, build_classifier
from shared_core.networks.classifiers import CLASSIFIERS
from shared_core.networks.options import USUAL, NetworkOptions
from shared_core.networks.table import COUNTED_AT_PX, Size


def counted(name: str, options: NetworkOptions = USUAL, *, side_px: int = COUNTED_AT_PX) -> Size:
    """Parameters and multiply-adds of a network, on torch's device that keeps shapes alone."""
    with torch.device("meta"):
        made = build_classifier(name, options) if name in CLASSIFIERS else build(name, options)
        network = made.eval()
        tile = torch.zeros(1, options.channels, side_px, side_px)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return Size(options.channels, parameters, multiply_adds(network, tile))


def multiply_adds(network: nn.Module, tile: Tensor) -> int:
    """Of convolutions and dense layers for one input; averages, norms and resizing are left out."""
    total = 0

    def count(layer: nn.Module, given: tuple[Tensor, ...], answer: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.ConvTranspose2d):
            total += given[0].numel() // layer.in_channels * layer.weight.numel()
        elif isinstance(layer, nn.Conv2d):
            total += answer.numel() // layer.out_channels * layer.weight.numel()
        elif isinstance(layer, nn.Linear):
            total += answer.numel() // layer.out_features * layer.weight.numel()

    counted_layers = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    handles = [
        layer.register_forward_hook(count) for layer in network.modules() if isinstance(layer, counted_layers)
    ]
    with torch.inference_mode():
        network(tile)
    for handle in handles:
        handle.remove()
    return total
