"""Whatever a file, a table or a person says, the page shows it as text and runs nothing of it."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import msgspec
import pytest

from shared_core.cli.main import main
from shared_core.cohort.batch_plan import BatchPlan, read_plan, write_plan
from shared_core.cohort.exam_mark import ENDED, read_mark
from shared_core.notices import Notice, Severity
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ViewRecord
from tests.cohort_page.browser import missing_browser, opened
from tests.cohort_page.simulated_cohort import write_cohort

pytestmark = pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "a browser is there")
RUN = "<img src=x onerror=window.hurt=1>"
TEXTS = {
    "key": f"{RUN} %41#&?",
    "patient": f'"><script>window.hurt=2</script>{RUN}',
    "maker": f"{RUN}</script><script>window.hurt=3</script>",
    "notice": f"{RUN} javascript:window.hurt=4 \u2028 \\u003c",
    "code": f"'-window.hurt=5-'{RUN}",
    "comment": f'=HYPERLINK("x") {RUN} `${{window.hurt=6}}`',
    "head": f"{RUN}<b>site</b>",
    "cell": f"<svg onload=window.hurt=7>{RUN}",
}


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One exam of a cohort whose files say all of it."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    out = write_cohort(tmp_path, 3, pictures=1, tables=False)
    plan = read_plan(out)
    assert plan is not None
    first = plan.order[0]
    for path in (out / first).glob("*.json"):
        record = read_record(path, ViewRecord)
        notice = Notice(TEXTS["code"], Severity.WARNING, TEXTS["notice"])
        changed = msgspec.structs.replace(
            record, manufacturer=TEXTS["maker"], notices=(notice,), exam=TEXTS["key"]
        )
        path.write_bytes(json_bytes(changed))
    mark = read_mark(out, first)
    assert mark is not None
    exam = mark.exam | {
        "key": TEXTS["key"],
        "patient_id": TEXTS["patient"],
        "report_sentence": TEXTS["notice"],
    }
    (out / first / ENDED).write_bytes(json_bytes(msgspec.structs.replace(mark, exam=exam)))
    (out / first).rename(out / TEXTS["key"])
    order = (TEXTS["key"], *plan.order[1:])
    unread = tuple(msgspec.structs.replace(one, text=TEXTS["notice"]) for one in plan.unread)
    write_plan(out, BatchPlan(exams=dict.fromkeys(order, 4), order=order, unread=unread))
    return out


def table(path: Path, *rows: tuple[str, ...]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def test_no_text_is_run_and_all_are_shown(results: Path, tmp_path: Path) -> None:
    said = table(
        tmp_path / "r.csv", ("exam", "verdict", "comment"), (TEXTS["key"], "reject", f"'{TEXTS['comment']}")
    )
    more = table(tmp_path / "more.csv", ("exam", TEXTS["head"]), (TEXTS["key"], TEXTS["cell"]))
    asked = [
        "report",
        str(results),
        "-o",
        str(tmp_path / "page"),
        "--reading",
        str(said),
        "--columns",
        str(more),
    ]
    assert main([*asked, "-q"]) == 0
    with opened(tmp_path / "page" / "index.html", tmp_path) as page:
        page.tab("exams")
        for key, where in (("key", "exam"), ("patient", "patient"), ("maker", "machine"), ("cell", "more_0")):
            column = page.run("cohort.byColumn.get(arguments[0])", where)
            assert (
                page.run("valueOf(cohort.byKey.get(arguments[0]), arguments[1])", TEXTS["key"], where)
                == TEXTS[key]
            )
            page.run("void examsTab.table.scrollToColumn(arguments[0])", column["key"])
            cell = f'.tabulator-cell[tabulator-field="{where}"]'
            texts = "[...document.querySelectorAll(arguments[0])].map((one) => one.textContent)"
            page.wait(f"{texts}.includes(arguments[1])", cell, TEXTS[key])
        assert TEXTS["head"] in page.run("document.querySelector('.tabulator-header').textContent")
        page.run("openExam(cohort.byKey.get(arguments[0]))", TEXTS["key"])
        page.find("#exam-dialog .notices")
        shown = page.run("document.querySelector('#exam-dialog').textContent")
        assert all(TEXTS[key] in shown for key in ("key", "patient", "maker", "notice"))
        assert page.run("document.querySelector('#exam-dialog .comment').value") == TEXTS["comment"]
        page.run("document.getElementById('exam-dialog').close()")
        for by in ("machine", "more_0"):
            page.run("Object.assign(distributionsTab, {by: arguments[0], shape: 'histogram'})", by)
            page.tab("distributions")
        page.tab("pairs")
        page.tab("completeness")
        assert TEXTS["notice"] in page.run("document.querySelector('.completeness').textContent")
        page.tab("check")
        assert page.run("window.hurt ?? null") is None
        assert (
            page.run("document.querySelectorAll('img[src=\"x\"], [onerror], [onload], svg[onload]').length")
            == 0
        )
        assert page.errors() == []
        assert page.run("readingsTable()").splitlines()[1].split(",")[1] == "reject"


def test_a_reading_of_another_result_is_left_out_and_told(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = read_plan(results)
    assert plan is not None
    key = plan.order[-1]
    said = table(tmp_path / "r.csv", ("exam", "verdict", "result"), (key, "accept", "another"))
    assert main(["report", str(results), "-o", str(tmp_path / "page"), "--reading", str(said)]) == 0
    assert (
        f"measured anew since they were read, so these readings are left out: {key}."
        in capsys.readouterr().err
    )
    assert (tmp_path / "page" / "data" / "readings.js").read_text() == 'takeData("readings",{});\n'
