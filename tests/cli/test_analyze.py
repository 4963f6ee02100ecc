"""``bac analyze`` as a person runs it."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core import analyze_view, load_model
from shared_core.cli.main import main
from shared_core.weights.registry import load_card

VIEW = "woman-LCC.png"


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory, view_with_bac: Path) -> tuple[Path, int]:
    """A folder with a view, a text and a broken picture, analysed once."""
    source = tmp_path_factory.mktemp("source")
    (source / VIEW).write_bytes(view_with_bac.read_bytes())
    (source / "notes.txt").write_text("no image")
    (source / "broken.png").write_bytes(view_with_bac.read_bytes()[:5000])
    output = tmp_path_factory.mktemp("output")
    code = main(["analyze", str(source), "-o", str(output)])
    return output, code


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_batch_with_a_broken_file_does_the_others_and_exits_with_1(analysed: tuple[Path, int]) -> None:
    output, code = analysed
    assert code == 1
    names = {path.name for path in output.rglob("*")}
    stem = VIEW.removesuffix(".png")
    assert {f"{stem}.json", f"{stem}_mask.png", f"{stem}_overlay.png"} <= names
    assert {"run.json", "views.csv", "exams.csv", "failures.csv"} <= names
    with (output / "failures.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1
    assert rows[0]["file"].endswith("broken.png")
    assert "broken.png" in rows[0]["error"]


def test_mask_on_disk_is_the_measured_one(analysed: tuple[Path, int], view_with_bac: Path) -> None:
    output, _ = analysed
    record = json.loads(next(output.rglob("woman*.json")).read_text(encoding="utf-8"))
    mask = cv2.imread(str(next(output.rglob("*_mask.png"))), cv2.IMREAD_UNCHANGED)
    assert mask.shape == cv2.imread(str(view_with_bac), cv2.IMREAD_GRAYSCALE).shape
    assert set(np.unique(mask)) == {0, 255}
    assert int((mask > 0).sum()) == record["metrics"]["am_px"]


def test_tables_hold_the_numbers_of_the_json(analysed: tuple[Path, int]) -> None:
    output, _ = analysed
    record = json.loads(next(output.rglob("woman*.json")).read_text(encoding="utf-8"))
    with (output / "views.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "ok"]
    assert len(rows) == 1
    assert int(rows[0]["am_px"]) == record["metrics"]["am_px"]
    assert rows[0]["bac_area_mm2"] == ""


def test_second_run_gives_the_same_bytes_with_any_number_of_processes_and_threads(
    film_or_drawn: Path, tmp_path: Path
) -> None:
    film = cv2.imread(str(film_or_drawn), cv2.IMREAD_GRAYSCALE)
    assert film is not None
    half = cv2.resize(film, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    exam = [tmp_path / "case_L_CC.png", tmp_path / "case_R_CC.png"]
    for file, picture in zip(exam, (half, half[10:, ::-1]), strict=True):
        cv2.imwrite(str(file), picture)
    for output, count in (("one", "1"), ("two", "2")):
        code = main(
            ["analyze", *map(str, exam), "-o", str(tmp_path / output)]
            + ["--workers", count, "--threads", count, "--quiet"]
        )
        assert code == 0
    one, two = _files(tmp_path / "one"), _files(tmp_path / "two")
    run_one, run_two = (json.loads(files.pop("run.json")) for files in (one, two))
    assert run_one.pop("arguments") != run_two.pop("arguments")  # the output folder, too
    assert run_one == run_two
    assert one == two
    assert any(name.endswith("exam_sheet.png") for name in one)


def test_json_document_is_the_python_answer(view_with_bac: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = view_with_bac
    code = main(["analyze", str(path), "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(document) == {"run", "views", "exams"}
    (view,) = document["views"]
    assert {"file", "status", "error", "view", "laterality", "spacing_mm", "notices", "metrics"} <= set(view)
    assert (view["status"], view["error"], view["spacing_mm"]) == ("ok", None, None)
    assert (view["view"], view["laterality"]) == ("CC", "L")
    measured = analyze_view(path, model=load_model()).measurement
    metrics = view["metrics"]
    for name in ("pm", "am_px", "sim", "tam_px", "tsim", "bac_area_mm2", "breast_area_px"):
        assert metrics[name] == getattr(measured, name)
    assert metrics["bac_percent_of_breast"] == measured.bac_percent_of_breast


def test_published_model_and_threshold_can_be_chosen(
    view_with_bac: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", "scunet-emory-2021-published", "--threshold", "0.65"]
    main(["analyze", str(view_with_bac), "--json", *options])
    (view,) = json.loads(capsys.readouterr().out)["views"]
    assert view["model"]["model_name"] == "scunet-emory-2021-published"
    assert view["model"]["threshold"] == 0.65


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze", "x.png"],
        ["analyze", "-o", "out"],
        ["analyze", "x.png", "-o", "out", "--threshold", "1.5"],
        ["analyze", "x.png", "-o", "out", "--spacing-mm", "7"],
        ["analyze", "x.png", "-o", "out", "--spacing-mm", "a"],
        ["analyze", "x.png", "-o", "out", "--workers", "-1"],
        ["analyze", "x.png", "-o", "out", "--tam-threshold", "300"],
        ["analyze", "x.png", "-o", "out", "--model", "scunet-emori"],
        ["nonsense"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_file_that_is_not_there_is_a_failure_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["analyze", str(tmp_path / "no.dcm"), "--json"])
    (view,) = json.loads(capsys.readouterr().out)["views"]
    assert code == 1
    assert view["status"] == "failed"
    assert "no.dcm" in view["error"]
    assert view["metrics"] is None


def test_empty_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["analyze", str(tmp_path), "-o", str(tmp_path / "out")])
    assert code == 1
    assert "no mammogram was found" in capsys.readouterr().err


def test_output_that_cannot_be_written_is_said_before_the_work(
    view_with_bac: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("in the way")
    path = str(view_with_bac)
    code = main(["analyze", path, "-o", str(in_the_way / "out")])
    error = capsys.readouterr().err
    assert code == 1
    assert "Cannot write" in error
    assert "Traceback" not in error
    assert in_the_way.read_text() == "in the way"


def test_missing_weights_are_said_with_what_to_do(
    view_with_bac: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = replace(load_card("scunet-emory-2021"), name="mine", sha256="0" * 64)
    card = tmp_path / "mine.json"
    card.write_text(json.dumps(asdict(own)), encoding="utf-8")
    code = main(["analyze", str(view_with_bac), "-o", str(tmp_path / "out"), "--model", str(card)])
    error = capsys.readouterr().err
    assert code == 1
    assert f"{tmp_path / own.weights_file} is not there; put the file" in error
    assert "Traceback" not in error


def test_files_named_from_their_own_folder_are_one_exam(
    view_with_bac: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("LCC.png", "RCC.png"):
        (tmp_path / name).write_bytes(view_with_bac.read_bytes() + name.encode())
    monkeypatch.chdir(tmp_path)
    assert main(["analyze", "LCC.png", "RCC.png", "--json", "--workers", "0"]) == 0
    (exam,) = json.loads(capsys.readouterr().out)["exams"]
    assert exam["missing_views"] == ["LMLO", "RMLO"]


def test_precision_that_the_device_lacks_is_said_before_the_work(
    view_with_bac: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--device", "cpu", "--precision", "float16"]
    assert main(["analyze", str(view_with_bac), "--json", *options]) == 1
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "float16 is for GPUs" in answer.err


def test_failed_view_keeps_what_its_header_said(
    cbis_dicoms: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = sorted(cbis_dicoms.rglob("*.dcm"))[0]
    (tmp_path / "cut.dcm").write_bytes(file.read_bytes()[:100_000])
    assert main(["analyze", str(tmp_path), "--json"]) == 1
    (view,) = json.loads(capsys.readouterr().out)["views"]
    assert view["status"] == "failed"
    assert (view["view"], view["laterality"]) == ("CC", "L")
