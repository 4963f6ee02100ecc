"""An SCU-Net with random but lively weights, for tests that need no published file."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.networks.scunet import ScuNet
from shared_core.networks.table import NetworkName
from shared_core.networks.widths import DECODER_CHANNELS


def random_scunet(seed: int = 0, network: NetworkName = "scunet") -> ScuNet:
    """Random weights, norms with statistics that matter, in evaluation mode and float64."""
    torch.manual_seed(seed)
    net = ScuNet(decoder=DECODER_CHANNELS[network]).double().eval()
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.5, 2.0)
                module.weight.uniform_(0.7, 1.4)
                module.bias.normal_(0, 0.3)
            if isinstance(module, torch.nn.PReLU):
                module.weight.uniform_(-0.2, 0.5)
    return net


def state_of(net: ScuNet) -> dict[str, NDArray[np.floating]]:
    """The net's arrays by name, as a checkpoint holds them."""
    return {name: value.numpy() for name, value in net.state_dict().items()}
