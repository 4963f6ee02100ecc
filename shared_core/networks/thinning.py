"""Begin a thin decoder from the channels of a wide one that say most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
Channels = NDArray[np.int64]

_NORM = ("weight", "bias", "running_mean", "running_var")


def thinned(arrays: Arrays, decoder: tuple[int, int]) -> dict[str, NDArray[Any]]:
    """The arrays of an SCU-Net with a decoder of at most so many channels; encoder and head stay as they are.

    A channel's say is the scale that its batch norm gives it (Liu et al. 2017, Learning efficient
    convolutional networks through network slimming, ICCV) times the length of the weights that read it. The
    result is a place to train from, not a model.

    Parameters
    ----------
    arrays
        By the names of `ScuNet`.
    decoder
        Channels at a quarter and at half of the size.
    """
    thin = dict(arrays)
    quarter, half = decoder
    skip_1 = arrays["stem_3.conv.weight"].shape[0]
    _keep(thin, "decoder_2", 1, quarter, reader="decoder_2.conv_2")
    _keep(thin, "decoder_2", 2, quarter, reader="decoder_1.conv_1", before=skip_1)
    _keep(thin, "decoder_1", 1, half, reader="decoder_1.conv_2")
    _keep(thin, "decoder_1", 2, half, reader="head")
    return thin


def _keep(
    arrays: dict[str, NDArray[Any]], block: str, number: int, count: int, *, reader: str, before: int = 0
) -> None:
    """Leave `count` channels of a convolution, its norm and what reads it; `before` inputs are another's."""
    norm, conv = f"{block}.norm_{number}", f"{block}.conv_{number}"
    reads = arrays[f"{reader}.weight"]
    say = np.abs(arrays[f"{norm}.weight"]) * np.sqrt((reads[:, before:] ** 2).sum(axis=(0, 2, 3)))
    kept: Channels = np.sort(np.argsort(-say, kind="stable")[:count])
    for name in (f"{conv}.weight", f"{conv}.bias", *(f"{norm}.{part}" for part in _NORM)):
        arrays[name] = arrays[name][kept]
    arrays[f"{reader}.weight"] = np.concatenate([reads[:, :before], reads[:, before:][:, kept]], axis=1)
