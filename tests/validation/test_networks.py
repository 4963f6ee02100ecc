"""The comparison of networks: its plan is fixed once, and its page says what was done and what was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from shared_core.errors import UsageError
from shared_core.networks.table import NETWORKS
from shared_core.training.computing_device import Machine
from shared_core.training.data_specs import view_source
from shared_core.training.evaluation.model_runs import ModelRows
from shared_core.training.example import ViewSource
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import load_card
from tests.training.evaluation.test_guo_scores import row
from validation.evenly_spaced import evenly_spaced
from validation.networks.judging import Judgement
from validation.networks.page import PUBLISHED, page
from validation.networks.study import LARGE, Job, Measured, Study, begin, read_study, seeds_of

SMALL = {
    "hours": 0.01,
    "crop_px": 64,
    "training": ("simulated:patients=2,seed=1",),
    "simulated": "simulated:patients=1,seed=9",
    "positives": "real-bac:real,fold=0",
    "others": "real-bac:real,fold=0",
    "most_others": 0,
    "networks": ["fpenet", "fastscnn"],
    "seeds": 2,
    "machine": Machine(),
}


def test_hours_are_divided_once_and_a_later_run_goes_on(tmp_path: Path) -> None:
    study = begin(tmp_path, **SMALL)  # type: ignore[arg-type]
    assert study.steps >= 1
    assert {job.name for job in study.jobs} == {
        *("fpenet-seed-0", "fpenet-seed-1", "fastscnn-seed-0", "fastscnn-seed-1"),
    }
    recipes = [study.recipe(job.network) for job in study.jobs]
    lengths = {(one.epochs, one.sampling.positives, one.sampling.batch) for one in recipes}
    assert len(lengths) == 1, "all learn for the same number of steps"
    assert begin(tmp_path, **SMALL) == study == read_study(tmp_path)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="another hours"):
        begin(tmp_path, **{**SMALL, "hours": 5.0})  # type: ignore[arg-type]


def test_large_networks_are_trained_once() -> None:
    assert [name for name in NETWORKS if seeds_of(name, 3) == 1] == list(LARGE)


def _judgement(network: str, seed: int, shift: int) -> Judgement:
    base = load_card("scunet-emory-2021")
    card: ModelCard = replace(base, name=f"{network}-seed-{seed}", network=network)
    sets: dict[str, Any] = {
        "simulated": [row(number, shift=shift + number % 2) for number in range(4)],
        "positives": [row(number, shift=shift) for number in range(4)],
        "others": [row(number, shift=0, bac=False) for number in range(4)],
    }
    rows = {name: ModelRows(card, Path("none"), {}, tuple(found)) for name, found in sets.items()}
    return Judgement(Job(network, seed), card.sha256, 169_711, 0.5, rows, 250.0)  # type: ignore[arg-type]


def test_page_holds_what_was_trained_names_what_was_not_and_keeps_the_papers_apart() -> None:
    study = Study(
        hours=1.5,
        steps=40,
        crop_px=256,
        training=("simulated:patients=2",),
        simulated="simulated:patients=1",
        positives="real-bac:/home/somebody/real,fold=0,side=held-out",
        others="o:p",
        most_others=3,
        networks=("scunet", "fpenet"),
        seeds=1,
        machine="cpu",
        threads=1,
        measured=(Measured("scunet", 3.0), Measured("fpenet", 1.5)),
    )
    text = page(study, [_judgement("scunet", 0, 0), _judgement("fpenet", 0, 5)])
    assert "for 40 steps" in text
    assert "1.5 hours" in text
    assert "`real-bac:FOLDER,fold=0,side=held-out`" in text
    assert "somebody" not in text
    assert "These are 4 simulated views of" in text
    assert "Not trained yet: cgnet" in text
    own, papers = text.split("## The papers' own numbers")
    assert "| fpenet | 0 | images | 4 |" in own
    assert ".778/.789" not in own
    assert ".778/.789" in papers
    assert len(PUBLISHED) == 14
    assert "| fpenet | F1 | -0." in own
    assert "| 1.000 |" in own, "every image without BAC is marked in these rows"
    assert "2 of 2 trainings mark more than half of the images without BAC" in own


def test_a_few_of_many_views_are_spread_over_all_of_them() -> None:
    whole = view_source(["simulated:patients=3,seed=1"], load_card("scunet-emory-2021"))
    few = evenly_spaced(whole, 5)
    numbers = [whole_number(whole, few, number) for number in range(len(few))]
    assert numbers == [0, 2, 4, 7, 9]
    assert few.description["of these"] == "5 of 12, evenly spaced: 5 views"
    assert len(evenly_spaced(whole, 99)) == len(whole)


def whole_number(whole: ViewSource, few: ViewSource, number: int) -> int:
    return [whole.identity(one) for one in range(len(whole))].index(few.identity(number))
