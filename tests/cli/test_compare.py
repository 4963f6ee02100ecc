"""``bac compare``: masks, folders and tables, and what is said where they do not fit."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.statistics.agreement import bland_altman
from shared_core.statistics.overlap import overlap

pytest.importorskip("sklearn", reason="the extra statistics is not installed")
pytest.importorskip("matplotlib", reason="the extra statistics is not installed")


def _mask(left: int, columns: int) -> np.ndarray:
    mask = np.zeros((100, 120), np.uint8)
    mask[40:50, left : left + columns] = 255
    return mask


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Six masks and their references; the last two references are empty, and so is the last mask."""
    sizes = [(40, 40), (30, 36), (60, 50), (20, 30), (10, 0), (0, 0)]
    a, b = tmp_path / "a", tmp_path / "b"
    for folder in (a, b):
        (folder / "exam").mkdir(parents=True)
    for number, (of_a, of_b) in enumerate(sizes):
        cv2.imwrite(str(a / "exam" / f"{number}_mask.png"), _mask(10, of_a))
        cv2.imwrite(str(b / "exam" / f"{number}.png"), _mask(14, of_b))
    cv2.imwrite(str(a / "exam" / "0_overlay.png"), _mask(0, 0))
    return a, b


def _json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["compare", *arguments, "--json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_folders_are_matched_by_name_and_summed_up(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    document = _json([str(folders[0]), str(folders[1])], capsys)
    assert document["images"] == 6
    scores = {score["score"]: score for score in document["scores"]}  # type: ignore[attr-defined]
    assert (scores["dice"]["n"], scores["dice"]["undefined"]) == (5, 1)
    expected = [
        overlap(_mask(10, x), _mask(14, y)).dice for x, y in ((40, 40), (30, 36), (60, 50), (20, 30), (10, 0))
    ]
    assert scores["dice"]["mean"] == pytest.approx(np.mean(expected))
    detection = document["detection"]
    assert isinstance(detection, dict)
    assert (detection["true_positives"], detection["false_positives"]) == (4, 1)
    assert (detection["true_negatives"], detection["specificity"]) == (1, 0.5)
    assert document["curves"]["auc_roc"] == 1  # type: ignore[index]
    (area,) = document["quantities"]  # type: ignore[misc]
    assert area["bland_altman"]["bias"] == pytest.approx(10 * np.mean([0, -6, 10, -10, 10, 0]))


def test_report_is_written_with_plots(folders: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["compare", *map(str, folders), "-o", str(out), "--spacing-mm", "0.1", "--patches"]) == 0
    names = {path.name for path in out.iterdir()}
    assert {"area_mm2_bland_altman.png", "area_mm2_regression.png"} <= names
    assert {"pairs.csv", "agreement.csv", "compare.json"} <= names
    with (out / "pairs.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [f"exam/{number}" for number in range(6)]
    assert float(rows[0]["hausdorff95_mm"]) == pytest.approx(0.4)
    assert rows[5]["dice"] == ""
    assert float(rows[1]["a_area_mm2"]) == pytest.approx(3.0)


def test_two_masks_are_printed_and_drawn(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = folders[0] / "exam" / "0_mask.png", folders[1] / "exam" / "0.png"
    assert main(["compare", str(a), str(b), "-o", str(tmp_path / "out")]) == 0
    assert "0.900" in capsys.readouterr().out
    picture = cv2.imread(str(tmp_path / "out" / "difference.png"))
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    assert sorted(counts[colours.any(axis=1)]) == [40, 40, 360]


def test_names_that_differ_are_named(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    (folders[1] / "exam" / "0.png").unlink()
    arguments = ["compare", *map(str, folders)]
    assert main(arguments) == 1
    assert "only in A: exam/0" in capsys.readouterr().err
    assert main([*arguments, "--common"]) == 0
    assert "only in A: exam/0" in capsys.readouterr().out


def test_shapes_that_differ_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, shape in (("a.png", (90, 70)), ("b.png", (70, 90))):
        cv2.imwrite(str(tmp_path / name), np.zeros(shape, np.uint8))
    assert main(["compare", str(tmp_path / "a.png"), str(tmp_path / "b.png")]) == 1
    assert "a.png has 90 x 70 pixels" in capsys.readouterr().err


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    random = np.random.default_rng(0)
    area = random.gamma(2, 20, 30)
    paths = tmp_path / "a.csv", tmp_path / "b.csv"
    for path, values in zip(paths, (area + random.normal(0, 3, 30), area), strict=True):
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["key", "patient_id", "area_grade", "left_mean_bac_area_mm2", "guo_index"])
            writer.writerows(
                [f"e{i}", f"00{i}", int(value > 20) + int(value > 50), value, value / 1e4 if i else ""]
                for i, value in enumerate(values)
            )
    return paths


def test_tables_give_agreement_and_kappa(
    tables: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    document = _json([*map(str, tables)], capsys)
    quantities = {q["name"]: q for q in document["quantities"]}  # type: ignore[attr-defined]
    assert set(quantities) == {"left_mean_bac_area_mm2", "guo_index"}
    area = quantities["left_mean_bac_area_mm2"]
    columns = []
    for path in tables:
        with path.open(newline="") as file:
            columns.append([float(row["left_mean_bac_area_mm2"]) for row in csv.DictReader(file)])
    expected = bland_altman(*columns)
    assert area["bland_altman"]["bias"] == pytest.approx(expected.bias)
    assert area["bland_altman"]["upper_limits"] == pytest.approx(expected.upper_limits)
    assert area["spearman"]["words"] == "very strong"
    assert quantities["guo_index"]["n"] == 29
    assert document["warnings"] == ["guo_index: 1 of 30 rows have no number."]
    (grade,) = document["grades"]  # type: ignore[misc]
    assert grade["kappa"] > 0.8
    assert grade["resamples"] == 5000
    assert np.sum(grade["table"]) == 30


def test_table_is_printed_for_the_columns_asked_for(
    tables: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *map(str, tables), "--quantity", "guo_index", "--key", "patient_id"]) == 0
    printed = capsys.readouterr().out
    assert "guo_index" in printed
    assert "left_mean" not in printed
    assert "[limits of agreement]" in printed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--quantity", "nonsense"], "has no column nonsense"),
        (["--key", "area_grade"], "two rows are named"),
        (["--key", "nonsense"], "nothing in the column nonsense"),
    ],
)
def test_wrong_columns_are_said(
    tables: tuple[Path, Path], options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *map(str, tables), *options]) == 1
    assert words in capsys.readouterr().err


def test_two_kinds_are_refused(
    tables: tuple[Path, Path], folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(tables[0]), str(folders[0])]) == 1
    assert "give files of one kind" in capsys.readouterr().err
    assert main(["compare", *map(str, tables), "--reference", str(folders[0])]) == 1
    assert f"{folders[0]} is a folder" in capsys.readouterr().err
    assert main(["compare", str(tables[0]), "none.csv"]) == 1
    assert "no such file" in capsys.readouterr().err
