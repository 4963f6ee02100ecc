"""What a card or a recipe says about its network beside the name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from shared_core.errors import ModelError
from shared_core.networks.classifiers import CLASSIFIERS, Classifier, classifier_named
from shared_core.networks.table import NETWORKS, Network, Optional, network_named

Channels = Literal[1, 3]
Backbone = Literal["resnet18", "resnet34", "resnet50", "resnet101"]
WIDEST = 128


@dataclass(frozen=True)
class NetworkOptions:
    """Options of a network; None for those that it does not have, or that are as usual."""

    channels: Channels = 3
    """Of the input; three are equal grey ones."""
    width: int | None = None
    """Channels at the full size (``unet-full``, and the classifiers)."""
    backbone: Backbone | None = None
    """The body below the head (``deeplabv3``)."""


USUAL = NetworkOptions()


def checked_network(name: str, options: NetworkOptions = USUAL) -> Network:
    """The facts of a network that is built with these options.

    A `ModelError`, one sentence, where there is no such network or it has no such option.
    """
    _refuse(network_problem(name, options))
    return network_named(name)


def checked_classifier(name: str, options: NetworkOptions = USUAL) -> Classifier:
    """The same of a network that judges whole views."""
    _refuse(classifier_problem(name, options))
    return classifier_named(name)


def network_problem(name: str, options: NetworkOptions = USUAL) -> str | None:
    """What is wrong with a name or its options, to go on a sentence; None where nothing is."""
    if name not in NETWORKS:
        return _unknown(name, "network", NETWORKS)
    network = network_named(name)
    return _option_problem(name, network.channels, network.options, options)


def classifier_problem(name: str, options: NetworkOptions = USUAL) -> str | None:
    """The same of a network that judges whole views."""
    if name not in CLASSIFIERS:
        return _unknown(name, "network for whole views", CLASSIFIERS)
    channels = tuple(size.channels for size in classifier_named(name).sizes)
    return _option_problem(name, channels, ("width",), options)


def _refuse(problem: str | None) -> None:
    if problem is not None:
        raise ModelError(f"{problem[0].upper()}{problem[1:]}.")


def _unknown(name: str, what: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? Known" if near else "known"
    return f"there is no {what} {name!r} in this version: {hint} are {', '.join(known)}"


def _option_problem(
    name: str, channels: Sequence[Channels], own: Sequence[Optional], options: NetworkOptions
) -> str | None:
    if options.channels not in channels:
        allowed = " or ".join(str(count) for count in channels)
        return f"network {name} takes {allowed} channels, not {options.channels}"
    for field in fields(NetworkOptions):
        if field.name == "channels" or getattr(options, field.name) is None:
            continue
        if field.name not in own:
            has = f"it has {', '.join(own)}" if own else "it has channels alone"
            return f"network {name} has no option {field.name!r}; {has}"
    if options.width is not None and not 1 <= options.width <= WIDEST:
        return f"the width of network {name} must lie from 1 to {WIDEST}, not {options.width}"
    return None
