"""``bac networks``: which networks can be trained and run."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from rich.table import Table

from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import PlainConsole
from shared_core.networks.classifiers import STEP_PX, Classifier, list_classifiers
from shared_core.networks.table import COUNTED_AT_PX, Network, Size, list_networks
from shared_core.records.canonical_json import json_bytes

GIGA = 1e9
Known = Network | Classifier


def run(args: argparse.Namespace) -> int:
    """Print the table; return the exit code."""
    networks: tuple[Known, ...] = (*list_networks(), *list_classifiers())
    console = PlainConsole()
    if args.json:
        document = {"tile_px": COUNTED_AT_PX, "networks": [_entry(network) for network in networks]}
        sys.stdout.buffer.write(json_bytes(document))
    elif console.is_terminal:
        console.print(_table(networks))
    else:
        for network in networks:
            print(*_cells(network), sep="\t")
    return OK


def _entry(network: Known) -> dict[str, Any]:
    return {
        "name": network.name,
        "title": network.title,
        "answers_for": "pixels" if isinstance(network, Network) else "views",
        "source": network.source,
        "code_licence": network.code_licence,
        "sizes": [
            {
                "channels": size.channels,
                "parameters": size.parameters,
                "multiply_adds": size.multiply_adds,
            }
            for size in network.sizes
        ],
        "side_multiple_px": network.side_multiple if isinstance(network, Network) else STEP_PX,
        "sees_whole_tile": network.sees_whole_tile if isinstance(network, Network) else True,
        "options": list(network.options) if isinstance(network, Network) else ["width"],
        "note": network.note,
    }


def _cells(network: Known) -> list[str]:
    by_channels: dict[int, Size] = {size.channels: size for size in network.sizes}
    three, one = by_channels.get(3), by_channels.get(1)
    largest = network.sizes[0]
    return [
        network.name,
        "-" if three is None else f"{three.parameters:,}",
        "-" if one is None else f"{one.parameters:,}",
        f"{largest.multiply_adds / GIGA:.2f}",
        network.source,
        network.code_licence,
    ]


def _table(networks: tuple[Known, ...]) -> Table:
    table = Table(box=None)
    for title in ("network", "parameters, 3 channels", "1 channel", "multiply-adds, billion"):
        table.add_column(title, justify="left" if title == "network" else "right", no_wrap=title == "network")
    for title in ("source", "licence of public code"):
        table.add_column(title)
    for network in networks:
        table.add_row(*_cells(network))
    return table
