"""What people said of exams is read back as they said it, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import astuple, replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from shared_core.errors import OpenBacError, UnreadableImageError, UsageError
from shared_core.records.cells import CsvStyle, csv_bytes
from shared_core.records.readings import (
    READING_COLUMNS,
    VERDICTS,
    Reading,
    check_readings,
    outdated,
    read_readings,
    result_id,
)

SAID = Reading("E1", "accept", "ok", "A. B.", "2026-01-31T10:00:00Z", "abc")
letters = st.characters(exclude_categories=("Cs", "Cc"))
words = st.text(letters, max_size=20).map(str.strip)


def written(path: Path, *readings: Reading, style: CsvStyle = "plain") -> Path:
    path.write_bytes(csv_bytes(READING_COLUMNS, map(astuple, readings), style=style))
    return path


@given(
    st.text(letters, min_size=1).map(str.strip).filter(bool), st.sampled_from([*VERDICTS, None]), words, words
)
def test_any_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, exam: str, verdict: object, comment: str, reader: str
) -> None:
    path = tmp_path_factory.mktemp("readings") / "r.csv"
    one = Reading(exam, verdict, comment, reader, "", "abc")  # type: ignore[arg-type]
    for style in ("plain", "excel", "excel-semicolon"):
        assert read_readings(written(path, one, style=style)) == {exam: one}


def test_a_table_that_somebody_made_needs_two_columns(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("verdict,exam\nAccept,E1\n,E2\n", encoding="utf-8")
    found = read_readings(tmp_path / "r.csv")
    assert found["E1"] == Reading("E1", "accept", "", "", "", "")
    assert found["E2"].verdict is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("exam,comment\nE1,x\n", "has no column verdict"),
        ("exam,verdict\nE1,maybe\n", "line 2 says 'maybe'"),
        ("exam,verdict\nE1,accept\nE1,reject\n", "line 3 has the exam E1 again"),
        ("exam,verdict\n,accept\n", "line 2 names no exam"),
        ("", "has no column exam, verdict"),
    ],
)
def test_what_is_no_such_table_is_refused_with_a_sentence(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=said) as error:
        read_readings(path)
    assert str(path) in str(error.value)


def test_files_that_are_missing_or_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("r.csv", "none.csv"):
        with pytest.raises(UnreadableImageError, match=name):
            read_readings(tmp_path / name)


def test_exams_that_are_not_there_are_refused_by_name(tmp_path: Path) -> None:
    readings = {f"E{n}": replace(SAID, exam=f"E{n}") for n in range(6)}
    check_readings(readings, set(readings), tmp_path)
    with pytest.raises(OpenBacError, match=r"not in these results \(E1, E2, E3 and 2 more\)"):
        check_readings(readings, {"E0"}, tmp_path)


def test_another_result_of_the_exam_is_another_thing() -> None:
    row = {"key": "E1", "bac_percent_of_breast": 0.5, "notice_codes": None}
    now = result_id(row)
    assert now == result_id(dict(reversed(row.items())))
    assert now != result_id({**row, "bac_percent_of_breast": 0.51})
    readings = {"E1": replace(SAID, result=now), "E2": replace(SAID, exam="E2", result="")}
    assert outdated(readings, [("E1", now), ("E2", "x"), ("E3", "y")]) == ()
    assert outdated(readings, [("E1", "x")]) == ("E1",)
