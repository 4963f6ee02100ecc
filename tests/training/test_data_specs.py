from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.training.data.folders import FolderViews
from shared_core.training.data.inserted import InsertedViews
from shared_core.training.data.simulated import SimulatedViews
from shared_core.training.data_specs import view_source
from shared_core.training.example import Joined
from shared_core.weights.registry import load_card

CARD = load_card("scunet-emory-2021")


def picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(path.name))
    cv2.imwrite(str(path), rng.integers(0, 200, (96, 80), dtype=np.uint8))
    return path


def test_simulated_patients_with_their_numbers() -> None:
    source = view_source(["simulated:patients=3,seed=7,styles=ge+fuji,pitch_mm=0.28,field=breast"], CARD)
    assert isinstance(source, SimulatedViews)
    assert (source.patients, source.seed, source.styles) == (3, 7, ("ge", "fuji"))
    assert (source.pitch_mm, source.whole_field) == (0.28, False)


def test_all_styles_and_the_whole_field_are_the_default() -> None:
    source = view_source(["simulated:"], CARD)
    assert isinstance(source, SimulatedViews)
    assert len(source.styles) == 3
    assert source.whole_field


def test_several_are_joined_in_their_order() -> None:
    source = view_source(["simulated:patients=1,seed=1", "simulated:patients=2,seed=2"], CARD)
    assert isinstance(source, Joined)
    assert len(source) == 4 + 8


def test_folder_of_images_and_masks(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.png")
    picture(tmp_path / "masks" / "a_mask.png")
    spec = f"folder:{tmp_path / 'images'},masks={tmp_path / 'masks'},spacing_mm=0.1"
    source = view_source([spec], CARD)
    assert isinstance(source, FolderViews)
    assert (len(source), source.spacing_mm, source.origin) == (1, 0.1, "folder")


def test_images_for_insertion_take_their_patient_from_the_folder(tmp_path: Path) -> None:
    for name in ("one/l.png", "one/r.png", "alone.png"):
        picture(tmp_path / name)
    source = view_source([f"inserted:{tmp_path},variants=2,spacing_mm=0.07"], CARD)
    assert isinstance(source, InsertedViews)
    assert {source.identity(number).patient_id for number in range(len(source))} == {"one", "alone"}
    assert len(source) == 6


def test_inserted_calcium_is_as_strong_as_asked_for(tmp_path: Path) -> None:
    picture(tmp_path / "one" / "l.png")
    source = view_source([f"inserted:{tmp_path},contrast=1.4,contrast_spread=0.45"], CARD)
    assert isinstance(source, InsertedViews)
    assert (source.contrast, source.contrast_spread) == (1.4, 0.45)
    plain = view_source([f"inserted:{tmp_path}"], CARD)
    assert isinstance(plain, InsertedViews)
    assert (plain.contrast, plain.contrast_spread) == (1.0, 0.35)
    even = view_source([f"inserted:{tmp_path},contrast_spread=0"], CARD)
    assert isinstance(even, InsertedViews)
    assert even.contrast_spread == 0


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("images:/x", "must begin with simulated:"),
        ("simulated:patient=3", "knows no 'patient'"),
        ("simulated:patients=three", "patients must be a whole number"),
        ("simulated:patients=1,patients=2", "given once"),
        ("simulated:styles=philips", "no style 'philips'"),
        ("simulated:pitch_mm=thin", "pitch_mm must be a number"),
        ("simulated:patients=1,seed", "a name and a value"),
        ("simulated:contrast=1.4", "knows no 'contrast'"),
        ("folder:/no/such/folder", "is not a folder"),
        ("corrections:/no/such/folder", "is not a folder"),
        ("mdai:/no/such/file.json,images=/no", "/no/such/file.json"),
    ],
)
def test_what_cannot_be_understood_is_named_in_one_sentence(spec: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        view_source([spec], CARD)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_data_at_all_is_said() -> None:
    with pytest.raises(UsageError, match="No training data"):
        view_source([], CARD)
