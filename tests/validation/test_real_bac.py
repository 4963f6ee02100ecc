"""The study on real images: what counts as found, and that nobody is judged by what she taught."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.arteries.connected_parts import Box
from shared_core.arteries.followed_parts import outlined_parts
from shared_core.arteries.judged_parts import JudgedPart, JudgedParts
from shared_core.inference.model import load_model
from shared_core.tracks.features import TrackTable
from shared_core.training.data.line_file import LineDrawing
from shared_core.training.data.real_bac import FOLDS, RealBacImage
from tests.training.data.small import breast_picture
from tests.training.drawn import drawn_patches
from validation.real_bac.maps import FoldMaps, MapStore
from validation.real_bac.marks import judged_vessels, marks_of
from validation.real_bac.overlaps import find_overlaps
from validation.real_bac.scores import scores_of
from validation.real_bac.tracks import Described, least_probability, reliability
from validation.real_bac.whole_views import whole_views

DRAWING = LineDrawing((np.array([[50.0, 100.0], [250.0, 100.0]]),), (), (), "certain")


def image(name: str = "P_00480_LEFT_CC_VASCULAR_nan_1.jpg", kind: str = "vascular") -> RealBacImage:
    return RealBacImage(Path(name), kind, name[:7], 0)  # type: ignore[arg-type]


def mask_at(row: int, columns: tuple[int, int] = (50, 150), size: float = 1.0) -> np.ndarray:
    mask = np.zeros((round(200 * size), round(300 * size)), bool)
    mask[round(row * size), round(columns[0] * size) : round(columns[1] * size)] = True
    return mask


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(("row", "recall"), [(100, 0.5), (122, 0.5), (126, 0.0)])
def test_a_mark_within_the_tolerance_finds_the_line(row: int, recall: float, size: float) -> None:
    # Beyond its end a mark finds a little more, as far as the tolerance reaches.
    found = marks_of(image(), DRAWING, mask_at(row, size=size), size)
    beyond = np.sqrt(24**2 - (row - 100) ** 2) / 201 if row < 124 else 0
    assert found.recall == pytest.approx(recall + beyond, abs=0.02)


def test_nothing_marked_finds_nothing() -> None:
    found = marks_of(image(), DRAWING, None)
    assert (found.recall, found.marked_px, found.parts, found.vessels) == (0, 0, 0, 0)
    assert found.artery == "clear"


def test_scores_tell_kinds_apart_and_leave_doubted_views_out() -> None:
    drawn_cesm = LineDrawing((), (np.array([[1.0, 1.0], [9.0, 9.0]]),), (), "possible")
    plain = LineDrawing((), (), (), "none")
    rows = [
        marks_of(image(), DRAWING, mask_at(100)),
        marks_of(
            image("P_00012_LEFT_CC_PLEOMORPHIC_CLUSTERED_1.jpg", "other-calcification"), None, mask_at(9)
        ),
        marks_of(image("P_00016_LEFT_CC_PLEOMORPHIC_CLUSTERED_2.jpg", "other-calcification"), None, None),
        marks_of(image("IM0130.png", "cesm"), drawn_cesm, mask_at(9)),
        marks_of(image("IM0101.png", "cesm"), plain, None),
    ]
    scores = scores_of(rows)
    assert scores.clear.value == pytest.approx(rows[0].recall)
    assert np.isnan(scores.doubtful.value)
    assert scores.other_marked.value == 0.5
    assert scores.other_mean_px == 50
    assert scores.cesm_marked.value == 0


def candidates(name: str, count: int, kind: str = "other-calcification") -> Described:
    mask = np.zeros((60, 40 * max(count, 1)), bool)
    for number in range(count):
        mask[20:24, 40 * number + 5 : 40 * number + 35] = True
    parts = tuple(outlined_parts(mask))
    table = TrackTable(parts, ("length",), np.ones((count, 1), np.float32), np.zeros(count, bool))
    nothing = np.zeros(count, np.int8)
    return Described(image(name, kind), mask.shape, 1.0, table, nothing, nothing, 0)


def test_the_least_probability_lets_so_many_crops_be_marked() -> None:
    images = [candidates(f"P_0{n:04d}_LEFT_CC_X", n % 3) for n in range(30)]
    rng = np.random.default_rng(0)
    probabilities = rng.random(sum(len(one.labels) for one in images))
    for most in (0.0, 0.1, 0.3):
        least = least_probability(images, probabilities, most_marked=most)
        kept = iter(np.split(probabilities > least, np.cumsum([len(one.labels) for one in images])[:-1]))
        assert sum(bool(next(kept).any()) for _ in images) == int(most * len(images))


def test_a_true_probability_has_no_calibration_error() -> None:
    said = np.repeat([0.05, 0.25, 0.75], 400)
    truth = np.concatenate([np.arange(400) < 400 * share for share in (0.05, 0.25, 0.75)]).astype(np.int8)
    assert reliability(said, truth).error == pytest.approx(0, abs=1e-9)
    assert reliability(np.full(400, 0.5), np.ones(400, np.int8)).error == pytest.approx(0.5)


def test_the_network_of_a_fold_is_taught_by_the_other_folds_and_never_by_replay_views() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from validation.real_bac.networks import teaching_patches

    patches = drawn_patches(8, seed=0)  # one a view
    images = [RealBacImage(Path(f"{n}.jpg"), "vascular", f"P_{n}", n % 3) for n in range(6)]
    for fold in range(3):
        assert teaching_patches(patches, images, fold).tolist() == [n for n in range(6) if n % 3 != fold]
    assert teaching_patches(patches, images, None).tolist() == list(range(6))


def test_each_image_is_seen_by_the_network_of_its_fold(tmp_path: Path) -> None:
    path = tmp_path / "IM0101.png"
    cv2.imwrite(str(path), breast_picture())

    def never() -> None:
        raise AssertionError("a network of another fold was asked")

    store = MapStore(tmp_path / "own", lambda: load_model("openbac-1", device="cpu"))
    maps = FoldMaps({0: MapStore(tmp_path / "other", never), 1: store})  # type: ignore[arg-type]
    assert maps.get(RealBacImage(path, "cesm", "IM0101-IM0112", 1)) is not None
    with pytest.raises(AssertionError, match="another fold"):
        maps.get(RealBacImage(path, "cesm", "IM0101-IM0112", 0))


def test_a_crop_within_another_of_the_same_view_is_found(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    picture = cv2.GaussianBlur(rng.normal(120, 60, (600, 800)), (0, 0), 6).clip(0, 255).astype(np.uint8)
    names = ["P_00480_LEFT_CC_VASCULAR_nan_1.png", "P_00480_LEFT_CC_VASCULAR_nan_2.png"]
    cv2.imwrite(str(tmp_path / names[0]), picture)
    cv2.imwrite(str(tmp_path / names[1]), picture[100:400, 200:600])
    cv2.imwrite(str(tmp_path / "P_00480_LEFT_MLO_VASCULAR_nan_1.png"), picture[::-1])
    (found,) = find_overlaps(sorted(tmp_path.glob("*.png")))
    assert (found.smaller, found.larger) == (names[1], names[0])


def test_maps_are_made_once_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "IM0101.png"
    cv2.imwrite(str(path), breast_picture())
    real = RealBacImage(path, "cesm", "IM0101-IM0112", 0)
    store = MapStore(tmp_path / "maps", lambda: load_model("openbac-1", device="cpu"))
    made = store.get(real)

    def never() -> None:
        raise AssertionError("the map is there")

    again = MapStore(tmp_path / "maps", never).get(real)  # type: ignore[arg-type]
    assert made is not None
    assert again is not None
    np.testing.assert_array_equal(made.probability, again.probability)
    assert made.probability.shape == made.valid.shape == made.image_u8.shape


@pytest.mark.parametrize(("further", "vessels"), [(0.9, 2), (0.5, 2), (0.3, 1)])
def test_an_unsure_vessel_beside_a_sure_one_is_not_counted(further: float, vessels: int) -> None:
    parts = tuple(
        JudgedPart(Box(30 + 90 * n, 20, 12, 220), np.ones((12, 220), bool), 15.0, own, calcium=True)
        for n, own in enumerate((0.95, further))
    )
    judged = JudgedParts(parts, 0.05, undecided_from=0.02, bac_probability=0.9)
    assert judged_vessels(judged.mask("artery", (200, 300)), judged) == vessels


def test_whole_views_without_bac_are_split_by_patient(real_mammograms: Path) -> None:
    views = whole_views(real_mammograms)
    assert {view.kind for view in views} == {"whole"}
    assert not any("P_00646" in view.path.name for view in views)
    folds: dict[str, set[int]] = {}
    for view in views:
        folds.setdefault(view.patient_id, set()).add(view.fold)
    assert len(views) > len(folds) > FOLDS
    assert all(len(own) == 1 for own in folds.values())
    assert set.union(*folds.values()) == set(range(FOLDS))
    scores = scores_of([marks_of(view, None, mask_at(9) if view.fold == 0 else None) for view in views])
    assert scores.whole_marked.value == np.mean([view.fold == 0 for view in views])
