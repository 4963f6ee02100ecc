from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from shared_core.errors import Cancelled, ModelError, UsageError
from shared_core.training import fit as fitting
from shared_core.training.batches import has_bac
from shared_core.training.computing_device import Machine
from shared_core.training.epochs import STATE_FILE
from shared_core.training.fit import Fitted, fit
from shared_core.training.logs import COLUMNS
from shared_core.training.loss_recipe import LossRecipe
from shared_core.training.recipe import Recipe
from tests.training.drawn import drawn_patches, drawn_recipe, with_optimisation

ROOT = Path(__file__).resolve().parents[2]
TRAINING, VALIDATION = drawn_patches(24, seed=0), drawn_patches(12, seed=1)
SHORT = drawn_recipe(2)


def run(folder: Path, recipe: Recipe = SHORT, **options: Any) -> Fitted:
    return fit(recipe, TRAINING, VALIDATION, output_dir=folder, **options)


def same(first: Fitted, second: Fitted) -> bool:
    return all(np.array_equal(first.arrays[name], second.arrays[name]) for name in first.arrays)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    return run(tmp_path_factory.mktemp("once"))


def test_drawn_bands_are_learnt(tmp_path: Path) -> None:
    recipe = with_optimisation(drawn_recipe(10), ema_decay=0.0)
    fitted = fit(recipe, drawn_patches(48, seed=0), VALIDATION, output_dir=tmp_path)
    assert fitted.scores["dice"] >= 0.6
    losses = [row["loss"] for row in fitted.history]
    assert losses[-1] < 0.7 * losses[0]


def test_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path: Path, once: Fitted) -> None:
    again = run(tmp_path / "again", workers=3)
    assert same(once, again)
    assert once.history == again.history
    assert not same(once, run(tmp_path / "other", seed=1))


def test_threads_and_random_numbers_of_the_process_are_left_alone(tmp_path: Path) -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    threads = torch.get_num_threads()
    run(tmp_path, drawn_recipe(1))
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.rand(2), expected)


PROGRAM = """
import sys, time
from pathlib import Path
from shared_core.training import epochs, fit as fitting
from shared_core.training.batches import has_bac
from tests.training.test_fit import SHORT, TRAINING, VALIDATION
epochs.SAVE_SECONDS = 0.0
last = tuple(map(int, sys.argv[2:]))
def told(progress):
    if (progress.epoch, progress.step) >= last:
        print("waits", flush=True)
        time.sleep(3600)
fitting.fit(SHORT, TRAINING, VALIDATION, output_dir=Path(sys.argv[1]), progress=told)
"""


def test_killed_in_the_middle_of_an_epoch_it_goes_on_to_the_same_weights(
    tmp_path: Path, once: Fitted
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for epoch, step in ((1, 3), (2, 2)):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path), str(epoch), str(step)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        process.kill()
        process.wait()
        process.stdout.close()
        assert process.returncode != 0
    steps: list[tuple[int, int]] = []
    resumed = run(tmp_path, progress=lambda now: steps.append((now.epoch, now.step)))
    assert steps[0] >= (2, 2)
    assert same(once, resumed)
    assert once.history == resumed.history


def test_stopped_by_a_person_it_goes_on_to_the_same_weights(tmp_path: Path, once: Fitted) -> None:
    asked: list[int] = []

    def after_three_steps() -> bool:
        asked.append(1)
        return len(asked) == 3

    with pytest.raises(Cancelled, match="go on"):
        run(tmp_path, cancelled=after_three_steps)
    assert same(once, run(tmp_path))


def _seeking_among(some: int) -> Recipe:
    """Mines after every epoch, the two hardest of some."""
    return replace(
        drawn_recipe(3),
        sampling=replace(SHORT.sampling, mine_every_epochs=1, mine_from=some, mined=2, mined_share=1.0),
    )


def test_hard_negatives_are_sought_among_some_drawn_anew_and_the_same_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []
    seek = fitting.hardest_negatives

    def noted(network: Any, patches: Any, numbers: Any, *more: Any) -> list[int]:
        asked.append(numbers.tolist())
        return seek(network, patches, numbers, *more)

    monkeypatch.setattr(fitting, "hardest_negatives", noted)
    negatives = set(np.flatnonzero(~has_bac(TRAINING)).tolist())
    some = len(negatives) // 2
    first = run(tmp_path / "first", _seeking_among(some))
    assert [len(numbers) for numbers in asked] == [some, some]
    assert all(set(numbers) <= negatives and numbers == sorted(set(numbers)) for numbers in asked)
    assert asked[0] != asked[1]
    before = list(asked)
    asked.clear()
    assert same(first, run(tmp_path / "again", _seeking_among(some)))
    assert asked == before
    asked.clear()
    run(tmp_path / "all", _seeking_among(0))
    assert [set(numbers) for numbers in asked] == [negatives, negatives]


def test_run_that_seeks_among_some_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    recipe = _seeking_among(5)
    whole = run(tmp_path / "whole", recipe)
    for stop in (2, 3):
        steps: list[int] = []

        def cancelled(stop: int = stop, steps: list[int] = steps) -> bool:
            steps.append(1)
            return len(steps) == stop

        with pytest.raises(Cancelled):
            run(tmp_path / "parts", recipe, cancelled=cancelled)
    resumed = run(tmp_path / "parts", recipe)
    assert same(whole, resumed)
    assert whole.history == resumed.history


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    first = run(tmp_path, drawn_recipe(1))
    second = run(tmp_path, drawn_recipe(1), progress=lambda now: pytest.fail("a step was made"))
    assert same(first, second)


def test_state_of_another_run_is_refused_with_what_differs(tmp_path: Path) -> None:
    run(tmp_path, drawn_recipe(1))
    with pytest.raises(UsageError, match=r"another seed \(was 0, is 4\)"):
        run(tmp_path, drawn_recipe(1), seed=4)
    with pytest.raises(UsageError, match="another recipe"):
        run(tmp_path, drawn_recipe(2))
    with pytest.raises(UsageError, match="training patches"):
        fit(drawn_recipe(1), drawn_patches(12, seed=9), VALIDATION, output_dir=tmp_path)


def test_damaged_state_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_bytes(b"no state")
    with pytest.raises(UsageError, match=r"state\.pt is damaged"):
        run(tmp_path)


def test_it_stops_early_when_validation_does_not_get_better(tmp_path: Path) -> None:
    # Steps too small to change a score: the first validation stays the best.
    recipe = with_optimisation(drawn_recipe(30), learning_rate=1e-9, ema_decay=0.0, norms="keep")
    recipe = replace(recipe, validation=replace(recipe.validation, patience=2))
    fitted = run(tmp_path, recipe)
    assert len(fitted.history) < 30
    assert len(fitted.history) - fitted.epoch == 2


def test_last_weights_are_kept_where_the_recipe_says_so(tmp_path: Path) -> None:
    recipe = replace(SHORT, validation=replace(SHORT.validation, keep="last", every_epochs=2))
    fitted = run(tmp_path, recipe)
    assert fitted.epoch == 2
    assert ["score" in row for row in fitted.history] == [False, True]


def test_negatives_are_mined_and_the_log_says_so(tmp_path: Path) -> None:
    fitted = run(tmp_path, drawn_recipe(3))
    assert [row["mined"] for row in fitted.history] == [0, 0, 6]
    header, *rows = (tmp_path / "log.csv").read_text(encoding="utf-8").splitlines()
    assert header == ",".join(COLUMNS)
    assert len(rows) == 3


def test_it_begins_from_given_weights(tmp_path: Path, once: Fitted) -> None:
    recipe = with_optimisation(drawn_recipe(1), learning_rate=1e-9, norms="keep", ema_decay=0.0)
    recipe = replace(recipe, sampling=replace(recipe.sampling, mine_every_epochs=0))
    fitted = run(tmp_path, recipe, start=once.arrays)
    for name, array in once.arrays.items():
        np.testing.assert_allclose(fitted.arrays[name], array, atol=1e-5)


def test_weights_of_another_network_are_refused(tmp_path: Path, once: Fitted) -> None:
    arrays = dict(once.arrays)
    del arrays["head.bias"]
    with pytest.raises(ModelError, match=r"head\.bias"):
        run(tmp_path, start=arrays)


def test_no_finite_gradient_for_long_is_said_and_not_hidden(tmp_path: Path) -> None:
    recipe = with_optimisation(drawn_recipe(30), learning_rate=10.0, clip_norm=0.0)
    recipe = replace(recipe, loss=replace(recipe.loss, kind="bce", positive_weight=1e38))
    with pytest.raises(ModelError, match=r"lower optimisation\.learning_rate"):
        run(tmp_path, recipe)


def test_patches_are_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs patches"):
        fit(SHORT, TRAINING, _none(), output_dir=tmp_path)


def test_half_precision_is_for_gpus() -> None:
    assert Machine("cpu").dtype("float16") == torch.float32
    assert Machine("cuda").dtype("auto") == torch.float16
    assert Machine("cuda").dtype("bfloat16") == torch.bfloat16
    assert Machine("mps").dtype("auto") == torch.float32


def _none() -> Any:
    patches = drawn_patches(1, seed=0)
    return replace(
        patches,
        images_u8=patches.images_u8[:0],
        labels=patches.labels[:0],
        views=patches.views[:0],
        corners_px=patches.corners_px[:0],
    )


def test_weight_of_the_hausdorff_loss_is_kept_over_a_stop(tmp_path: Path) -> None:
    recipe = replace(drawn_recipe(3), loss=LossRecipe(kind="dice+bce+hausdorff", hausdorff_from_epoch=2))
    once = run(tmp_path / "once", recipe)
    weights = [row["hausdorff_weight"] for row in once.history]
    assert weights[0] == 0
    assert min(weights[1:]) > 0
    stops = iter(number % 3 == 0 for number in range(1, 10_000))
    for _ in range(100):
        try:
            resumed = run(tmp_path / "stopped", recipe, cancelled=lambda: next(stops))
            break
        except Cancelled:
            continue
    assert same(once, resumed)
    assert once.history == resumed.history
    assert "hausdorff_weight" in (tmp_path / "once" / "log.csv").read_text(encoding="utf-8").splitlines()[0]
