"""The study of image labels: what it passes on of simulated views, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.training.example import TrainingView
from shared_core.training.image_labels.table import read_label_table
from tests.training.drawn import DrawnViews

pytest.importorskip("torch", reason="torch is not installed")

from validation.methods.label_views import IMAGES, TABLE, write_views


@dataclass(frozen=True)
class SomeViews(DrawnViews):
    """The first view has a band, the second none, the third one that nobody would be sure of."""

    def load(self, number: int) -> TrainingView:
        view = super().load(number)
        if number == 0:
            return view
        nothing = np.zeros_like(view.label)
        return replace(view, label=nothing, ignore=view.label if number == 2 else None)


def test_labels_and_lengths_are_passed_on_and_doubtful_views_are_not(tmp_path: Path) -> None:
    table = write_views(SomeViews(2, 0), tmp_path)
    rows = read_label_table(table, tmp_path / IMAGES)
    assert [(row.name, row.has_bac) for row in rows] == [
        ("00000.png", True),
        ("00001.png", False),
        ("00003.png", False),
    ]
    assert rows[0].length_mm is not None
    # Three bands of some 50 to 150 px of 0.07 mm, which cross each other.
    assert 3 < rows[0].length_mm < 60
    assert rows[1].length_mm == 0
    assert all(row.age is None for row in rows)


@dataclass(frozen=True)
class WithPaddles(SomeViews):
    """The first view shows the edge of a paddle as well."""

    def load(self, number: int) -> TrainingView:
        view = super().load(number)
        tags = (("look-alike", "label+paddle-edge"),) if number == 0 else ()
        return replace(view, identity=replace(view.identity, tags=tags))


def test_paddles_are_left_out_as_they_make_two_pictures_look_like_one(tmp_path: Path) -> None:
    table = write_views(WithPaddles(2, 0), tmp_path)
    names = [line.split(",")[0] for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    assert names == ["00001.png", "00003.png"]


def test_stopped_between_two_views_it_goes_on_and_makes_none_twice(tmp_path: Path) -> None:
    whole = write_views(SomeViews(2, 0), tmp_path / "whole")

    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        write_views(SomeViews(2, 0), tmp_path / "stopped", progress=stop)
    assert not (tmp_path / "stopped" / TABLE).exists()
    first = tmp_path / "stopped" / IMAGES / "00000.png"
    made = first.stat().st_mtime_ns
    table = write_views(SomeViews(2, 0), tmp_path / "stopped")
    assert first.stat().st_mtime_ns == made
    assert table.read_bytes() == whole.read_bytes()
