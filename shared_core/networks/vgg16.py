"""VGG16 with averages over the view and three dense layers (Mobini 2023), and its Grad-CAM++.

Between the convolutions and the dense layers the paper leaves open what lies; averages over the view are the
reading that fits the memory it states. The last of VGG16's poolings is left out, so that the average is taken
of the very map that Grad-CAM++ explains.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from shared_core.networks.classifiers import BLOCKS, USUAL_WIDTH

MULTIPLES: Final = (1, 2, 4, 8, 8)
"""Channels of each block, in widths."""
SLOPE: Final = 0.3
DROPPED: Final = 0.3


class Vgg16(nn.Module):
    """Thirteen convolutions, their averages over the view, and three dense layers to one logit.

    Sides are multiples of 16. `width` is the number of channels of the first block, 64 in the paper.
    """

    def __init__(self, channels: int, *, width: int = USUAL_WIDTH, batch_norm: bool = False) -> None:
        super().__init__()
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        before = channels
        for count, multiple in zip(BLOCKS, MULTIPLES, strict=True):
            for _ in range(count):
                after = multiple * width
                self.convolutions.append(nn.Conv2d(before, after, 3, padding=1, bias=not batch_norm))
                self.norms.append(nn.BatchNorm2d(after) if batch_norm else nn.Identity())
                before = after
        hidden = 4 * width
        self.dense_1 = nn.Linear(before, hidden)
        self.dense_2 = nn.Linear(hidden, hidden)
        self.dense_3 = nn.Linear(hidden, 1)
        self._begin()

    def forward(self, images: Tensor) -> Tensor:
        """Map (N, channels, H, W) to logits (N,) of BAC anywhere in the image."""
        return self.head(self.features(images))

    def head(self, features: Tensor) -> Tensor:
        """Map `features` to logits (N,)."""
        hidden = self.dense_1(features.mean(dim=(2, 3)))
        hidden = functional.dropout(functional.leaky_relu(hidden, SLOPE), DROPPED, self.training)
        hidden = functional.leaky_relu(self.dense_2(hidden), SLOPE)
        logits: Tensor = self.dense_3(functional.dropout(hidden, DROPPED, self.training))
        return logits[:, 0]

    def features(self, images: Tensor) -> Tensor:
        """The last convolution after its ReLU, (N, 8 widths, H / 16, W / 16)."""
        x, number = images, 0
        for block, count in enumerate(BLOCKS):
            if block:
                x = functional.max_pool2d(x, 2)
            for _ in range(count):
                x = functional.relu(self.norms[number](self.convolutions[number](x)))
                number += 1
        return x

    def train_last(self, convolutions: int) -> None:
        """Keep all but the last convolutions, and their norms, as they are; 0 keeps all."""
        kept = len(self.convolutions) - convolutions
        for number, layers in enumerate(zip(self.convolutions, self.norms, strict=True)):
            for layer in layers:
                layer.requires_grad_(number >= kept)

    def _begin(self) -> None:
        """He's random weights."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, a=SLOPE)
            if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
                nn.init.zeros_(layer.bias)


class Explained(nn.Module):
    """A `Vgg16` for use: Grad-CAM++ of its last convolution, and its logit.

    Grad-CAM++ (Chattopadhyay et al. 2018, WACV, eq. 19) weighs channel k by the sum over the map of
    alpha ReLU(g), with g the gradient of the logit and alpha = g² / (2 g² + g³ S_k), S_k the sum of the
    channel. Through an average the gradient is the same at every place, so that the weight is
    n ReLU(g) / (2 + S_k g) for n places, and g itself is a product of matrices: the dense layers with the
    slopes that their leaky ReLUs have here. No gradient has to be computed, and any runtime can run it.
    """

    def __init__(self, network: Vgg16) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        """Map (N, channels, H, W) to (N, 2, H / 16, W / 16): the map, 0 or more, and everywhere the logit."""
        net = self.network
        features = net.features(images)
        places = features.shape[2] * features.shape[3]
        means = features.mean(dim=(2, 3))
        first = net.dense_1(means)
        second = net.dense_2(functional.leaky_relu(first, SLOPE))
        logits = net.dense_3(functional.leaky_relu(second, SLOPE))
        back = net.dense_3.weight * _slopes(second)
        back = (back @ net.dense_2.weight) * _slopes(first)
        gradient = functional.relu(back @ net.dense_1.weight / places)
        weights = places * gradient / (2 + means * places * gradient)
        heat = (weights[:, :, None, None] * features).sum(dim=1, keepdim=True)
        return torch.cat([heat, logits[:, :, None, None].expand_as(heat)], dim=1)


def _slopes(values: Tensor) -> Tensor:
    """Of the leaky ReLU at these values."""
    return torch.where(values > 0, torch.ones_like(values), torch.full_like(values, SLOPE))
