"""The page of 500 exams, or of `OPENBAC_PAGE_EXAMS`, as a person uses it in a browser."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_core.cli.main import main
from shared_core.records.readings import read_readings
from tests.cohort_page.browser import OpenPage, missing_browser, opened
from tests.cohort_page.simulated_cohort import write_cohort

pytestmark = pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "a browser is there")
EXAMS = int(os.environ.get("OPENBAC_PAGE_EXAMS", "500"))
KEYS = {"down": "\ue015", "right": "\ue014", "escape": "\ue00c", "enter": "\ue007"}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of `EXAMS` exams."""
    folder = tmp_path_factory.mktemp("cohort")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)  # nobody misses these files after a power cut
        return write_cohort(folder, EXAMS, pictures=30, tables=False)


@pytest.fixture(scope="module")
def page(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPage]:
    """Open for all tests of this file."""
    folder = cohort.with_name("page")
    sites = cohort.with_name("sites.csv")
    keys = [path.name for path in sorted(cohort.iterdir()) if path.is_dir()]
    rows = [f"{key},{'North' if number % 3 else 'South'}" for number, key in enumerate(keys)]
    sites.write_text("\n".join(["exam,site", *rows]), encoding="utf-8")
    asked = ["report", str(cohort), "-o", str(folder), "--columns", str(sites), "-q"]
    assert main(asked) == 0
    with opened(folder / "index.html", tmp_path_factory.mktemp("downloads")) as found:
        yield found


def shown(page: OpenPage) -> list[str]:
    """Keys of the exams of the table, in order."""
    found: list[str] = page.run("examsInOrder().map((exam) => exam.key)")
    return found


def values(page: OpenPage, column: str) -> list[object]:
    """Of the exams of the table, in order."""
    found: list[object] = page.run("examsInOrder().map((exam) => valueOf(exam, arguments[0]))", column)
    return found


def filter_by(page: OpenPage, label: str, text: str) -> None:
    field = page.find(f'input[aria-label="Filter {label}"]')
    page.run("arguments[0].scrollIntoView({inline: 'center'})", field)
    field.clear()
    field.send_keys(text)
    page.wait("examsTab.table.getHeaderFilters().some((one) => one.value === arguments[0])", text)


@pytest.fixture
def exams_tab(page: OpenPage) -> OpenPage:
    """The table, without filters."""
    page.tab("exams")
    page.run("clearFilters(document.getElementById('search'))")
    page.wait("examsInOrder().length === arguments[0]", EXAMS)
    return page


def test_the_table_sorts_by_a_number_and_leaves_the_unknown_for_the_end(exams_tab: OpenPage) -> None:
    column = "calcified_length_mm"
    for direction, backwards in (("asc", False), ("desc", True)):
        exams_tab.run("examsTab.table.setSort(arguments[0], arguments[1])", column, direction)
        found = values(exams_tab, column)
        known = [value for value in found if value is not None]
        assert None in found
        assert found == sorted(known, reverse=backwards) + [None] * (len(found) - len(known))  # type: ignore[type-var]
        last = "document.querySelector('#exams-table .tabulator-row:last-child [tabulator-field=\"%s\"]')"
        exams_tab.run("examsTab.table.scrollToRow(examsInOrder().at(-1).index, 'bottom')")
        exams_tab.wait(f"{last % column}.innerText === '–'")


@pytest.mark.parametrize(
    ("label", "column", "text", "holds"),
    [
        ("BAC of breast", "bac_percent_of_breast", "> 0.5", lambda value: value is not None and value > 0.5),
        ("Area grade", "area_grade", "1..2", lambda value: value in (1, 2)),
        ("Failures", "failures", "unsupported", lambda value: "unsupported" in value),
        ("Notices", "notices", "other-calc", lambda value: any("other-calc" in one for one in value)),
        ("Machine", "machine", "hologic", lambda value: "HOLOGIC" in value),
        ("Model", "model", "!openbac", lambda value: value is None or "openbac" not in value),
        ("site", "more_0", "South", lambda value: value == "South"),
        ("Patient", "patient", "–", lambda value: value is None),
        ("Missing views", "missing", "LMLO", lambda value: "LMLO" in value),
    ],
)
def test_the_table_filters(exams_tab: OpenPage, label: str, column: str, text: str, holds: object) -> None:
    assert callable(holds)
    every = values(exams_tab, column)
    filter_by(exams_tab, label, text)
    wanted = sum(map(bool, map(holds, every)))
    exams_tab.wait("examsInOrder().length === arguments[0]", wanted)
    assert all(map(holds, values(exams_tab, column)))
    assert wanted < EXAMS
    assert f"{wanted:,} of {EXAMS:,}" in exams_tab.find("#shown-count").text


def test_only_rows_in_sight_are_in_the_page_and_their_pictures_are_lazy(exams_tab: OpenPage) -> None:
    assert 0 < exams_tab.run("document.querySelectorAll('#exams-table .tabulator-row').length") < 100
    assert exams_tab.run("document.querySelector('#exams-table img').loading") == "lazy"


def test_an_exam_opens_large_and_its_dates_stand_side_by_side(exams_tab: OpenPage) -> None:
    several = exams_tab.run("cohort.exams.find((exam) => exam.index < 30 && seriesOf(exam).length > 1).index")
    exams_tab.run("openExam(cohort.exams[arguments[0]])", several)
    dates = exams_tab.run(
        "seriesOf(cohort.exams[arguments[0]]).map((exam) => valueOf(exam, 'date'))", several
    )
    exams_tab.find("#exam-dialog .group")
    captions = exams_tab.texts("#exam-dialog figcaption")
    assert [one for one in captions if one.startswith("LCC")] == [f"LCC {date}" for date in sorted(dates)][
        -4:
    ]
    exams_tab.find("#exam-dialog .open").click()
    exams_tab.wait("document.querySelector('#viewer img').naturalWidth > 500")
    first = exams_tab.run("document.querySelector('#viewer img').src")
    exams_tab.press(KEYS["right"])
    exams_tab.wait("document.querySelector('#viewer img').src !== arguments[0]", first)
    exams_tab.press("+")
    assert "scale(1.5)" in exams_tab.run("document.querySelector('#viewer img').style.transform")
    exams_tab.press(KEYS["escape"])
    exams_tab.wait("!document.getElementById('viewer').open && document.getElementById('exam-dialog').open")
    exams_tab.press(KEYS["escape"])
    exams_tab.wait("!document.getElementById('exam-dialog').open")


def test_the_list_says_in_words_why_and_the_weightiest_is_first(page: OpenPage) -> None:
    page.tab("check")
    weights = page.run("cohort.list.map((exam) => exam.weight)")
    assert weights == sorted(weights, reverse=True)
    assert len(weights) > 20
    assert page.texts("#check-list .tabulator-row:first-child .rank") == ["1"]
    reasons = page.texts("#check-exam .reasons li")
    assert reasons
    assert all(len(text) > 20 for text in reasons)


def test_keyboard_readings_are_kept_over_a_reload_and_the_program_reads_them_back(
    page: OpenPage,
) -> None:
    page.run("localStorage.clear()")
    page.reload()
    page.tab("check")
    page.run("showChecked(cohort.list[0])")
    reader = page.find("#reader")
    reader.send_keys("A. B.")
    first, second, third = page.run("cohort.list.slice(0, 3).map((exam) => exam.key)")
    for key, name in ((first, "a"), (second, "r")):
        page.wait("document.querySelector('#check-exam .exam')?.dataset.exam === arguments[0]", key)
        page.press(name)
    page.wait("document.querySelector('#check-exam .exam')?.dataset.exam === arguments[0]", third)
    page.press("c")
    page.run("document.activeElement").send_keys('=1+1, "<b>" and\u2028 ü', KEYS["enter"])
    page.wait("cohort.list[2].reading")
    page.reload()
    assert page.run("cohort.list.slice(0, 3).map((exam) => exam.reading.verdict)") == [
        "accept",
        "reject",
        None,
    ]
    assert page.run("document.getElementById('reader').value") == "A. B."
    assert page.find("#save").text == "Save readings (3)"
    page.press("s")
    saved = page.downloads / "out-readings.csv"
    end = time.monotonic() + 30
    while not saved.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    readings = read_readings(saved)
    assert [readings[key].verdict for key in (first, second, third)] == ["accept", "reject", None]
    assert readings[third].comment == '=1+1, "<b>" and\u2028 ü'
    assert {one.reader for one in readings.values()} == {"A. B."}
    assert page.find("#save").text == "Save readings"
    page.run("localStorage.clear()")


def test_a_verdict_is_taken_back_by_saying_it_again(page: OpenPage) -> None:
    page.tab("check")
    page.run("showChecked(cohort.list[5])")
    button = '#check-exam .exam[data-exam="{}"] .verdict.accept'.format(page.run("cohort.list[5].key"))
    page.find(button).click()
    page.wait("cohort.list[5].reading.verdict === 'accept'")
    page.wait("document.querySelector(arguments[0]).ariaPressed === 'true'", button)
    page.find(button).click()
    page.wait("cohort.list[5].reading.verdict === null")


def test_plots_of_what_is_shown_can_be_drawn_by_view_machine_year_and_site(page: OpenPage) -> None:
    page.tab("exams")
    filter_by(page, "Machine", "ge")
    few = len(shown(page))
    page.tab("distributions")
    assert f"The {few:,} exams" in page.find(".bar").text
    assert page.texts(".card h3") == ["BAC area (mm²)", "Calcified length (mm)", "Area grade"]
    options = page.run("[...document.querySelector('.bar select').options].map((one) => one.text)")
    assert {"view", "machine", "year", "site"} <= set(options)
    for by in ("year", "more_0"):
        page.run("Object.assign(distributionsTab, {by: arguments[0]}); showTab('distributions')", by)
        page.wait("document.querySelectorAll('.plot').length === 3 && drawn()")
    page.tab("pairs")
    apart = page.run("Tabulator.findTable('#pairs-table')[0].getData('active').map((row) => row.apart)")
    assert apart == sorted(apart, reverse=True)
    page.tab("exams")
    page.run("clearFilters(document.getElementById('search'))")


def test_missing_views_lead_to_their_exams_and_failures_say_why(page: OpenPage) -> None:
    page.tab("completeness")
    text = page.find(".completeness").text
    assert "has 3 channels that differ" in text
    assert "half.png: the PNG is truncated" in text
    page.find(".bars button").click()
    page.find("#exams-table[data-built]")
    missing = values(page, "missing")
    assert 0 < len(missing) < EXAMS
    page.run("clearFilters(document.getElementById('search'))")


def test_dark_and_light_differ_and_the_choice_is_kept(page: OpenPage) -> None:
    page.run("changeTheme('light')")
    light = page.run("getComputedStyle(document.body).backgroundColor")
    page.press("t")
    dark = page.run("getComputedStyle(document.body).backgroundColor")
    page.reload()
    assert page.run("getComputedStyle(document.body).backgroundColor") == dark
    brightness = [sum(map(int, text[4:-1].split(", "))) for text in (light, dark)]
    assert brightness[0] > 600 > 150 > brightness[1]


def test_all_parts_are_reached_by_the_keyboard(page: OpenPage) -> None:
    for number, name in enumerate(("check", "exams", "distributions", "pairs", "completeness"), start=1):
        page.press(str(number))
        page.wait("document.getElementById('main').dataset.tab === arguments[0]", name)
    page.press("?")
    page.wait("document.getElementById('keys').open")
    page.press(KEYS["escape"])
    page.press("2")
    page.find("#exams-table[data-built]")
    page.run("app.current = examsInOrder()[0]")
    page.press(KEYS["down"], KEYS["down"], KEYS["enter"])
    page.wait("document.querySelector('#exam-dialog .exam')?.dataset.exam === examsInOrder()[2].key")
    page.press(KEYS["escape"])


def test_the_browser_had_nothing_to_complain_about(page: OpenPage) -> None:
    assert page.errors() == []
