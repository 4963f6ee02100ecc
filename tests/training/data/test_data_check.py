"""What is found before anything is cut: bad masks, pictures that are there twice, sides without BAC."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.errors import UsageError
from shared_core.training.data.data_check import check_data
from shared_core.training.data.input_files import input_prints, keep_inputs
from shared_core.training.data.looks import look_of, near_duplicates
from shared_core.training.data.split import Split
from shared_core.training.data_specs import view_source
from tests.training.data.small import COARSE_CARD, MadeViews, write_png

SHAPE = (160, 120)
WOMEN = ("1004", "1017", "1023", "1031")


def picture(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """A breast at the left with a texture of its own."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    inside = np.hypot((rows / shape[0] - 0.5) / 0.42, columns / shape[1] / 0.75) < 1
    texture = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, shape), (0, 0), 2.5)
    return np.where(inside, np.clip(120 + 180 * texture, 1, 255), 0).astype(np.uint8)


def mask(*, bac: bool = True, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    drawn = np.zeros(shape, np.uint8)
    if bac:
        drawn[70:74, 20:60] = 255
    return drawn


def women(root: Path, *, with_bac: int = len(WOMEN)) -> str:
    """Two years of each in a folder of her own; the first have BAC."""
    for number, woman in enumerate(WOMEN):
        for year in (2020, 2022):
            write_png(root / woman / str(year) / "LCC.png", picture(10 * number + year))
            write_png(root / woman / str(year) / "LCC_mask.png", mask(bac=number < with_bac))
    return f"folder:{root},spacing_mm=0.28"


def checked(spec: str):  # type: ignore[no-untyped-def]
    problems: list[str] = []
    source = view_source([spec], COARSE_CARD, problems=problems)
    return check_data(source, problems=problems)


def check_command(*specs: str) -> list[str]:
    data = [part for spec in specs for part in ("--data", spec)]
    return ["train", "scunet-guo2021", *data, "--check"]


def test_two_years_of_four_women_are_four_patients(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = women(tmp_path, with_bac=2)
    assert main(check_command(spec)) == 0
    shown = capsys.readouterr().out
    assert all(woman in shown for woman in WOMEN)
    check = checked(spec)
    assert [(one.patient_id, one.views) for one in check.patients()] == [(woman, 2) for woman in WOMEN]
    assert check.has_bac() == {"1004": True, "1017": True, "1023": False, "1031": False}
    sides = check.sides(Split(0, ("1004", "1023", "1031"), ("1017",)))
    assert [(side.side, side.patients, side.with_bac, side.views) for side in sides] == [
        ("train", 3, 1, 6),
        ("validation", 1, 1, 2),
    ]
    assert len(check.empty_masks) == 4


def test_all_bad_masks_are_in_one_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    women(tmp_path)
    (tmp_path / "1004" / "2020" / "LCC_mask.png").unlink()
    write_png(tmp_path / "1017" / "2020" / "LCC_mask.png", mask(shape=(80, 70)))
    (tmp_path / "1023" / "2020" / "LCC_mask.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    write_png(tmp_path / "1031" / "2020" / "LCC_mask.png", picture(1))
    (tmp_path / "1031" / "2022" / "LCC.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    spec = f"folder:{tmp_path},spacing_mm=0.28"
    assert main(check_command(spec)) == 1
    shown = capsys.readouterr().out.replace("\n", " ")
    for words in ("no mask of it", "80 x 70 pixels", "is no mask of two values", "1031/2022/LCC.png"):
        assert words in shown, words
    assert shown.count("problem:") >= 5
    with pytest.raises(UsageError, match="5 images or masks cannot be used"):
        checked(spec).refuse()


def test_a_split_without_bac_to_validate_on_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = women(tmp_path, with_bac=1)
    check = checked(spec)
    with pytest.raises(UsageError, match="validation side of the split has no view with BAC"):
        check.refuse_split(Split(0, ("1004", "1017"), ("1023", "1031")))
    check.refuse_split(Split(0, ("1004", "1017"), ("1023", "1031")[:0], ("1023", "1031")))
    assert main(check_command(spec)) == 1
    assert "has no view with BAC" in capsys.readouterr().out


def test_a_doubt_about_patients_stops_the_training_before_anything_is_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seed in (("1004_x", 1), ("1004_y", 2), ("1005_x", 3), ("1006_x", 4)):
        write_png(tmp_path / "i" / f"{name}_LCC.png", picture(seed))
        write_png(tmp_path / "i" / f"{name}_LCC_mask.png", mask())
    spec, out = f"folder:{tmp_path / 'i'},spacing_mm=0.28", tmp_path / "out"
    pytest.importorskip("torch")
    arguments = ["train", "scunet-guo2021", "--data", spec, "--out", str(out)]
    assert main(arguments) == 1
    told = capsys.readouterr().err.replace("\n", " ")
    assert "1004_x and 1004_y share the number 1004" in told
    assert "patient=" in told
    assert not (out / "patches").exists()
    assert main(check_command(rf"{spec},patient=name:^(\d+)")) == 0


@pytest.mark.parametrize("change", ["as it is", "JPEG at half the size", "mirrored", "brighter"])
def test_one_picture_in_two_files_is_found_and_others_are_not(change: str) -> None:
    originals = [picture(seed, (640, 480)) for seed in range(12)]
    copy = originals[3]
    if change == "JPEG at half the size":
        small = cv2.resize(copy, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        copy = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], 0)
    elif change == "mirrored":
        copy = np.ascontiguousarray(copy[:, ::-1])
    elif change == "brighter":
        copy = (255 * (copy / 255.0) ** 0.7).astype(np.uint8)
    (twins,) = near_duplicates([look_of(one) for one in (*originals, copy)])
    assert (twins.first, twins.second) == (3, 12)
    assert twins.correlation > 0.8


def test_real_mammograms_are_not_taken_for_each_other(real_mammograms: Path) -> None:
    paths = sorted(real_mammograms.glob("*.jpg"))
    pictures = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in paths]
    assert len(pictures) > 4
    assert near_duplicates([look_of(one) for one in pictures]) == ()


def test_a_picture_saved_again_under_another_patient_may_not_stand_on_two_sides(tmp_path: Path) -> None:
    spec = women(tmp_path)
    twin = cv2.resize(picture(2020), (100, 134), interpolation=cv2.INTER_AREA)
    write_png(tmp_path / "2077x" / "LCC.png", twin)
    write_png(tmp_path / "2077x" / "LCC_mask.png", mask(shape=twin.shape))
    check = checked(spec)
    (same,) = check.same_pictures
    assert {check.views[n].identity.patient_id for n in (same.first, same.second)} == {"1004", "2077x"}
    together = Split(0, ("1004", "2077x", "1017"), ("1023", "1031"))
    check.refuse_split(together)
    apart = Split(0, ("1004", "1017"), ("1023", "1031", "2077x"))
    with pytest.raises(UsageError, match=r"1004 \(train\) is nearly the same picture"):
        check.refuse_split(apart)


def test_changed_labels_are_named_and_a_moved_folder_is_none(tmp_path: Path) -> None:
    source = view_source([women(tmp_path / "a")], COARSE_CARD)
    path = tmp_path / "inputs.json"
    keep_inputs(path, source)
    assert len(json.loads(path.read_bytes())) == 2 * 8
    (tmp_path / "a").rename(tmp_path / "b")
    keep_inputs(path, view_source([f"folder:{tmp_path / 'b'},spacing_mm=0.28"], COARSE_CARD))
    write_png(tmp_path / "b" / "1004" / "2020" / "LCC_mask.png", mask(bac=False))
    changed = view_source([f"folder:{tmp_path / 'b'},spacing_mm=0.28"], COARSE_CARD)
    with pytest.raises(UsageError, match=r"1004/1004/2020/LCC\.png: mask"):
        keep_inputs(path, changed)
    assert input_prints(MadeViews()) == {}
