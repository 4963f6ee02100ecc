"""``bac compare`` with readers, strata, pairs of columns, groups, percentiles and models."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.statistics.bootstrap import kappa_bootstrap, paired_bootstrap
from shared_core.statistics.consensus import consensus
from shared_core.statistics.kappa import quadratic_kappa
from shared_core.statistics.severe import severe_rates

pytest.importorskip("sklearn", reason="the extra statistics is not installed")
pytest.importorskip("matplotlib", reason="the extra statistics is not installed")
CASES = 40


def write(path: Path, columns: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


@pytest.fixture
def readers(tmp_path: Path) -> tuple[list[Path], np.ndarray]:
    random = np.random.default_rng(11)
    truth = np.repeat([0, 1, 2, 3], CASES // 4)
    grades = np.stack([np.clip(truth + random.integers(-1, 2, CASES), 0, 3) for _ in range(4)])
    names = [f"e{case}" for case in range(CASES)]
    paths = [
        write(tmp_path / f"{name}.csv", {"key": names, "area_grade": own})
        for name, own in zip(("model", "anna", "berta", "clara"), grades, strict=True)
    ]
    return paths, grades


def compared(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main(["compare", *map(str, arguments), "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def one(document: dict[str, Any], **wanted: str) -> dict[str, Any]:
    (row,) = (
        row for row in document["statistics"] if all(row[name] == value for name, value in wanted.items())
    )
    assert isinstance(row, dict)
    return row


def test_readers_are_compared_in_all_pairs_and_with_the_consensus_of_the_others(
    readers: tuple[list[Path], np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    paths, grades = readers
    document = compared(capsys, *paths)
    kappas = [row for row in document["statistics"] if row["statistic"] == "kappa"]
    assert len(kappas) == 6 + 4
    wanted = kappa_bootstrap(grades[1], grades[3])
    found = one(document, first="anna", second="clara", statistic="kappa")
    assert (found["value"], found["low"], found["high"]) == pytest.approx((wanted.kappa, *wanted.limits))
    most = consensus(list(grades[1:]))
    model = {"first": "model", "second": "consensus of the others"}
    assert one(document, **model, statistic="kappa")["value"] == quadratic_kappa(grades[0], most).kappa
    rates = severe_rates(most, grades[0])
    for key, rate in rates.items():
        row = one(document, **model, statistic=key)
        assert (row["value"], row["low"]) == pytest.approx((rate.value, rate.limits and rate.limits[0]))
    tables = {(table["first"], table["second"]): table["table"] for table in document["tables"]}
    assert np.sum(tables["model", "anna"]) == CASES
    assert np.shape(tables["model", "anna"]) == (4, 4)


def test_strata_show_n_and_no_interval_below_eight(
    readers: tuple[list[Path], np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, _ = readers
    vendors = ["hologic"] * 7 + ["ge"] * (CASES - 8) + [""]
    cases = write(tmp_path / "cases.csv", {"key": [f"e{n}" for n in range(CASES)], "vendor": vendors})
    document = compared(capsys, *paths[:2], "--cases", cases, "--strata", "vendor", "--strata", "area_grade")
    small = one(document, stratum="vendor = hologic", statistic="kappa")
    assert (small["n"], small["low"]) == (7, None)
    large = one(document, stratum="vendor = ge", statistic="kappa")
    assert large["n"] == CASES - 8
    assert large["low"] < large["value"] < large["high"]
    # Severity is that of the reference, which is the second table.
    with paths[1].open(newline="", encoding="utf-8") as file:
        severe = sum(row["area_grade"] == "3" for row in csv.DictReader(file))
    assert one(document, stratum="area_grade = 3", statistic="equal")["n"] == severe
    assert main(["compare", *map(str, paths[:2]), "--strata", "nothing"]) == 1
    assert "No table has the column nothing" in capsys.readouterr().err


def test_a_named_reference_is_what_each_reader_is_judged_by(
    readers: tuple[list[Path], np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, _ = readers
    out = tmp_path / "out"
    assert main(["compare", *map(str, paths[:2]), "--reference", str(paths[3]), "-o", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "AUC-ROC, ordinal" in printed
    with (out / "statistics.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["first"], row["second"]) for row in rows} == {("model", "clara"), ("anna", "clara")}
    assert {row["interval"] for row in rows if row["statistic"] == "sensitivity"} == {"exact binomial"}
    picture = cv2.imread(str(out / "severe_roc.png"))
    assert picture is not None
    assert picture.std() > 5


def test_two_columns_of_two_tables_are_joined_by_exam(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(2)
    voxels = random.gamma(2, 300, 25)
    pm = 3 * voxels + random.normal(0, 90, 25)
    ours = write(tmp_path / "exams.csv", {"key": [f"e{n}" for n in range(25)], "pm": pm})
    ct = write(
        tmp_path / "ct.csv", {"patient": [f"e{n}" for n in range(25)][::-1], "ct_voxels": voxels[::-1]}
    )
    document = compared(capsys, ours, ct, "--pair", "pm=ct_voxels", "--key", "key=patient")
    (quantity,) = document["quantities"]
    from scipy import stats

    line = stats.linregress(voxels, pm)
    regression = quantity["regression"]
    assert (regression["slope"], regression["slope_se"]) == pytest.approx(
        (line.slope, line.stderr), abs=1e-10
    )
    assert regression["r_squared"] == pytest.approx(line.rvalue**2, abs=1e-10)
    assert quantity["rmse"] == pytest.approx(float(np.sqrt(np.mean((pm - voxels) ** 2))), abs=1e-9)
    assert quantity["spearman"]["r"] == pytest.approx(stats.spearmanr(voxels, pm).statistic, abs=1e-10)
    assert main(["compare", str(ours), str(ct), "--pair", "pm=nothing", "--key", "key=patient"]) == 1
    assert "has no column nothing" in capsys.readouterr().err


def test_covariates_are_compared_between_groups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from scipy import stats

    random = np.random.default_rng(4)
    ages = random.normal(60, 9, 60).round(1)
    side = ["train"] * 35 + ["test"] * 25
    table = write(tmp_path / "all.csv", {"key": [f"e{n}" for n in range(60)], "age": ages, "side": side})
    document = compared(capsys, table, "--covariate", "age", "--between", "side")
    found = one(document, statistic="mann_whitney_u")
    assert (found["first"], found["second"], found["n"]) == ("side = test", "side = train", 60)
    assert found["p"] == pytest.approx(stats.mannwhitneyu(ages[35:], ages[:35]).pvalue, abs=1e-10)
    distance = one(document, statistic="kolmogorov_smirnov_d")
    assert distance["value"] == pytest.approx(stats.ks_2samp(ages[35:], ages[:35]).statistic, abs=1e-10)
    assert main(["compare", str(table), "--between", "side"]) == 1
    assert "name it with --covariate" in capsys.readouterr().err


def test_one_table_gives_classes_and_percentiles_of_a_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exams = write(
        tmp_path / "exams.csv",
        {
            "key": ["a", "b", "c"],
            "age": [57, 57, 71],
            "left_mean_bac_area_mm2": [0, 8, 20],
            "right_mean_bac_area_mm2": [0, 6, ""],
            "area_grade": [0, 2, 3],
            "csbi_grade": [1.5, 7, 2],
            "guo_index": [0.0, 0.5, 0.9],
            "mask_style": ["vessel-band"] * 3,
        },
    )
    site = write(
        tmp_path / "site.csv", {"age": [56] * 40 + [72] * 5, "guo_index": [*np.arange(40) / 40, *[0.1] * 5]}
    )
    document = compared(capsys, exams, "--percentiles", site)
    classes = {one["column"]: one for one in document["classes"]}
    area = classes["bac_area_class_grade"]
    assert [entry["n"] for entry in area["classes"]] == [1, 0, 1, 0]
    assert area["unknown"] == 1
    assert classes["area_grade"]["mask_style_needed"] == "vessel-band"
    assert [entry["n"] for entry in classes["csbi_grade"]["classes"]] == [0, 0, 1, 0]
    assert classes["csbi_grade"]["unknown"] == 2
    assert area["mask_styles"] == ["vessel-band"]
    found = {row["name"]: row for row in document["percentiles"]}
    assert found["b"]["percentile"] == pytest.approx(100 * 20.5 / 40)
    assert (found["c"]["percentile"], found["c"]["n_age_group"]) == (None, 5)
    assert main(["compare", str(exams)]) == 0
    assert "> 10 to 25" in capsys.readouterr().out


def test_two_models_are_compared_by_the_paired_bootstrap_of_exams(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(6)
    dice = {"old": [], "new": []}
    for exam in range(9):
        for view in ("LCC", "LMLO"):
            truth = np.zeros((80, 90), np.uint8)
            truth[20:30, 10:60] = 255
            for name, folder in (("truth", "truth"), ("old", "old"), ("new", "new")):
                mask = np.roll(
                    truth, 0 if name == "truth" else int(random.integers(1, 5 if name == "new" else 9)), 0
                )
                path = tmp_path / folder / f"e{exam}" / f"{view}_mask.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(path), mask)
                if name != "truth":
                    both = int(((mask > 0) & (truth > 0)).sum())
                    dice[name].append(2 * both / (int((mask > 0).sum()) + int((truth > 0).sum())))
    document = compared(capsys, tmp_path / "new", tmp_path / "old", "--reference", tmp_path / "truth")
    means = {name: np.reshape(values, (9, 2)).mean(axis=1) for name, values in dice.items()}
    wanted = paired_bootstrap(means["new"], means["old"])
    found = one(document, statistic="dice_difference")
    assert (found["value"], found["low"], found["high"], found["p"]) == pytest.approx(
        (wanted.difference, *wanted.limits, wanted.p)
    )
    assert found["n"] == 9
    assert one(document, statistic="dice", first="old")["value"] == pytest.approx(means["old"].mean())
    assert one(document, statistic="jaccard_difference")["interval"] == "bootstrap of exams, bias-corrected"


def write_masks(folder: Path, exams: int, *, readers: tuple[str, ...]) -> dict[str, list[np.ndarray]]:
    """Bands of every reader, a little higher or lower; one mask an exam."""
    random = np.random.default_rng(3)
    masks: dict[str, list[np.ndarray]] = {reader: [] for reader in readers}
    for exam in range(exams):
        for reader in readers:
            mask = np.zeros((70, 66), np.uint8)
            top = 20 + int(random.integers(0, 6))
            mask[top : top + 10, 5:45] = 255
            path = folder / reader / f"e{exam}" / "LCC_mask.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), mask)
            masks[reader].append(mask > 0)
    return masks


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_folders_of_readers_are_compared_in_pairs_and_with_the_majority(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("model", "anna", "berta")
    masks = write_masks(tmp_path, 9, readers=names)
    document = compared(capsys, *(tmp_path / name for name in names))
    assert (document["readers"], document["masks"], document["exams"]) == (list(names), 9, 9)
    pair = [dice(a, b) for a, b in zip(masks["model"], masks["berta"], strict=True)]
    found = one(document, first="model", second="berta", statistic="dice")
    assert found["value"] == pytest.approx(np.mean(pair))
    assert (found["low"], found["high"]) == pytest.approx(paired_bootstrap(pair, np.zeros(9)).limits)
    votes = [np.sum(own, axis=0) for own in zip(*masks.values(), strict=True)]
    most = [dice(own, count >= 2) for own, count in zip(masks["anna"], votes, strict=True)]
    assert one(document, first="anna", second="consensus of all", statistic="dice")["value"] == (
        pytest.approx(np.mean(most))
    )
    # Where the two others differ they have no consensus, and the pixel takes no part.
    others = []
    for own, a, b in zip(masks["anna"], masks["model"], masks["berta"], strict=True):
        others.append(dice(own & (a == b), a & b))
    row = one(document, first="anna", second="consensus of the others", statistic="dice")
    assert row["value"] == pytest.approx(np.mean(others))
    differ = sum(
        int((a != b).sum())
        for x, y in (("model", "anna"), ("model", "berta"), ("anna", "berta"))
        for a, b in zip(masks[x], masks[y], strict=True)
    )
    assert document["tied_px"] == {"consensus of the others": differ}


def test_the_majority_is_written_as_masks_that_can_be_a_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("model", "anna", "berta")
    masks = write_masks(tmp_path, 2, readers=names)
    out = tmp_path / "out"
    assert main(["compare", *(str(tmp_path / name) for name in names), "-o", str(out)]) == 0
    assert "consensus of all" in capsys.readouterr().out
    for exam, own in enumerate(zip(*masks.values(), strict=True)):
        written = cv2.imread(str(out / "consensus" / f"e{exam}" / "LCC.png"), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(written > 0, np.sum(own, axis=0) >= 2)
    document = compared(capsys, tmp_path / "anna", "--reference", out / "consensus")
    most = [
        dice(a, np.sum(own, axis=0) >= 2)
        for a, own in zip(masks["anna"], zip(*masks.values(), strict=True), strict=True)
    ]
    assert one(document, first="anna", statistic="dice")["value"] == pytest.approx(np.mean(most))


def test_masks_of_some_readers_alone_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("model", "anna", "berta")
    write_masks(tmp_path, 3, readers=names)
    (tmp_path / "berta" / "e1" / "LCC_mask.png").unlink()
    command = ["compare", *(str(tmp_path / name) for name in names)]
    assert main(command) == 1
    assert "Masks are not in all folders (e1/LCC); add --common" in capsys.readouterr().err
    assert main([*command, "--common"]) == 0
    assert "left out" in capsys.readouterr().out
    cv2.imwrite(str(tmp_path / "berta" / "e2" / "LCC_mask.png"), np.zeros((66, 70), np.uint8))
    assert main([*command, "--common"]) == 1
    assert "give masks of the same image" in capsys.readouterr().err
