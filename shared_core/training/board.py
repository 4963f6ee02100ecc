"""A training run for TensorBoard: one file for the whole run, with steps, epochs and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
FOLDER = "tensorboard"
_LABEL, _FOUND = (40, 130, 230), (230, 110, 20)
"""Colours of the outlines: blue as labelled, orange as found."""


class RunBoard:
    """Adds to the one file of a run; where it goes on, what came after its last step is left out.

    Nothing without TensorBoard.
    """

    def __init__(self, output_dir: Path, *, last_step: int) -> None:
        self._writer: Any = None
        if find_spec("tensorboard") is None:
            return
        from torch.utils.tensorboard import SummaryWriter

        folder = output_dir / FOLDER
        before = sorted(folder.glob("events.out.tfevents.*")) if folder.is_dir() else []
        kept = [event for path in before for event in _events(path, last_step)]
        for path in before:
            path.unlink()
        self._writer = SummaryWriter(str(folder))
        for event in kept:
            self._writer.file_writer.event_writer.add_event(event)

    def step(self, step: int, *, loss: float, learning_rate: float) -> None:
        """One step of the run."""
        if self._writer is not None:
            self._writer.add_scalar("step/loss", loss, step)
            self._writer.add_scalar("step/learning_rate", learning_rate, step)

    def epoch(self, row: dict[str, Any]) -> None:
        """One epoch, with its row of the log; over steps, as everything."""
        if self._writer is None:
            return
        for name, value in row.items():
            if name not in ("epoch", "step") and isinstance(value, (int, float)):
                self._writer.add_scalar(f"epoch/{name}", value, row["step"])
        self._writer.flush()

    def pictures(self, step: int, picture: Pixels) -> None:
        """What the network finds on some patches, as `found_picture` draws it."""
        if self._writer is not None:
            self._writer.add_image("validation patches", picture, step, dataformats="HWC")

    @property
    def wants_pictures(self) -> bool:
        """Whether anybody will see them."""
        return self._writer is not None

    def close(self) -> None:
        """Write what is waiting."""
        if self._writer is not None:
            self._writer.close()


def found_picture(images: Pixels, labels: Pixels, found: NDArray[np.bool_]) -> Pixels:
    """Patches beside each other, (rows, columns, 3), with outlines: blue as labelled, orange as found."""
    parts = []
    for image, label, mask in zip(images, labels, found, strict=True):
        drawn = np.repeat(image[..., None], 3, axis=2)
        for area, colour in ((label == 1, _LABEL), (mask, _FOUND)):
            outlines, _ = cv2.findContours(area.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            drawn = np.ascontiguousarray(drawn)
            cv2.drawContours(drawn, outlines, -1, colour, 1)
        parts.append(drawn)
    return np.concatenate(parts, axis=1)


def _events(path: Path, last_step: int) -> Iterator[Any]:
    """Values of a file up to a step; a file that was cut off ends where it was."""
    from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

    events = iter(LegacyEventFileLoader(str(path)).Load())
    while True:
        try:
            event = next(events)
        except StopIteration:
            return
        except Exception:  # tensorboard raises what its readers raise for a record that is not whole
            return
        if event.HasField("summary") and event.step <= last_step:
            yield event
