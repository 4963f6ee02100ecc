"""Cohorts on disk: complete, deterministic, and fit for our own pipeline."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.errors import OutputError, UsageError
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.reader import read_header
from shared_core.simulation import cohort
from shared_core.simulation.cohort import CohortSettings, simulate_cohort
from shared_core.simulation.machine import HOLOGIC, Machine
from shared_core.simulation.patient import PatientSettings


@pytest.fixture
def coarse_machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A detector of large elements: a cohort in a second."""
    machine = replace(HOLOGIC, pitch_mm=0.4, field=(640, 480))
    monkeypatch.setattr(cohort, "machine_of", lambda style: machine)
    return machine


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.usefixtures("coarse_machine")
def test_exam_has_four_views_with_truth_raw_and_pictures(tmp_path: Path) -> None:
    settings = CohortSettings(
        tmp_path, seed=3, exam=True, raw=True, png=True, patient=PatientSettings(vessels=(1, 2), mass_mg=30)
    )
    done = list(simulate_cohort(settings))
    names = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*.*")}
    assert names == {"images", "raw", "png", "truth", "cohort.json"}
    assert [view.image.name for view in done] == ["LCC.dcm", "RCC.dcm", "LMLO.dcm", "RMLO.dcm"]
    (exam,) = find_exams([tmp_path / "images"]).exams
    assert exam.missing_views == ()
    for view in done:
        truth = json.loads(view.truth.read_bytes())
        assert truth == view.record
        assert truth["truth"]["mass_mg"] == pytest.approx(30, rel=0.15)
        masks = {
            kind: cv2.imread(str(view.truth.with_name(f"{view.image.stem}_{kind}.png")), cv2.IMREAD_GRAYSCALE)
            for kind in ("calcium", "band", "breast")
        }
        assert all(mask.shape == (640, 480) for mask in masks.values())
        assert 0 < np.count_nonzero(masks["calcium"]) < np.count_nonzero(masks["breast"])
        assert set(np.unique(masks["band"])) == {0, 255}
        assert all((tmp_path / name).is_file() for name in truth["files"])
    summary = json.loads((tmp_path / "cohort.json").read_bytes())
    assert [entry["view"] for entry in summary["views"]] == ["LCC", "RCC", "LMLO", "RMLO"]


@pytest.mark.usefixtures("coarse_machine")
def test_same_settings_give_the_same_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    for name, workers in (("one", 1), ("three", 3)):
        settings = CohortSettings(tmp_path / name, seed=5, patients=2, exam=True, raw=True)
        assert len(list(simulate_cohort(settings, workers=workers))) == 8
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "three")
    list(simulate_cohort(CohortSettings(tmp_path / "other", seed=6)))
    first = next((tmp_path / "one").rglob("LCC.dcm")).read_bytes()
    assert first != next((tmp_path / "other").rglob("LCC.dcm")).read_bytes()


@pytest.mark.usefixtures("coarse_machine")
def test_calcium_grows_over_the_years_and_visits_are_positioned_anew(tmp_path: Path) -> None:
    settings = CohortSettings(
        tmp_path,
        years=(0.0, 1.0, 4.0),
        patient=PatientSettings(vessels=(2, 2), mass_mg=20, growth_mg_per_year=3),
    )
    done = list(simulate_cohort(settings))
    masses = [view.record["truth"]["mass_mg"] for view in done]
    assert masses[0] < masses[1] < masses[2]
    assert len({view.record["magnification"] for view in done}) == 3
    dates = [view.record["subject"]["study_date"] for view in done]
    assert dates == ["20200101", "20201231", "20240101"]
    assert len({read_header(view.image).identity.study_uid for view in done}) == 3


@pytest.mark.usefixtures("coarse_machine")
def test_patients_are_positioned_each_in_her_own_way(tmp_path: Path) -> None:
    settings = CohortSettings(
        tmp_path, years=(0.0, 1.0), patients=2, patient=PatientSettings(compressed_mm=50, mass_mg=0)
    )
    compressed = [view.record["compressed_mm"] for view in simulate_cohort(settings)]
    assert compressed[0] == compressed[2] == 50
    assert len(set(compressed)) == 3


@pytest.mark.usefixtures("coarse_machine")
def test_later_exams_alone_are_those_of_the_whole_series(tmp_path: Path) -> None:
    for name, first in (("all", 0), ("last", 1)):
        list(simulate_cohort(CohortSettings(tmp_path / name, years=(0.0, 2.0), first_exam=first)))
    every, last = (_bytes(tmp_path / name / "images") for name in ("all", "last"))
    assert len(last) == 1
    assert last.items() <= every.items()


@pytest.mark.usefixtures("coarse_machine")
def test_command_writes_a_negative_cohort_with_look_alikes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", str(tmp_path / "out"), "--negative", "--look-alikes", "round", "clip", "--seed", "2"]
    assert main(words) == 0
    assert "LCC.dcm: 0.0 mg in 0 arteries" in capsys.readouterr().out
    record = json.loads(next((tmp_path / "out").rglob("LCC.json")).read_bytes())
    assert record["truth"]["look_alikes"] == ["round", "clip"]
    assert main(words) == 1
    assert "already holds a cohort" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--negative", "--mass-mg", "5"], "--negative means no calcium"),
        (["--vessels", "99"], "too many"),
        (["--vessels", "0", "--mass-mg", "5"], "needs an artery"),
        (["--years", "1,0"], "must rise"),
    ],
)
def test_arguments_that_contradict_each_other_are_refused(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", str(tmp_path), *words]) == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words", [["--years", "a"], ["--mass-mg", "-1"], ["--seed", "x"], ["--style", "agfa"]]
)
def test_arguments_that_are_no_numbers_are_wrong_usage(words: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["simulate", str(tmp_path), *words])
    assert stop.value.code == 2


def test_settings_out_of_range_are_refused(tmp_path: Path) -> None:
    for settings in (
        CohortSettings(tmp_path, patients=0),
        CohortSettings(tmp_path, years=(0, 99)),
        CohortSettings(tmp_path, years=(0, 1), first_exam=2),
    ):
        with pytest.raises(UsageError):
            list(simulate_cohort(settings))
    (tmp_path / "cohort.json").write_text("{}", encoding="utf-8")
    with pytest.raises(OutputError, match="already holds"):
        list(simulate_cohort(CohortSettings(tmp_path)))
