"""The weights that all programs of the benchmark run with: the published ones, or random ones."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from shared_core.weights.location import require_weights
from shared_core.weights.registry import DEFAULT_MODEL, load_card
from shared_core.weights.safetensors import safetensors_bytes

DEFAULT, PUBLISHED = "scunet-emory-2021", "scunet-emory-2021-published"
MARKED_SHARE = 0.01


def find_or_make(folder: Path, *, random: bool = False) -> dict[str, Any]:
    """Say which models and which weights to run with.

    Parameters
    ----------
    folder
        Where random weights and their cards go.
    random
        Take random weights.

    Returns
    -------
    dict
        ``default`` and ``published`` (names or card files), ``checkpoint``, ``kind``; of the published ones
        also ``usual``, the model that `bac` takes where none is named.
    """
    if random:
        return {**make_random(folder), "kind": "random (as asked)"}
    path = require_weights(load_card(DEFAULT))
    return {
        "default": DEFAULT,
        "published": PUBLISHED,
        "checkpoint": str(path),
        "kind": "published",
        "usual": DEFAULT_MODEL,
    }


def make_random(folder: Path) -> dict[str, Any]:
    """Write random weights of the same network and cards for them; the speed is the same."""
    import torch

    from shared_core.networks.scunet import ScuNet
    from shared_core.training.network import arrays_of

    torch.manual_seed(0)
    net = ScuNet().eval()
    with torch.no_grad():
        noise = torch.randn(1, 1, 128, 128).expand(1, 3, 128, 128)
        # Some pixels must be marked, and few, as with real weights.
        assert net.head.bias is not None
        net.head.bias -= torch.quantile(net(noise), 1 - MARKED_SHARE)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "benchmark-random.safetensors"
    content = safetensors_bytes(arrays_of(net.state_dict()))
    path.write_bytes(content)
    models = {"checkpoint": str(path)}
    for role, name in (("default", DEFAULT), ("published", PUBLISHED)):
        card = dataclasses.replace(
            load_card(name),
            name=f"benchmark-random-{role}",
            weights_file=path.name,
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            url="",
        )
        card_path = folder / f"{card.name}.json"
        card_path.write_text(json.dumps(dataclasses.asdict(card)), encoding="utf-8")
        models[role] = str(card_path)
    return models


def main() -> None:
    """Print what `find_or_make` gives, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--random", action="store_true")
    args = parser.parse_args()
    print(json.dumps(find_or_make(args.folder, random=args.random)))


if __name__ == "__main__":
    main()
