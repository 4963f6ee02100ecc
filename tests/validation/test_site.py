"""Fine-tuning for a site: what the page says of gains and losses."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import pytest

from shared_core.errors import UsageError
from shared_core.simulation.choices import STYLES
from shared_core.simulation.machine import machine_of
from shared_core.simulation.vendor_processing import LOOKS
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.plan import Plan
from shared_core.training.starting_model import Start
from shared_core.weights.card_json import CARD_FILE
from tests.training.evaluation.drawn import NOTHING, band, row
from validation import site
from validation.site import PLATE, site_page

ARTERY = band(300, 50, 350)


def views(shares: dict[str, float]) -> tuple[ViewRow, ...]:
    return tuple(
        row(
            ARTERY,
            (band(300, 50, 50 + round(300 * share)), 0.9),
            number=number,
            patient=style,
            name=style,
            tags=(("style", style),),
        )
        for number, (style, share) in enumerate(shares.items())
    )


SITE = views({"plate": 0.5}), views({"plate": 1.0})


def test_the_site_is_none_of_the_styles() -> None:
    assert all(PLATE.machine != machine_of(style) and PLATE.look != LOOKS[style] for style in STYLES)


def test_a_gain_without_loss_is_within_the_margin() -> None:
    same = views({"ge": 0.9, "fuji": 0.9})
    page = site_page(SITE, (same, same), model="openbac-1", exams=5, rejected=False)
    assert "At the site Dice gains 0.333." in page
    assert "together it gains 0.000, within the margin" in page
    assert "beyond" not in page
    assert "rejected" not in page


def test_a_finished_folder_is_taken_for_the_same_options_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned: list[Path] = []

    def fine_tune(plan: Plan, **_: object) -> SimpleNamespace:
        tuned.append(plan.output_dir)
        (plan.output_dir / CARD_FILE).write_text("{}", encoding="utf-8")
        return SimpleNamespace(folder=plan.output_dir)

    monkeypatch.setattr(site, "fine_tune", fine_tune)
    options = {"out": tmp_path, "exams": 1, "replay": 1, "epochs": 2, "positives": 8, "workers": 1}
    start = Start.load("openbac-1")
    first = site._tuned(Namespace(**options), start)
    assert site._tuned(Namespace(**options), start) == first
    assert len(tuned) == 1
    with pytest.raises(UsageError, match="another recipe"):
        site._tuned(Namespace(**{**options, "epochs": 3}), start)


def test_where_no_view_has_bac_nothing_is_gained_or_lost() -> None:
    def without(style: str) -> tuple[ViewRow, ...]:
        return (row(NOTHING, number=9, patient=style, name=style, tags=(("style", style),)),)

    loses = views({"ge": 0.9}), views({"ge": 1.0})
    known = tuple((*own, *without("fuji")) for own in loses)
    page = site_page((without("plate"), without("plate")), known, model="openbac-1", exams=5, rejected=False)
    assert "At the site Dice is not known, as no view there has BAC." in page
    assert "of few patients each, ge does worst: it gains" in page
    nowhere = site_page(SITE, (without("ge"), without("ge")), model="openbac-1", exams=5, rejected=False)
    assert "In the known styles together it is not known, as no view there has BAC.\n" in nowhere


def test_a_style_that_loses_is_told_though_another_gains() -> None:
    known = views({"ge": 0.5, "fuji": 0.9}), views({"ge": 1.0, "fuji": 0.8})
    page = site_page(SITE, known, model="openbac-1", exams=5, rejected=True)
    assert "fuji does worst: it loses" in page
    assert "beyond the margin" in page
    assert "| of these, fuji |" in page
    assert "rejected this model" in page
