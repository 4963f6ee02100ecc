"""The classifier: taught by some patients, judged on others, kept as plain arrays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.arteries.connected_parts import Box
from shared_core.arteries.followed_parts import OutlinedPart
from shared_core.errors import ModelError
from shared_core.tracks.classifier import TrackClassifier
from shared_core.tracks.features import TrackTable
from shared_core.tracks.forest import Forest
from shared_core.training.tracks.growing import OPEN, grown
from shared_core.training.tracks.teaching import judged_by, teach
from shared_core.training.tracks.track_set import TrackSet

NAMES = ("length", "walls", "spots")


def made_tracks(patients: int = 20, parts_each: int = 6, seed: int = 0) -> TrackSet:
    """Arteries are long with walls; a tenth of all values is not known."""
    rng = np.random.default_rng(seed)
    count = patients * parts_each
    labels = (rng.random(count) < 0.4).astype(np.int8)
    values = rng.normal(0, 1, (count, 3)).astype(np.float32)
    values[:, 1] += 2.0 * labels
    values[rng.random((count, 3)) < 0.1] = np.nan
    values[:, 0] = 1 + 0.5 * labels + rng.normal(0, 0.3, count)
    owners = np.repeat(np.arange(patients), parts_each)
    parts = [
        OutlinedPart(Box(int(row), int(column), 4, 30), np.ones((4, 30), bool), 68.0)
        for row, column in rng.integers(0, 900, (count, 2))
    ]
    return TrackSet(
        NAMES,
        values,
        labels,
        np.where(labels == 0, np.arange(count) % 2, OPEN).astype(np.int8),
        owners.astype(np.int32),
        np.array([f"p{owner}" for owner in owners]),
        (owners % 5).astype(np.int8),
        tuple(parts),
        0.07,
    )


def test_plain_arrays_answer_as_scikit_learn_does() -> None:
    from sklearn.ensemble import ExtraTreesClassifier

    tracks = made_tracks()
    weights = np.ones(len(tracks.labels))
    forest = grown(tracks.values, tracks.labels, weights, seed=3)
    trees = ExtraTreesClassifier(300, min_samples_leaf=2, max_features=0.3, random_state=3)
    filled = np.where(np.isnan(tracks.values), forest.missing, tracks.values)
    trees.fit(filled, tracks.labels, sample_weight=weights)
    np.testing.assert_allclose(
        forest.probabilities(tracks.values), trees.predict_proba(filled)[:, 1], atol=1e-6
    )


def test_it_tells_arteries_of_patients_who_taught_nothing() -> None:
    tracks = made_tracks()
    taught = teach(tracks.without(0))
    own = tracks.only(0)
    said = judged_by(taught.classifier, own)
    assert said[own.labels == 1].mean() > said[own.labels == 0].mean() + 0.3


def test_the_labels_of_those_who_are_judged_do_not_matter() -> None:
    tracks = made_tracks()
    other = replace(
        tracks, labels=np.where(tracks.folds == 2, 1 - tracks.labels, tracks.labels).astype(np.int8)
    )
    said = [judged_by(teach(one.without(2)).classifier, one.only(2)) for one in (tracks, other)]
    np.testing.assert_array_equal(*said)


def test_open_parts_teach_nothing() -> None:
    tracks = made_tracks()
    opened = np.arange(len(tracks.labels)) % 7 == 0
    wrong = np.where(opened, OPEN, tracks.labels).astype(np.int8)
    values = tracks.values.copy()
    values[opened, 1:] = 50
    forests = [
        grown(one, wrong, np.ones(len(wrong)), seed=0).probabilities(tracks.values)
        for one in (tracks.values, values)
    ]
    np.testing.assert_array_equal(*forests)


def test_a_saved_classifier_says_the_same(tmp_path: Path) -> None:
    tracks = made_tracks()
    classifier = teach(tracks).classifier
    (tmp_path / "tracks.npz").write_bytes(classifier.file_bytes())
    loaded = TrackClassifier.load(tmp_path / "tracks.npz")
    table = TrackTable(tracks.parts[:6], NAMES, tracks.values[:6], np.zeros(6, bool))
    np.testing.assert_array_equal(
        loaded.probabilities(table, pixel_mm=0.07), classifier.probabilities(table, pixel_mm=0.07)
    )
    np.testing.assert_array_equal(
        loaded.probabilities(table, pixel_mm=0.07), judged_by(classifier, tracks)[:6]
    )
    np.testing.assert_array_equal(loaded.are_calcium(table), classifier.are_calcium(table))
    assert loaded.of_view(np.array([0.3])) == classifier.of_view(np.array([0.3]))


def test_other_features_are_refused() -> None:
    tracks = made_tracks()
    table = TrackTable(tracks.parts[:6], ("length", "spots", "walls"), tracks.values[:6], np.zeros(6, bool))
    with pytest.raises(ModelError, match="other features"):
        teach(tracks).classifier.probabilities(table, pixel_mm=0.07)


def test_a_view_without_parts_has_no_probabilities() -> None:
    empty = TrackTable((), (), np.zeros((0, 0), np.float32), np.zeros(0, bool))
    assert len(teach(made_tracks()).classifier.probabilities(empty, pixel_mm=0.07)) == 0


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tracks.npz"
    path.write_bytes(b"no arrays")
    with pytest.raises(ModelError, match="holds no track classifier"):
        TrackClassifier.load(path)


def test_trees_that_lead_in_circles_are_refused() -> None:
    tracks = made_tracks()
    arrays = grown(tracks.values, tracks.labels, np.ones(len(tracks.labels)), seed=0).arrays("")
    inner = np.flatnonzero(arrays["feature"] >= 0)[0]
    arrays["left"][inner] = 0
    with pytest.raises(ModelError, match="damaged"):
        Forest.from_arrays(arrays, "")
