"""The processing of Guo 2021 as the authors' inference program does it, written anew.

What is done as there: grey from a colour read, 5 x 5 median; tiles of 512 at a stride of 480, the last
snapped to the edge, dropped at a mean <= 20 or an SD <= 10, and each written as a PNG; tiles read
back, normalised in float32, turned into three equal channels and float64; the network in float64, in
batches of 8 without gradients; each answer written as .npy; the answers read back and merged by the
larger value in a Python loop over every pixel; the whole map written as .npy; metrics; mask as PNG.

What is not: eight worker processes that load tiles (they only add memory here), sums of numpy arrays
by Python's `sum`. A sigmoid stands behind the network, because this checkpoint gives logits, and the
metrics are the paper's (> 0.5, > 100).
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from benchmarks.peers import common
from benchmarks.peers.common import MEAN, SD, STRIDE_PX, TILE_PX

BATCH_TILES = 8


def main() -> None:
    """From a PNG to metrics and mask."""
    args = common.parser(__doc__).parse_args()
    clock = [time.perf_counter()]
    net = common.load_network(args.checkpoint).double()
    tiles_dir, answers_dir = args.output / "tiles", args.output / "answers"
    for folder in (tiles_dir, answers_dir):
        folder.mkdir(parents=True, exist_ok=True)
    image = common.read_filtered(args.image)
    write_tiles(image, tiles_dir)
    clock.append(time.perf_counter())
    answer_tiles(net, tiles_dir, answers_dir)
    clock.append(time.perf_counter())
    probability = merge(answers_dir, image.shape)
    clock.append(time.perf_counter())
    np.save(args.output / "probability.npy", probability)
    tiles = len(list(tiles_dir.iterdir()))
    for folder in (tiles_dir, answers_dir):
        shutil.rmtree(folder)
    phases = dict(zip(("prepare", "network", "merge"), np.diff(clock).round(2).tolist(), strict=True))
    common.write_results(args.output, image, probability, tiles=tiles, phases_s=phases)


def starts(length: int) -> Iterator[int]:
    """Where tiles start along one side."""
    start = 0
    while start + TILE_PX < length:
        yield start
        start += STRIDE_PX
    yield length - TILE_PX


def write_tiles(image: NDArray[np.uint8], folder: Path) -> None:
    """Cut the image and write the tiles that are not mostly background."""
    for row in starts(image.shape[0]):
        for column in starts(image.shape[1]):
            tile = image[row : row + TILE_PX, column : column + TILE_PX]
            if tile.mean() > 20 and tile.std() > 10:
                cv2.imwrite(str(folder / f"{row}_{column}.png"), tile)


def read_tile(path: Path) -> Tensor:
    """One tile as (3, 512, 512) float64."""
    with Image.open(path) as picture:
        grey = torch.from_numpy(np.array(picture)).to(torch.float32) / 255
    return ((grey - MEAN) / SD).expand(3, -1, -1).to(torch.float64)


def answer_tiles(net: torch.nn.Module, tiles: Path, answers: Path) -> None:
    """Run the network on all tiles and write what it gives."""
    paths = sorted(tiles.iterdir())
    with torch.no_grad():
        for first in range(0, len(paths), BATCH_TILES):
            batch = paths[first : first + BATCH_TILES]
            probability = torch.sigmoid(net(torch.stack([read_tile(path) for path in batch])))
            for path, answer in zip(batch, probability.numpy(), strict=True):
                np.save(answers / f"{path.stem}.npy", answer[0])


def merge(answers: Path, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Put the answers together, the larger value where tiles overlap, pixel by pixel."""
    whole = np.zeros(shape)
    for path in answers.iterdir():
        row, column = map(int, path.stem.split("_"))
        answer = np.load(path)
        for i in range(TILE_PX):
            for j in range(TILE_PX):
                whole[row + i][column + j] = max(whole[row + i][column + j], answer[i][j])
    return whole


if __name__ == "__main__":
    main()
