"""What is said of an artery and of a cluster."""

from __future__ import annotations

import numpy as np
import pytest

from shared_core.tracks.context import CONTEXT_NAMES, context_features
from shared_core.tracks.features import TrackTable, describe_tracks
from tests.tracks.pictures import MM, SHAPE, artery, cluster


def describe(picture: tuple[np.ndarray, np.ndarray]) -> TrackTable:
    image, probability = picture
    return describe_tracks(probability, image, valid=np.ones(image.shape, bool), threshold=0.2, pixel_mm=MM)


def column(table: TrackTable, name: str) -> np.ndarray:
    return table.values[:, table.names.index(name)]


def test_an_artery_is_one_long_part_with_walls_and_a_vessel_that_goes_on() -> None:
    table = describe(artery())
    assert len(table.parts) == 1
    assert np.exp(column(table, "length")[0]) == pytest.approx(280 * MM, rel=0.15)
    assert column(table, "width")[0] == pytest.approx(24 * MM, rel=0.2)
    assert column(table, "two_walls")[0] > 0.5
    assert column(table, "ends_cut")[0] == 0
    assert np.isfinite(table.values).all()


def test_the_vessel_is_seen_beyond_the_calcium_but_not_beyond_a_cluster() -> None:
    image, probability = artery()
    alone = image.copy()
    # The same calcium, cut out of its vessel.
    outside = np.ones(SHAPE[1], bool)
    outside[195:485] = False
    alone[:, outside] = 90
    bare = describe((alone, probability))
    vessel = describe((image, probability))
    assert column(vessel, "beyond_90_least")[0] > 2 * column(bare, "beyond_90_least")[0]


def test_a_cluster_has_specks_off_its_parts() -> None:
    marked, vessel = describe(cluster()), describe(artery())
    assert len(marked.parts) > 3
    assert column(marked, "spots_off").mean() > column(vessel, "spots_off").mean()
    assert column(marked, "elongation").max() < column(vessel, "elongation").max()


def test_turning_the_picture_changes_little() -> None:
    image, probability = artery()
    table = describe((image, probability))
    turned = describe((np.ascontiguousarray(np.rot90(image)), np.ascontiguousarray(np.rot90(probability))))
    for name in ("length", "width", "p_mean", "raised", "spots_per_mm", "two_walls"):
        assert column(turned, name)[0] == pytest.approx(column(table, name)[0], rel=0.1, abs=0.05), name


def test_nothing_above_the_threshold_gives_an_empty_table() -> None:
    image, probability = artery()
    table = describe((image, probability * 0))
    assert table.parts == ()
    assert len(table.values) == 0


def test_what_lies_in_line_is_told_from_what_lies_aside() -> None:
    image, probability = artery()
    probability = probability.copy()
    probability[:, 320:350] = 0.01
    probability[60:90, 150:180] = 0.9
    table = describe((image, probability))
    lengths_mm = np.exp(column(table, "length").astype(np.float64))
    aside = int(np.argmin(lengths_mm))
    opinion = np.full(len(table.parts), 0.8)
    around = context_features(opinion, lengths_mm, table.parts, pixel_mm=MM)
    in_line = around[:, CONTEXT_NAMES.index("likely_in_line")]
    assert len(table.parts) == 3
    assert in_line[aside] == 0
    assert (np.delete(in_line, aside) > 0).all()


def test_a_part_alone_has_only_its_own_opinion() -> None:
    table = describe(artery())
    around = context_features(np.array([0.7]), np.array([19.0]), table.parts, pixel_mm=MM)
    said = dict(zip(CONTEXT_NAMES, around[0], strict=True))
    assert said["own"] == said["mean_near"] == said["mean_in_view"] == pytest.approx(0.7)
    assert said["count_near"] == said["best_in_view"] == 0


def curved(depth_px: int, *, bent_px: float = 0.0) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """A band below the skin of a breast, and where BAC may be reported; deeper in its middle if bent."""
    columns = np.arange(SHAPE[1])
    skin = 120 + 40 * np.sin(columns / 110)
    rows = np.arange(SHAPE[0])[:, None]
    valid = rows > skin
    middle = skin + depth_px + bent_px * np.sin((columns - 200) / 280 * np.pi)
    image, _ = artery()
    within = (columns >= 200) & (columns < 480)
    probability = np.where((np.abs(rows - middle) <= 8) & within, 0.9, 0.01).astype(np.float32)
    return (np.where(valid, image, 0).astype(np.uint8), probability), valid


@pytest.mark.parametrize(
    ("depth_px", "bent_px", "is_skin"), [(18, 0.0, True), (60, 0.0, False), (12, 14.0, False)]
)
def test_what_keeps_its_distance_to_the_skin_is_no_artery(
    depth_px: int, bent_px: float, is_skin: bool
) -> None:
    (image, probability), valid = curved(depth_px, bent_px=bent_px)
    table = describe_tracks(probability, image, valid=valid, threshold=0.2, pixel_mm=MM)
    assert table.skin.tolist() == [is_skin]


def test_the_edge_of_a_picture_is_no_skin() -> None:
    image, _ = artery()
    probability = np.zeros(SHAPE, np.float32)
    probability[10:26, 200:480] = 0.9
    assert describe((image, probability)).skin.tolist() == [False]


def test_short_parts_along_the_skin_are_left_to_the_classifier() -> None:
    (image, probability), valid = curved(18)
    probability[:, 300:] = 0.01
    table = describe_tracks(probability, image, valid=valid, threshold=0.2, pixel_mm=MM)
    assert table.skin.tolist() == [False]


def test_where_the_valid_area_ends_within_the_breast_is_no_skin() -> None:
    (_, probability), valid = curved(18)
    image, _ = artery()
    table = describe_tracks(probability, image, valid=valid, threshold=0.2, pixel_mm=MM)
    assert table.skin.tolist() == [False]
