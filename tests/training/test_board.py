"""TensorBoard: one file a run, whatever stopped it, with steps, epochs and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared_core.errors import Cancelled
from shared_core.training.board import found_picture
from shared_core.training.fit import fit
from tests.training.drawn import drawn_patches, drawn_recipe


def test_outlines_stand_on_the_patches() -> None:
    patches = drawn_patches(3, seed=1)
    found = np.zeros(patches.labels.shape, bool)
    found[1, 10:20, 10:20] = True
    picture = found_picture(patches.images_u8, patches.labels, found)
    assert picture.shape == (64, 3 * 64, 3)
    assert (picture[10, 64 + 12] == (230, 110, 20)).all()
    assert ((picture == (40, 130, 230)).all(axis=2)[:, 128:]).any()
    assert not (picture[:, :64] == (40, 130, 230)).all(axis=2).any()


def _events(folder: Path) -> list[Any]:
    from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

    (path,) = folder.glob("events.out.tfevents.*")
    return [event for event in LegacyEventFileLoader(str(path)).Load() if event.HasField("summary")]


def test_a_run_that_was_stopped_has_one_file_and_each_step_once(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    recipe, data, validation = drawn_recipe(2), drawn_patches(12, seed=1), drawn_patches(4, seed=2)
    asked = iter(range(100))

    def fit_once(*, stop: bool) -> None:
        fit(recipe, data, validation, output_dir=tmp_path, cancelled=lambda: stop and next(asked) == 2)

    with pytest.raises(Cancelled):
        fit_once(stop=True)
    # What was written after the last saved state is left out, and a file that ends in half a record is read.
    (path,) = (tmp_path / "tensorboard").glob("events.*")
    path.write_bytes(path.read_bytes() + b"\x20\x00\x00")
    fit_once(stop=False)
    events = _events(tmp_path / "tensorboard")
    steps = [event.step for event in events if event.summary.value[0].tag == "step/loss"]
    assert steps == sorted(set(steps))
    assert len(steps) > 3
    tags = {value.tag for event in events for value in event.summary.value}
    assert {"step/learning_rate", "epoch/dice", "epoch/loss", "validation patches"} <= tags
