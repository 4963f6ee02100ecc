"""Real images by kind, fold and side; patients stay together."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.training.data.line_file import read_lines
from shared_core.training.data.real_bac import FOLDS, labels_of, open_stretches, real_bac_images
from shared_core.training.data_specs import view_source
from shared_core.weights.registry import load_card
from tests.training.data.small import breast_picture

CARD = load_card("openbac-1")
DRAWN = "P_00480_LEFT_CC_VASCULAR_nan_1.jpg"
EMPTY = {"lines": [], "uncertain_lines": [], "other_calcification": [], "confidence": "none", "note": ""}


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = breast_picture()
    image[296:304, 40:260] = 230
    cv2.imwrite(str(path), image)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five patients of every kind."""
    names = {
        "vascular": [DRAWN, "P_00780_LEFT_CC_VASCULAR_nan_2.jpg", "P_00780_RIGHT_CC_VASCULAR_nan_2.jpg"],
        "other-calcification": ["P_00012_LEFT_CC_PLEOMORPHIC_CLUSTERED_1.jpg"],
        "cesm": ["IM0101.png", "IM0102.png", "IM0163.png"],
    }
    for kind, files in names.items():
        for name in files:
            picture(tmp_path / kind / name)
    drawing = {
        "lines": [[[40, 300], [150, 300]]],
        "uncertain_lines": [[[150, 300], [260, 300]]],
        "other_calcification": [[10, 10, 12, 8]],
        "confidence": "certain",
    }
    content = {"note": "by hand", DRAWN: drawing}
    content |= {name: EMPTY for kind in ("vascular", "cesm") for name in names[kind] if name != DRAWN}
    (tmp_path / "lines.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def test_both_sides_of_a_fold_share_no_patient_and_leave_nobody_out(folder: Path) -> None:
    everyone = {image.path.name for image in real_bac_images(folder)}
    for fold in range(FOLDS):
        sides = {}
        for side in ("teaching", "held-out"):
            try:
                source = view_source([f"real-bac:{folder},fold={fold},side={side}"], CARD)
            except UsageError:
                sides[side] = []
                continue
            sides[side] = [source.identity(number) for number in range(len(source))]
        patients = [{identity.patient_id for identity in sides[side]} for side in ("teaching", "held-out")]
        assert not patients[0] & patients[1]
        assert len(sides["teaching"]) + len(sides["held-out"]) == len(everyone)


def test_a_fold_alone_means_the_patients_who_are_held_out(folder: Path) -> None:
    fold = next(image.fold for image in real_bac_images(folder) if image.path.name == DRAWN)
    source = view_source([f"real-bac:{folder},fold={fold},kinds=vascular"], CARD)
    assert [source.identity(number).patient_id for number in range(len(source))] == ["P_00480"]


def test_neighbouring_views_without_a_name_are_one_patient(folder: Path) -> None:
    cesm = {image.path.stem: image.patient_id for image in real_bac_images(folder) if image.kind == "cesm"}
    assert cesm["IM0101"] == cesm["IM0102"] != cesm["IM0163"]


def test_sure_stretches_are_labelled_and_uncertain_ones_left_open(folder: Path) -> None:
    source = view_source([f"real-bac:{folder},kinds=vascular"], CARD)
    number = next(n for n in range(len(source)) if source.identity(n).patient_id == "P_00480")
    view = source.load(number)
    assert ("artery", "clear") in view.identity.tags
    assert view.label[300, 60:140].all()
    assert view.ignore is not None
    assert view.ignore[300, 185:255].all()
    assert not (view.ignore & view.label).any()
    assert not view.ignore[200, :].any()


def test_an_image_without_a_drawing_has_nothing_to_find() -> None:
    label, ignore = labels_of(np.full((80, 90), 100, np.uint8), None)
    assert not label.any()
    assert not ignore.any()


def test_own_open_stretches_join_those_of_the_file(folder: Path) -> None:
    more = {DRAWN: (np.array([[0.0, 0.0], [5.0, 5.0]]),)}
    assert len(read_lines(folder / "lines.json", also_open=more)[DRAWN].open) == 2
    assert all(len(line) > 1 for lines in open_stretches().values() for line in lines)


def test_a_patient_of_no_fold_is_refused(folder: Path) -> None:
    picture(folder / "vascular" / "P_99999_LEFT_CC_VASCULAR_nan_1.jpg")
    with pytest.raises(UsageError, match="P_99999"):
        real_bac_images(folder)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("fold=5", "folds 0 to 4"),
        ("fold=0,side=left", "side is one of"),
        ("kinds=vasculr", "kinds is one of"),
    ],
)
def test_a_choice_that_is_not_there_is_said(folder: Path, options: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        view_source([f"real-bac:{folder},{options}"], CARD)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_text(json.dumps({"a.jpg": {"lines": [[1, 2]]}}), encoding="utf-8")
    with pytest.raises(UsageError, match="does not hold lines"):
        read_lines(path)
