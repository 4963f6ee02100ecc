"""Both breasts side by side: pairs are taught, judged and analysed alike, and who is alone is told."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.errors import Cancelled, ModelError, UsageError
from shared_core.inference.engine import segment, segment_steps
from shared_core.inference.model import Model, load_model
from shared_core.mammogram import Laterality
from shared_core.pipeline import analyze_exam
from shared_core.preprocessing.prepare import prepare
from shared_core.reading.reader import read_mammogram
from shared_core.training.data.bilateral import BilateralViews, partner_numbers
from shared_core.training.data.inserted import InsertedViews
from shared_core.training.data.simulated import SimulatedViews
from shared_core.training.data.split import Split, write_split
from shared_core.training.evaluation.source_subset import SourceSubset
from shared_core.training.example import Joined, sided_of
from shared_core.training.recipe import load_recipe, parse_recipe, recipe_toml
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import card_json, parse_card
from shared_core.weights.registry import load_card
from tests.training.drawn import DrawnViews
from tests.training.drawn_pairs import DrawnPairs, bilateral_recipe
from tests.training.image_labels.drawn_breasts import drawn_breast

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("openvino", reason="OpenVINO is not installed")

from shared_core.training.evaluation.model_runs import Entry, evaluate_models
from shared_core.training.fine_tuning import FineTuningRecipe
from shared_core.training.plan import Plan, Watch, open_output
from shared_core.training.starting_model import Start
from shared_core.training.training_run import train

SOURCE = DrawnPairs(6)


def plan(folder: Path, **changes: object) -> Plan:
    return replace(Plan(bilateral_recipe(), SOURCE, folder, "pairs", seed=2), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bilateral model, trained on drawn pairs."""
    folder = tmp_path_factory.mktemp("pairs") / "model"
    said: list[str] = []
    own = plan(folder)
    open_output(own, resume=False)
    train(own, Watch(says=said.append))
    words = "12 views make 8 pictures of both breasts side by side; 2 of them have one breast alone"
    assert f"{words}, beside black." in said
    return folder


def loaded(folder: Path) -> Model:
    return load_model(load_card(folder / "model.json"), weights_dir=folder, device="cpu")


def test_each_pair_is_one_picture_with_the_right_breast_on_the_left() -> None:
    views = BilateralViews.of(SOURCE)
    # Two sides; a missing RMLO, whose place RCC takes; one view alone.
    assert views.pairs[:4] == ((1, 0), (4, 2), (4, 3), (None, 5))
    picture, left, right = views.load(0), SOURCE.load(1), SOURCE.load(0)
    assert picture.image_u8.shape == (128, 192)
    assert np.array_equal(picture.image_u8[:112, :96], left.image_u8)
    assert not picture.image_u8[112:, :96].any()
    assert np.array_equal(picture.image_u8[:, 96:], right.image_u8)
    assert np.array_equal(picture.label[:, 96:], right.label)
    assert not picture.valid[112:, :96].any()
    alone = views.load(3)
    assert alone.image_u8.shape == (128, 192)
    assert not alone.image_u8[:, :96].any()
    assert (views.identity(1).patient_id, views.identity(1).tags) == (
        "pair-1",
        (("projection", "CC"), ("severity", "mild")),
    )
    assert dict(views.identity(2).tags) == {"severity": "mild"}


def test_who_stands_beside_whom_goes_through_parts_and_joins() -> None:
    joined = Joined((SOURCE, DrawnViews(1, 1)))
    assert partner_numbers(joined) == (*partner_numbers(SOURCE), None, None)
    assert partner_numbers(SourceSubset(SOURCE, (0, 1, 3), "some")) == (1, 0, None)
    simulated = SimulatedViews(seed=1, patients=2)
    assert partner_numbers(simulated) == (1, 0, 3, 2, 5, 4, 7, 6)
    names = [simulated.identity(number).view_id[-3:] for number in (0, 1)]
    assert {name[0] for name in names} == {"L", "R"}
    assert len({name[1:] for name in names}) == 1


def test_the_files_of_one_visit_are_paired_and_those_of_two_are_not(tmp_path: Path) -> None:
    for visit in ("2019", "2021"):
        for side in ("LCC", "RCC"):
            write(tmp_path / "images" / "P1" / visit / f"{side}.png", seed=int(visit), side=side[0])
            mask = np.zeros((240, 130), np.uint8)
            mask[100:104, 20:60] = 255
            (tmp_path / "masks" / "P1" / visit).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(tmp_path / "masks" / "P1" / visit / f"{side}_mask.png"), mask)
    from shared_core.training.data_specs import view_source

    spec = f"folder:{tmp_path / 'images'},masks={tmp_path / 'masks'},spacing_mm=0.5,patient=folder:1"
    source = view_source([spec], load_card("openbac-1"))
    names = [source.identity(number).view_id for number in range(4)]
    for number, partner in enumerate(partner_numbers(source)):
        assert partner is not None
        assert names[number].split("/")[-2] == names[partner].split("/")[-2]
        assert names[number] != names[partner]


def test_inserted_variants_stand_alone() -> None:
    assert InsertedViews.sided.__doc__ is not None
    assert partner_numbers(DrawnViews(2, 1)) == (None,) * 4


def test_the_card_says_it_and_stopped_training_ends_with_the_same_bytes(
    trained: Path, tmp_path: Path
) -> None:
    card = load_card(trained / "model.json")
    assert card.input == "bilateral"
    own = plan(tmp_path / "model")
    open_output(own, resume=False)
    steps = iter(range(1000))
    with pytest.raises(Cancelled):
        train(own, Watch(cancelled=lambda: next(steps) > 25))
    again = plan(tmp_path / "model")
    open_output(again, resume=True)
    train(again)
    for name in ("model.json", "model.safetensors", "log.csv"):
        assert (tmp_path / "model" / name).read_bytes() == (trained / name).read_bytes(), name
    single = replace(own, recipe=replace(own.recipe, input="view"))
    with pytest.raises(UsageError, match="recipe"):
        open_output(single, resume=True)


def test_a_patient_on_two_sides_is_refused_in_pairs_as_well(tmp_path: Path) -> None:
    split = Split(0, ("pair-0", "pair-1", "pair-2", "pair-3"), ("pair-3", "pair-4", "pair-5"))
    write_split(split, tmp_path / "split.json")
    own = plan(tmp_path / "model", split=tmp_path / "split.json")
    open_output(own, resume=False)
    with pytest.raises(UsageError, match="pair-3 stands on two sides"):
        train(own)


def test_a_view_is_judged_beside_its_partner(trained: Path, tmp_path: Path) -> None:
    card = load_card(trained / "model.json")
    load = partial(load_model, card, weights_dir=trained, device="cpu")
    (rows,) = evaluate_models([Entry(card, tmp_path / "rows", load)], SOURCE)
    assert len(rows.rows) == len(SOURCE)
    assert not rows.failures

    # The same views, with nobody beside them, are judged otherwise somewhere.
    class Alone(DrawnPairs):
        def sided(self, number: int) -> None:  # type: ignore[override]
            return None

    (others,) = evaluate_models([Entry(card, tmp_path / "alone", load)], Alone(6))
    assert [row.at_card for row in rows.rows] != [row.at_card for row in others.rows]


def write(path: Path, *, seed: int, side: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image, _ = drawn_breast(seed + (side == "R"), has_bac=True)
    cv2.imwrite(str(path), image if side == "L" else image[:, ::-1])
    return path


def test_bac_analyze_pairs_the_views_of_an_exam_and_tells_who_had_none(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate(("LCC", "RCC", "LMLO")):
        write(tmp_path / "exam" / f"P1_{name}.png", seed=7 + 10 * number, side=name[0])
    write(tmp_path / "alone" / "P2_LCC.png", seed=50, side="L")
    command = ["analyze", "--model", str(trained / "model.json"), "--spacing-mm", "0.07", "--workers", "0"]
    assert main([*command, str(tmp_path / "exam"), str(tmp_path / "alone"), "-o", str(tmp_path / "out")]) == 0
    with (tmp_path / "out" / "views.csv").open(encoding="utf-8") as file:
        codes = {Path(row["file"]).stem: row["notice_codes"] for row in csv.DictReader(file)}
    for name in ("P1_LCC", "P1_RCC"):
        assert "bilateral" not in codes[name]
    assert "bilateral-other-projection" in codes["P1_LMLO"]
    assert "bilateral-alone" in codes["P2_LCC"]
    records = json.loads((tmp_path / "out" / "exams.json").read_text(encoding="utf-8"))
    assert len(records) == 2


def test_exam_and_single_steps_give_one_answer_and_the_partner_counts(trained: Path, tmp_path: Path) -> None:
    model = loaded(trained)
    preset = model.card.preprocessing
    paths = [write(tmp_path / f"P1_{name}.png", seed=7, side=name[0]) for name in ("LCC", "RCC")]
    left, right = (prepare(read_mammogram(path, spacing_mm=0.07), preset) for path in paths)
    result = analyze_exam(tmp_path, model=model, spacing_mm=0.07)
    by_side = {view.header.laterality: view for view in result.views}
    for own, other, side in ((left, right, Laterality.LEFT), (right, left, Laterality.RIGHT)):
        together = segment(own, model, partner=other)
        assert np.array_equal(by_side[side].probability.values, together.values)
        assert together.values.shape == own.image_u8.shape
        assert not together.notices
        alone = segment(own, model)
        assert [notice.code for notice in alone.notices] == ["bilateral-alone"]
        # The chest wall lies beside the other breast, and sees it.
        changed = np.abs(together.values - alone.values).sum(axis=0)
        wall = changed[:20] if side is Laterality.LEFT else changed[-20:]
        assert wall.sum() > 0
    # Tiles as they come lie on the view itself.
    for step in segment_steps(right, model, partner=left):
        if step.answer is not None:
            rows, columns = step.answer.tile.slices
            assert 0 <= rows.start < rows.stop <= right.image_u8.shape[0]
            assert 0 <= columns.start < columns.stop <= right.image_u8.shape[1]
            assert step.answer.probability.shape == (rows.stop - rows.start, columns.stop - columns.start)


def test_other_models_do_not_read_a_partner(trained: Path, tmp_path: Path) -> None:
    card = replace(load_card(trained / "model.json"), input="view")
    model = load_model(card, weights_dir=trained, device="cpu")
    paths = [write(tmp_path / f"P1_{name}.png", seed=7, side=name[0]) for name in ("LCC", "RCC")]
    left, right = (prepare(read_mammogram(path, spacing_mm=0.07), card.preprocessing) for path in paths)
    assert np.array_equal(segment(left, model, partner=right).values, segment(left, model).values)


def test_a_bilateral_model_is_not_improved_with_single_views(trained: Path) -> None:
    start = Start.load(trained / "model.json")
    tuned = replace(bilateral_recipe(), fine_tuning=FineTuningRecipe(enabled=True))
    with pytest.raises(ModelError, match="sees both breasts side by side"):
        start.fitted(tuned)


def test_recipe_and_card_keep_the_input_and_a_classifier_has_none(trained: Path) -> None:
    recipe = bilateral_recipe()
    assert parse_recipe(recipe_toml(recipe), "pairs").input == "bilateral"
    paper, single = load_recipe("ibrahim-2025-bilateral"), load_recipe("ibrahim-2025")
    assert paper == replace(single, name=paper.name, title=paper.title, input="bilateral")
    card = load_card(trained / "model.json")
    assert parse_card(card_json(card, "card").decode(), "card").input == "bilateral"
    assert load_card("openbac-1").input == "view"

    def broken(card: ModelCard) -> ModelCard:
        from shared_core.weights.heat_map_rule import HeatMapRule

        return replace(card, network="vgg16", mask_style="heat-map", heat_map=HeatMapRule(96, 48))

    with pytest.raises(ModelError, match="input cannot be bilateral"):
        card_json(broken(card), "card")
    assert sided_of(SOURCE, 0) is not None
