"""Both models side by side: regions of the film, rows that go on, and the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core import load_card
from shared_core.errors import UsageError
from shared_core.training.evaluation.row import ViewRow
from tests.training.evaluation.drawn import NOTHING, band, row
from validation.false_area import read_false_area
from validation.judged import AS_PUBLISHED, PUBLISHED, Judged, judged
from validation.models.figure import curves_figure
from validation.models.film import REGIONS, SHAPE, film_scores, region_mask
from validation.models.page import validation_page
from validation.models.real import PICTURE_ROWS, RealRow, RealRows, beside, real_settings
from validation.models.simulated import (
    Scored,
    groups_table,
    named_curves,
    scored,
    scores_table as table_of_scores,
)
from validation.real_data import FILM_WITH_BAC

BUNDLED = Judged(replace(load_card(PUBLISHED), name="bundled"), None, "bundled")


def film(*bands: tuple[int, int, int]) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    for middle, start, stop in bands:
        mask[middle - 10 : middle + 10, start:stop] = True
    return mask


def test_half_of_the_artery_is_half_of_its_line_and_nothing_lies_beside() -> None:
    published = film((1000, 300, 900))
    whole = film_scores(published, published)
    assert whole.line_found == 1
    assert whole.dice == pytest.approx(1)
    assert set(whole.beside_px.values()) == {0}
    half = film_scores(film((1000, 300, 600)), published)
    assert half.line_found == pytest.approx(0.52, abs=0.02)
    assert half.dice == pytest.approx(2 / 3)


def test_marks_on_label_disc_and_edges_are_counted_where_they_are() -> None:
    mask = np.zeros(SHAPE, bool)
    mask[40:44, 100:105] = True
    mask[1300:1310, 560:570] = True
    mask[1700, 1050:1100] = True
    assert film_scores(mask, film((1000, 300, 900))).beside_px == {
        "label": 20,
        "marker disc": 100,
        "film edge": 50,
    }


def test_the_places_without_artery_leave_the_arteries_of_the_image_alone(real_mammograms: Path) -> None:
    from shared_core import analyze_view

    model = judged(PUBLISHED).load()
    mask = analyze_view(real_mammograms / f"{FILM_WITH_BAC}.png", model=model).mask
    assert mask[:, -1].any()
    assert not any((mask & region_mask(rectangles)).any() for rectangles in REGIONS.values())


def test_another_image_is_no_film() -> None:
    with pytest.raises(ValueError, match="regions"):
        film_scores(np.zeros((10, 10), bool), np.zeros((10, 10), bool))


def real_row(name: str, shows: str, px: tuple[int, int, int], *, scored_film: bool = False) -> RealRow:
    names = ("bundled", PUBLISHED, AS_PUBLISHED)
    whole = film((1000, 300, 900))
    return RealRow(
        name=name,
        stem=name,
        shows=shows,
        marked_px=dict(zip(names, px, strict=True)),
        percent_of_breast=dict.fromkeys(names, 0.1),
        grid_dice=dict.fromkeys(names, None),
        film={one: film_scores(whole, whole) for one in names} if scored_film else None,
    )


REAL = [
    real_row(FILM_WITH_BAC, "film, clear BAC", (9000, 8000, 8000), scored_film=True),
    real_row("one", "FFDM, no BAC", (0, 600, 3000)),
    real_row("two", "FFDM, no BAC", (100, 0, 1)),
]


def test_rows_of_real_images_are_read_back_and_those_of_other_models_refused(tmp_path: Path) -> None:
    settings = real_settings([BUNDLED.card])
    kept = RealRows(tmp_path / "real.json", settings)
    for one in REAL:
        kept.add(one)
    assert list(RealRows(tmp_path / "real.json", settings).rows.values()) == REAL
    other = real_settings([replace(BUNDLED.card, threshold=0.6)])
    with pytest.raises(UsageError, match="other models"):
        RealRows(tmp_path / "real.json", other)
    judging_parts = replace(BUNDLED.card, tracks=load_card("openbac-2").tracks)
    with pytest.raises(UsageError, match="other models"):
        RealRows(tmp_path / "real.json", real_settings([judging_parts]))
    (tmp_path / "real.json").write_text("nothing", encoding="utf-8")
    with pytest.raises(UsageError, match="no rows"):
        RealRows(tmp_path / "real.json", settings)


def test_pictures_of_any_size_stand_side_by_side() -> None:
    wide, high = np.zeros((1800, 900, 3), np.uint8), np.zeros((450, 300, 3), np.uint8)
    assert beside([wide, high]).shape == (PICTURE_ROWS, 450 + 6 + 600, 3)


def views(share: float, blot: bool) -> tuple[ViewRow, ...]:
    """An artery found to a share in a patient of each style; one patient without."""
    found = [
        row(
            band(300, 50, 350),
            (band(300, 50, 50 + round(300 * share)), 0.9),
            number=number,
            patient=style,
            name=style,
            tags=(("severity", "mild"), ("style", style)),
        )
        for number, style in enumerate(("hologic", "ge", "fuji"))
    ]
    none = row(
        NOTHING,
        *([(band(100, 100, 200), 0.8)] if blot else []),
        number=3,
        patient="none",
        name="none",
        tags=(("severity", "none"), ("style", "ge")),
    )
    return (*found, none)


def both() -> tuple[Scored, ...]:
    rows = (views(1.0, blot=False), views(0.5, blot=True))
    models = (BUNDLED, judged(PUBLISHED))
    return tuple(scored([model], [_Rows(own)])[0] for model, own in zip(models, rows, strict=True))  # type: ignore[list-item]


class _Rows:
    """What `scored` reads of an evaluation."""

    def __init__(self, rows: tuple[ViewRow, ...]) -> None:
        self.rows = rows


def test_tables_have_a_column_a_model_and_groups_in_their_order() -> None:
    models = both()
    lines = table_of_scores(models)
    assert lines[0] == f"|  | bundled | {PUBLISHED} |"
    assert (
        next(line for line in lines if "arteries of which half" in line).count("1.000 (1.000 to 1.000)") == 2
    )
    severities = [line.split("|")[1].strip() for line in groups_table(models, "severity")[2:]]
    styles = [line.split("|")[1].strip() for line in groups_table(models, "style")[2:]]
    assert (severities, styles) == (["none", "mild"], ["hologic", "ge", "fuji"])


def test_the_page_says_what_was_asked_and_reached_and_gives_its_areas_to_other_studies() -> None:
    on_real = (BUNDLED, judged(PUBLISHED), judged(AS_PUBLISHED))
    page = validation_page(both(), REAL, on_real, first_seed=7)
    short = page.partition("## In short")[2].partition("\n## ")[0]
    assert short.count("| yes |") == 5
    assert "| no |" not in short
    areas = read_false_area(page)
    assert areas["bundled"].mean_px == 50
    assert areas[PUBLISHED].above == (1, 1, 0)
    assert areas[AS_PUBLISHED].above == (2, 1, 1)
    assert f"![{FILM_WITH_BAC}](validation/{FILM_WITH_BAC}.jpg)" in page
    worse = validation_page(both()[::-1], REAL, on_real, first_seed=7)
    assert "| no |" in worse.partition("## In short")[2].partition("\n## ")[0]


def test_curves_are_drawn() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    assert curves_figure(named_curves(both())).startswith(b"\x89PNG")
