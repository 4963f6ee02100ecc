from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from shared_core.errors import ModelError, UsageError
from shared_core.inference.model import load_model
from shared_core.training.data.split import Split, write_split
from shared_core.training.fit import Fitted
from shared_core.training.network import make_network, network_input
from shared_core.training.plan import Plan, Watch, open_output
from shared_core.training.starting_model import Start, cutting_card, processing_card
from shared_core.training.training_run import require_something_found, train
from shared_core.weights.checkpoint import read_checkpoint
from shared_core.weights.registry import load_card
from tests.training.drawn import DrawnViews, drawn_patches, drawn_recipe


def plan_for(folder: Path, **values: object) -> Plan:
    settled = {"recipe": drawn_recipe(2), "source": DrawnViews(4, 0), "output_dir": folder, "name": "own-1"}
    return Plan(**{**settled, **values})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    plan = plan_for(tmp_path_factory.mktemp("runs") / "own")
    open_output(plan, resume=False)
    train(plan)
    return plan


def test_folder_holds_all_that_made_the_model(trained: Plan) -> None:
    names = {path.name for path in trained.output_dir.iterdir()}
    assert names == {
        *("model.json", "model.safetensors", "split.json", "log.csv", "recipe.toml", "plan.json"),
        *("state.pt", "data_statement.md", "data_check.json", "patches"),
        *({"tensorboard"} & names),
    }


def test_card_loads_by_its_path_and_its_weights_give_the_logits_of_the_network(trained: Plan) -> None:
    model = load_model(trained.output_dir / "model.json")
    images = drawn_patches(3, seed=7).images_u8
    recipe = trained.recipe
    tiles = (images / 255.0 - recipe.normalisation_mean) / recipe.normalisation_sd
    network = make_network(recipe, seed=0, start=read_checkpoint(model.weights_path)).eval()
    with torch.no_grad():
        wanted = network(network_input(images, recipe, torch.device("cpu")))[:, 0].numpy()
    np.testing.assert_allclose(model.backend.tile_logits(tiles.astype(np.float32)), wanted, atol=2e-3)


def test_card_says_what_made_it(trained: Plan) -> None:
    card = load_card(trained.output_dir / "model.json")
    said = dict(line.split(": ", 1) for line in card.made_by)
    assert said["recipe"] == "drawn"
    assert said["seed"] == "0"
    assert said["device"] == "cpu"
    assert {"software", "torch", "threads", "training_patches_sha256", "recipe_sha256"} <= said.keys()
    assert card.name == "own-1"
    assert card.parameters == 169_711
    assert "4 drawn patients" in card.training_data
    assert card.tiling.tile_px == 64


def test_data_statement_counts_both_sides(trained: Plan) -> None:
    text = (trained.output_dir / "data_statement.md").read_text(encoding="utf-8")
    split = json.loads((trained.output_dir / "split.json").read_bytes())
    assert f"| all | {len(split['train'])} | {2 * len(split['train'])} |" in text
    assert "| style: drawn |" in text
    assert "drawn: 4 drawn patients" in text


def test_no_patient_is_on_both_sides(trained: Plan) -> None:
    split = json.loads((trained.output_dir / "split.json").read_bytes())
    assert split["train"]
    assert split["validation"]
    assert not set(split["train"]) & set(split["validation"])


def test_the_same_plan_gives_the_same_bytes(trained: Plan, tmp_path: Path) -> None:
    plan = plan_for(tmp_path / "again", workers=2)
    open_output(plan, resume=False)
    train(plan)
    for name in ("model.safetensors", "model.json", "log.csv", "split.json", "data_statement.md"):
        assert (plan.output_dir / name).read_bytes() == (trained.output_dir / name).read_bytes(), name


def test_a_leaking_split_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    names = [f"drawn-{number}" for number in range(4)]
    write_split(Split(0, (*names[:3],), (names[2], names[3])), path)
    plan = plan_for(tmp_path / "out", split=path)
    open_output(plan, resume=False)
    with pytest.raises(UsageError, match="drawn-2 stands on two sides"):
        train(plan)


def test_the_same_picture_under_two_names_on_two_sides_is_refused(tmp_path: Path) -> None:
    class Twins(DrawnViews):
        def load(self, number: int):  # type: ignore[no-untyped-def]
            return replace(super().load(number % 2), identity=self.identity(number))

    plan = plan_for(tmp_path / "out", source=Twins(4, 0))
    open_output(plan, resume=False)
    with pytest.raises(UsageError, match="same picture"):
        train(plan)


def test_a_split_without_a_patient_of_the_data_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    write_split(Split(0, ("drawn-0",), ("drawn-1",)), path)
    plan = plan_for(tmp_path / "out", split=path)
    open_output(plan, resume=False)
    with pytest.raises(UsageError, match="on no side"):
        train(plan)


def test_a_folder_in_use_is_neither_taken_over_nor_mixed(trained: Plan, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="already holds a training run"):
        open_output(trained, resume=False)
    open_output(trained, resume=True)
    with pytest.raises(UsageError, match=r"another seed \(was 0, is 9\)"):
        open_output(replace(trained, seed=9), resume=True)
    with pytest.raises(UsageError, match="another data"):
        open_output(replace(trained, source=DrawnViews(4, 1)), resume=True)
    with pytest.raises(UsageError, match=r"another folds \(was 0, is 3\)"):
        open_output(replace(trained, folds=3), resume=True)
    with pytest.raises(UsageError, match="another pool"):
        open_output(replace(trained, pool=DrawnViews(2, 5, name="other")), resume=True)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="other files"):
        open_output(plan_for(tmp_path), resume=False)


def test_a_run_from_before_there_were_pools_and_folds_goes_on(trained: Plan, tmp_path: Path) -> None:
    older = {**json.loads((trained.output_dir / "plan.json").read_bytes())}
    assert older.pop("folds") == 0
    assert older.pop("pool") is None
    (tmp_path / "plan.json").write_text(json.dumps(older), encoding="utf-8")
    open_output(replace(trained, output_dir=tmp_path), resume=True)


def test_half_precision_weights_are_half_the_size_and_the_same_model(trained: Plan, tmp_path: Path) -> None:
    plan = plan_for(tmp_path / "half", recipe=replace(drawn_recipe(2), stored_as="float16"))
    open_output(plan, resume=False)
    card = train(plan)
    whole = load_model(trained.output_dir / "model.json")
    half = load_model(plan.output_dir / "model.json")
    assert card.size_bytes < 0.6 * load_card(trained.output_dir / "model.json").size_bytes
    tiles = np.random.default_rng(0).normal(0, 1, (2, 64, 64)).astype(np.float32)
    np.testing.assert_allclose(half.backend.tile_logits(tiles), whole.backend.tile_logits(tiles), atol=0.1)


def test_going_on_from_a_model_takes_its_grey_levels_and_says_so(trained: Plan, tmp_path: Path) -> None:
    start = Start.load(trained.output_dir / "model.json")
    recipe = start.fitted(replace(drawn_recipe(1), normalisation_mean=0.9))
    plan = plan_for(tmp_path / "next", recipe=recipe, start=start, name="own-2")
    open_output(plan, resume=False)
    card = train(plan, Watch())
    assert card.normalisation_mean == start.card.normalisation_mean
    assert any("began_from: own-1, sha256" in line for line in card.made_by)
    assert card.training_data.startswith("Began from own-1")


def test_a_recipe_with_its_own_median_cuts_unfiltered_and_puts_it_on_the_card(trained: Plan) -> None:
    start = Start.load(trained.output_dir / "model.json")
    recipe = replace(drawn_recipe(1), median_px=3)
    assert cutting_card(recipe, start).preprocessing.median_px == 0
    assert processing_card(recipe, start).preprocessing.median_px == 3
    plain = drawn_recipe(1)
    assert cutting_card(plain, start) == processing_card(plain, start) == start.card
    speck = np.full((1, 9, 9), 100, np.uint8)
    speck[0, 4, 4] = 250
    seen = network_input(speck, recipe, torch.device("cpu"))
    assert float(seen.std()) == pytest.approx(0, abs=1e-6)


def test_only_an_scunet_with_logits_can_be_begun_from(trained: Plan, tmp_path: Path) -> None:
    content = json.loads((trained.output_dir / "model.json").read_bytes())
    path = tmp_path / "raw.json"
    path.write_text(json.dumps({**content, "name": "raw-1", "output": "raw"}), encoding="utf-8")
    with pytest.raises(ModelError, match="raw-1 cannot be trained further"):
        Start.load(path)
    with pytest.raises(ModelError, match="There is no model"):
        Start.load("unknown")


def test_weights_that_find_nothing_are_no_model() -> None:
    scores = {"recall": 0.0, "dice": 0.0}
    fitted = Fitted({}, 0.5, 3, scores, (), {})
    with pytest.raises(ModelError, match=r"best weights \(epoch 3\) find none of the BAC"):
        require_something_found(fitted)
    require_something_found(replace(fitted, scores={"recall": 0.1, "dice": 0.0}))


def test_data_without_bac_teaches_nothing(tmp_path: Path) -> None:
    class Empty(DrawnViews):
        def load(self, number: int):  # type: ignore[no-untyped-def]
            view = super().load(number)
            return replace(view, label=np.zeros_like(view.label))

    plan = plan_for(tmp_path / "out", source=Empty(4, 0))
    open_output(plan, resume=False)
    with pytest.raises(UsageError, match="nothing to learn"):
        train(plan)
