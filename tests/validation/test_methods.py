from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.statistics.bootstrap import paired_bootstrap
from shared_core.training.recipe import load_recipe
from validation.methods import li, page
from validation.methods.ibrahim import SMALL_RECIPE, Gain, Study, budget
from validation.methods.ibrahim_page import ibrahim_part
from validation.methods.pseudo_truth import PseudoTruth, true_crop
from validation.methods.study_folder import study_folder

BASE = {
    "round": "0",
    **dict.fromkeys(("pool_patches", "eligible", "taken", "entropy_lowest_bits", "entropy_highest_bits"), ""),
    "validation_jaccard": "0.2",
    "chosen": "no",
}
ROUND = {
    "round": "1",
    "pool_patches": "90",
    "eligible": "10",
    "taken": "2",
    "chosen": "yes",
    "entropy_lowest_bits": "10.4",
    "entropy_highest_bits": "12.6",
    "validation_jaccard": "0.25",
}


def gain(by: float) -> Gain:
    base = np.linspace(0.1, 0.4, 13)
    ours = base + by + 0.01 * np.sin(np.arange(13))
    found = paired_bootstrap(ours, base, resamples=2000)
    return Gain("round 1", "real", 13, float(base.mean()), float(ours.mean()), found, None, 120.0)


def study(*gains: Gain) -> Study:
    truths = ({"real": PseudoTruth(2, 400, 0), "simulated": PseudoTruth(1, 100, 60)},)
    return Study(budget(Path("/data"), small=True), (BASE, ROUND), truths, gains)


@pytest.mark.parametrize(
    ("by", "words"), [(0.1, "a gain (+0.1"), (-0.1, "a loss (-0."), (0.0, "no difference that can be told")]
)
def test_the_page_says_what_came_out(by: float, words: str) -> None:
    text = "\n".join(ibrahim_part(study(gain(by)), Path("page.md"), small=True))
    assert words in text
    assert "**A small budget**" in text
    assert "/data" not in text
    assert "Of 400 pixels that were taught as BAC on real views, 0 lie on an artery" in text
    assert "| 1 | simulated | 1 | 100 | 60% |" in text
    assert "| base | - | - | - | - | 0.200 | no |" in text


def test_a_gain_over_few_patients_says_how_many_they_are_and_nothing_else() -> None:
    few = replace(gain(0.1), patients=5, difference=None)
    text = "\n".join(ibrahim_part(study(few), Path("page.md"), small=True))
    assert "| round 1 | real | 5 | 0.250 | " in text
    assert "round 1, real: with fewer than 8 patients nothing can be said." in text


def test_a_folder_of_one_budget_is_taken_for_no_other(tmp_path: Path) -> None:
    small, whole = li.budget(None, small=True), li.budget(None, small=False)
    folder = study_folder(tmp_path, "li", small)
    assert study_folder(tmp_path, "li", small) == folder == tmp_path / "li"
    with pytest.raises(UsageError, match="another"):
        study_folder(tmp_path, "li", whole)
    assert study_folder(tmp_path / "whole", "li", whole).is_dir()


def test_a_study_without_real_pseudo_labels_says_so() -> None:
    nothing = replace(
        study(gain(0)), truths=({"real": PseudoTruth(0, 0, 0), "simulated": PseudoTruth(1, 9, 9)},)
    )
    assert "On no real view was enough marked" in "\n".join(
        ibrahim_part(nothing, Path("page.md"), small=False)
    )


def test_a_part_is_replaced_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PARTS", ("first", "second"))
    path = tmp_path / "page.md"
    page.write_part(path, "second", ["## Second", "", "old"])
    page.write_part(path, "first", ["## First"])
    page.write_part(path, "second", ["## Second", "", "new"])
    text = path.read_text(encoding="utf-8")
    assert text.index("## First") < text.index("## Second")
    assert "old" not in text
    assert text.count("## Second") == 1
    page.write_part(path, "first", ["## First"])
    assert path.read_text(encoding="utf-8") == text


def test_the_small_recipe_is_sound_and_has_the_paper_s_rule() -> None:
    small, paper = load_recipe(SMALL_RECIPE).pseudo_labels, load_recipe("ibrahim-2025").pseudo_labels
    assert (small.ranked, small.entropy, small.least_area) == (paper.ranked, paper.entropy, paper.least_area)
    assert small.validation_share == paper.validation_share == 0


def test_the_truth_of_a_crop_is_enlarged_as_the_crop_was() -> None:
    label = np.zeros((20, 20), bool)
    label[10:12, 4:6] = True
    truth = true_crop(label, (8, 2), 8, 16)
    assert truth.shape == (16, 16)
    assert truth[4:8, 4:8].all()
    assert truth.sum() == 16
    # Beyond the view, which was padded, there is none.
    assert not true_crop(label, (16, 16), 8, 16).any()
