"""What both peers do in the same way: read, load, measure, write."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from shared_core.networks.scunet import ScuNet
from shared_core.weights.safetensors import read_safetensors

TILE_PX, STRIDE_PX = 512, 480
MEAN, SD = 0.2813, 0.1256
THRESHOLD = 0.5
INTENSITY = 100


def parser(description: str | None) -> argparse.ArgumentParser:
    """Arguments of a peer: image, checkpoint, folder for results."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("image", type=Path, help="8-bit PNG")
    made.add_argument("--checkpoint", type=Path, required=True)
    made.add_argument("-o", "--output", type=Path, required=True)
    return made


def load_network(checkpoint: Path) -> ScuNet:
    """The network as published, nothing folded, on one thread."""
    torch.set_num_threads(1)
    state = read_safetensors(checkpoint)
    net = ScuNet()
    tensors = {name: torch.from_numpy(np.array(value)) for name, value in state.items()}
    left = net.load_state_dict(tensors, strict=False)
    # Counters of training steps are the only thing that a checkpoint may lack.
    assert not left.unexpected_keys
    assert all(name.endswith("num_batches_tracked") for name in left.missing_keys)
    return net.eval()


def read_filtered(path: Path) -> NDArray[np.uint8]:
    """The picture in grey, after a 5 x 5 median."""
    colour = cv2.imread(str(path))
    if colour is None:
        raise SystemExit(f"{path} cannot be read.")
    return np.asarray(cv2.medianBlur(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), 5), np.uint8)


def measure(image: NDArray[np.uint8], probability: NDArray[np.floating]) -> dict[str, Any]:
    """Guo's five metrics and the breast area (pixels above 0)."""
    mask = probability > THRESHOLD
    marked = image[mask]
    bright = marked[marked > INTENSITY]
    return {
        "pm": float(probability.sum(dtype=np.float64)),
        "am_px": int(mask.sum()),
        "sim": int(marked.sum(dtype=np.int64)),
        "tam_px": int(bright.size),
        "tsim": int(bright.sum(dtype=np.int64)),
        "breast_area_px": int((image > 0).sum()),
    }


def write_results(
    output: Path, image: NDArray[np.uint8], probability: NDArray[np.floating], **more: object
) -> None:
    """Write mask.png and metrics.json, as every program of the benchmark must."""
    output.mkdir(parents=True, exist_ok=True)
    mask = (probability > THRESHOLD).astype(np.uint8) * np.uint8(255)
    cv2.imwrite(str(output / "mask.png"), mask, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    metrics = {**measure(image, probability), **more}
    (output / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
