"""The network in training: made from a recipe, begun from a model, and given back as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shared_core.errors import ModelError
from shared_core.networks.building import build
from shared_core.networks.scunet import ScuNet
from shared_core.networks.thinning import thinned
from shared_core.networks.widths import DECODER_CHANNELS
from shared_core.preprocessing.noise import median
from shared_core.training.recipe import Recipe

Arrays = Mapping[str, NDArray[Any]]

_COUNTER = "num_batches_tracked"
"""Batch norm's count of batches, which takes no part in a result."""


def make_network(recipe: Recipe, *, seed: int, start: Arrays | None = None) -> nn.Module:
    """The network on the CPU, at random from a seed or with the weights of a model.

    A thin decoder may begin from a wide one, see `shared_core.networks.thinning`.

    Raises
    ------
    ModelError
        The weights are not those of the recipe's network.
    """
    torch.manual_seed(seed)
    network = build(recipe.network, recipe.network_options)
    if isinstance(network, ScuNet):
        decoder = DECODER_CHANNELS[recipe.network]
        if start is not None and _is_wider(start, decoder):
            start = thinned(start, decoder)
        for module in network.modules():
            if isinstance(module, nn.Dropout):
                module.p = recipe.dropout
    if start is not None:
        _load(network, start, recipe)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    return network


def _is_wider(arrays: Arrays, decoder: tuple[int, int]) -> bool:
    found = [
        arrays[name].shape[0]
        for name in ("decoder_2.conv_1.weight", "decoder_1.conv_1.weight")
        if name in arrays
    ]
    return len(found) == len(decoder) and any(has > wants for has, wants in zip(found, decoder, strict=True))


def _load(network: nn.Module, arrays: Arrays, recipe: Recipe) -> None:
    wanted = {name: value.shape for name, value in network.state_dict().items() if _COUNTER not in name}
    given = {name: array for name, array in arrays.items() if _COUNTER not in name}
    wrong = [
        name
        for name in sorted(wanted.keys() | given.keys())
        if name not in given or name not in wanted or tuple(given[name].shape) != tuple(wanted[name])
    ]
    if wrong:
        raise ModelError(
            f"The weights to start from are not those of network {recipe.network}: {wrong[0]!r} is missing, "
            "unknown or of another shape; start from a model of that network."
        )
    state = {name: torch.from_numpy(np.asarray(array, np.float32)) for name, array in given.items()}
    network.load_state_dict(state, strict=False)


def arrays_of(state: Mapping[str, Tensor]) -> dict[str, NDArray[np.float32]]:
    """What takes part in a result, as float32 arrays."""
    return {
        name: value.detach().float().cpu().contiguous().numpy()
        for name, value in state.items()
        if _COUNTER not in name
    }


def blended(start: Arrays, trained: Arrays, share: float) -> dict[str, NDArray[np.float32]]:
    """Weights a share of the way, 0 to 1, from those of `start` to those of `trained`.

    Networks that began from the same weights may be averaged weight by weight: between them lies what keeps
    most of the old and most of the new (Wortsman et al. 2022, Robust fine-tuning of zero-shot models, CVPR,
    section 3).
    """
    if share == 1:
        return {name: np.asarray(array, np.float32) for name, array in trained.items()}
    return {
        name: np.asarray((1 - share) * np.float64(start[name]) + share * np.float64(array), np.float32)
        for name, array in trained.items()
    }


def network_input(images_u8: NDArray[np.uint8], recipe: Recipe, device: torch.device) -> Tensor:
    """Patches (N, H, W) as normalised input (N, channels, H, W) on the device."""
    if recipe.median_px:
        images_u8 = np.stack([median(image, recipe.median_px) for image in images_u8])
    grey = torch.from_numpy(np.ascontiguousarray(images_u8)).to(device).float()
    grey = (grey / 255.0 - recipe.normalisation_mean) / recipe.normalisation_sd
    # Three channels of one memory would do for inference; backward wants a layout of its own.
    return (
        grey[:, None]
        .expand(-1, recipe.network_options.channels, -1, -1)
        .contiguous(memory_format=torch.channels_last)
    )


@torch.no_grad()
def probabilities(
    network: nn.Module,
    images_u8: NDArray[np.uint8],
    recipe: Recipe,
    device: torch.device,
    *,
    temperature: float = 1.0,
) -> NDArray[np.float32]:
    """Probability of BAC of whole patches, (N, H, W), in float32."""
    logits = network(network_input(images_u8, recipe, device))[:, 0].float()
    return cast("NDArray[np.float32]", torch.sigmoid(logits / temperature).cpu().numpy())
