"""Fine-tuning for a site: what the page says of gains and losses."""

from __future__ import annotations

from shared_core.simulation.choices import STYLES
from shared_core.simulation.machine import machine_of
from shared_core.simulation.vendor_processing import LOOKS
from shared_core.training.evaluation.row import ViewRow
from tests.training.evaluation.drawn import band, row
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


def test_a_style_that_loses_is_told_though_another_gains() -> None:
    known = views({"ge": 0.5, "fuji": 0.9}), views({"ge": 1.0, "fuji": 0.8})
    page = site_page(SITE, known, model="openbac-1", exams=5, rejected=True)
    assert "fuji does worst: it loses" in page
    assert "beyond the margin" in page
    assert "| of these, fuji |" in page
    assert "rejected this model" in page
