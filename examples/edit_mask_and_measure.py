"""Segment a view step by step, edit the mask, and measure what is left.

python examples/edit_mask_and_measure.py LCC.dcm --smallest-part-px 500
python examples/edit_mask_and_measure.py LCC.dcm --mask edited.png

The first way takes small parts out of the model's mask. The second way measures a mask that you
changed in a drawing program: black is background, everything else is BAC.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core import (
    MeasurementSettings,
    Model,
    OpenBacError,
    PreparedView,
    ViewMeasurement,
    decide_mask,
    load_model,
    mask_png,
    measure_view,
    prepare,
    read_mammogram,
    read_mask,
    segment_steps,
    write_bytes,
)


def main() -> int:
    """Segment, edit, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="mammogram")
    parser.add_argument("--smallest-part-px", type=int, default=500, help="smaller parts are taken out")
    parser.add_argument("--mask", type=Path, help="your own mask of this mammogram")
    parser.add_argument("-o", "--output", type=Path, default=Path("edited_mask.png"))
    args = parser.parse_args()
    try:
        model = load_model()
        prepared = prepare(read_mammogram(args.file), model.card.preprocessing)
        probability = probability_of(prepared, model)
        mask = decide_mask(prepared, probability, model.card).mask
        if args.mask is not None:
            edited = read_mask(args.mask, prepared.image_u8.shape)
        else:
            edited = without_small_parts(mask, args.smallest_part_px)
        write_bytes(args.output, mask_png(edited))
        print_numbers("model ", measured(prepared, mask, probability, model))
        # The probability belongs to the model's mask: an edited mask has no PM.
        print_numbers("edited", measured(prepared, edited, None, model))
    except OpenBacError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def probability_of(prepared: PreparedView, model: Model) -> NDArray[np.float32]:
    """Run the model; each step is a moment to show progress, or to leave the loop and so cancel."""
    for step in segment_steps(prepared, model):
        print(f"\r{step.done} of {step.total} steps", end="", flush=True)
    print()
    assert step.result is not None, "the last step carries the whole map"
    return step.result.values


def without_small_parts(mask: NDArray[np.bool_], smallest_px: int) -> NDArray[np.bool_]:
    """Keep the 8-connected parts of at least `smallest_px` pixels."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= smallest_px
    keep[0] = False
    return np.asarray(keep[labels], np.bool_)


def measured(
    prepared: PreparedView,
    mask: NDArray[np.bool_],
    probability: NDArray[np.float32] | None,
    model: Model,
) -> ViewMeasurement:
    """All numbers of a mask."""
    return measure_view(
        prepared, mask, probability, mask_style=model.card.mask_style, settings=MeasurementSettings()
    )


def print_numbers(whose: str, numbers: ViewMeasurement) -> None:
    """Print one line."""
    percent = numbers.bac_percent_of_breast
    print(f"{whose}: {numbers.am_px} px in {numbers.parts_count} parts, {percent:.3f} % of breast")


if __name__ == "__main__":
    sys.exit(main())
