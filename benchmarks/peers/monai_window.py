"""MONAI's `sliding_window_inference` with the same network in float32: what people would write today.

Windows of 512 with an overlap of 32 px, all over the image: MONAI has no rule to leave windows out.
The image stays one channel and is expanded to three inside the predictor, which saves memory.
"""

from __future__ import annotations

import numpy as np
import torch
from monai.inferers.utils import sliding_window_inference
from torch import Tensor

from benchmarks.peers import common
from benchmarks.peers.common import MEAN, SD, STRIDE_PX, TILE_PX


def main() -> None:
    """From a PNG to metrics and mask."""
    parser = common.parser(__doc__)
    parser.add_argument("--batch", type=int, default=1, help="windows at once")
    parser.add_argument("--mode", choices=("constant", "gaussian"), default="constant")
    args = parser.parse_args()
    net = common.load_network(args.checkpoint)
    image = common.read_filtered(args.image)
    windows = 0

    def predict(batch: Tensor) -> Tensor:
        nonlocal windows
        windows += len(batch)
        answer: Tensor = net(batch.expand(-1, 3, -1, -1))
        return answer

    values = (image.astype(np.float32) / np.float32(255) - np.float32(MEAN)) / np.float32(SD)
    with torch.inference_mode():
        logits = sliding_window_inference(
            torch.from_numpy(values)[None, None],
            (TILE_PX, TILE_PX),
            args.batch,
            predict,
            overlap=(TILE_PX - STRIDE_PX) / TILE_PX,
            mode=args.mode,
        )
        assert isinstance(logits, Tensor)
        probability = torch.sigmoid(logits)[0, 0].numpy()
    common.write_results(args.output, image, probability, tiles=windows)


if __name__ == "__main__":
    main()
