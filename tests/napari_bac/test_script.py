"""The copied script runs without a window and gives the masks and numbers of the session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_bac.session.exam_session import ExamSession
from napari_bac.session.script import script_of
from napari_bac.views.model_answer import KeptLabels, KeptProbability, ModelAnswer
from shared_core import load_model, segment
from shared_core.cli.main import main
from shared_core.errors import UsageError
from shared_core.pipeline import decide_mask
from shared_core.reading.mask import read_mask_file

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "segment_without_a_window.py"


def _run(arguments: list[str], folder: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _segment(session: ExamSession, key: str, threshold: float) -> None:
    model = load_model("openbac-1", device="cpu")
    prepared = session.views[key].opened.prepared
    probability = segment(prepared, model)
    mask = decide_mask(prepared, probability.values, model.card, threshold=threshold).mask
    labels = KeptLabels.of(mask.astype(np.uint8))
    session.set_answer(key, ModelAnswer(model.card, KeptProbability.of(probability), threshold, labels, 1.0))


def test_the_copied_script_gives_the_same_mask_and_numbers(
    session: ExamSession, exam_folder: Path, tmp_path: Path, qtbot: Any
) -> None:
    session.open([exam_folder / "LCC.dcm"], spacing_mm=0.21)
    _segment(session, "L-CC", 0.3)
    qtbot.waitUntil(lambda: not session.is_measuring, timeout=30000)
    script = script_of(session)
    assert "napari_bac" not in script
    (tmp_path / "run.py").write_text(script)
    printed = _run(["run.py"], tmp_path)
    view = session.views["L-CC"]
    assert view.measured is not None
    numbers = view.measured.view
    assert printed.splitlines()[0] == (
        f"L-CC: {numbers.am_px} px, {numbers.bac_area_mm2} mm2, {numbers.bac_percent_of_breast} % of breast"
    )
    assert numbers.am_px > 0
    assert np.array_equal(read_mask_file(tmp_path / "L-CC_mask.png").mask, view.label_pixels() > 0)


def test_an_edited_view_is_said_to_be_the_models(session: ExamSession, exam_folder: Path) -> None:
    session.open([exam_folder / "LCC.dcm"])
    _segment(session, "L-CC", 0.5)
    session.views["L-CC"].labels.paint((5, 5), 1)
    script = script_of(session)
    assert "# L-CC was edited by hand in napari" in script
    compile(script, "run.py", "exec")


def test_without_a_run_there_is_nothing_to_copy(session: ExamSession, left_cc: Any) -> None:
    session.add([left_cc])
    with pytest.raises(UsageError, match="There is no run to copy"):
        script_of(session)


def test_the_example_writes_what_bac_analyze_finds(exam_folder: Path, tmp_path: Path) -> None:
    image = exam_folder / "LCC.dcm"
    _run([str(EXAMPLE), str(image), "--model", "openbac-1", "-o", str(tmp_path / "ours")], tmp_path)
    arguments = ["--model", "openbac-1", "--workers", "0", "-q", "-o", str(tmp_path / "theirs")]
    assert main(["analyze", str(image), *arguments]) == 0
    for name in ("views.csv", "exams.csv"):
        assert (tmp_path / "ours" / name).read_bytes() == (tmp_path / "theirs" / name).read_bytes()
