"""Crowds are made of parts without an artery, fold by fold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shared_core.training.tracks.mosaics import with_mosaics
from shared_core.training.tracks.track_set import TrackSet
from tests.training.tracks.test_teaching import made_tracks

NAMES = (
    "length",
    "course",
    "course_elongation",
    "course_pieces",
    "width",
    "parts_near",
    "parts",
    "share_of_length",
    "spots_off",
)


def clusters() -> TrackSet:
    """Every other patient has no artery."""
    tracks = made_tracks(patients=40)
    without = np.array([int(patient[1:]) % 2 == 0 for patient in tracks.patients])
    values = np.abs(np.random.default_rng(1).normal(0.4, 0.2, (len(without), len(NAMES)))).astype(np.float32)
    return replace(tracks, names=NAMES, values=values + 0.05, labels=np.where(without, 0, 1).astype(np.int8))


def test_mosaics_come_last_have_no_artery_and_change_nothing_else() -> None:
    tracks = clusters()
    more = with_mosaics(tracks, per_fold=2)
    count = len(tracks.labels)
    np.testing.assert_array_equal(more.values[:count], tracks.values)
    np.testing.assert_array_equal(more.labels[:count], tracks.labels)
    assert len(more.labels) > count
    assert (more.labels[count:] == 0).all()
    assert len(more.parts) == len(more.labels)


def test_each_lies_in_the_fold_of_its_parts() -> None:
    tracks = clusters()
    more = with_mosaics(tracks, per_fold=2)
    fold_of = {tracks.values[n, 4]: tracks.folds[n] for n in range(len(tracks.labels))}
    own_widths = more.values[len(tracks.labels) :, 4]
    assert [fold_of[width] for width in own_widths] == list(more.folds[len(tracks.labels) :])


def test_a_mosaic_is_more_crowded_than_what_it_is_made_of() -> None:
    tracks = clusters()
    more = with_mosaics(tracks, per_fold=1)
    added = more.values[len(tracks.labels) :]
    assert np.median(added[:, NAMES.index("parts")]) > np.median(tracks.values[:, NAMES.index("parts")])
    courses, lengths = added[:, NAMES.index("course")], added[:, NAMES.index("length")]
    assert (courses >= lengths - 1e-6).all()


def test_without_a_view_free_of_arteries_there_is_no_mosaic() -> None:
    tracks = clusters()
    arteries = replace(tracks, labels=np.ones_like(tracks.labels))
    assert len(with_mosaics(arteries).labels) == len(tracks.labels)
