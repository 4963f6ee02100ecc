"""``bac evaluate``: real weights on simulated views, a calibrated card, and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared_core.cli.main import main
from shared_core.weights.registry import load_card

DATA = "simulated:patients=1,seed=77,pitch_mm=0.14,field=breast"


def test_published_model_on_simulated_views_and_a_card_calibrated_on_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    model = ["evaluate", "scunet-emory-2021", DATA]
    assert main([*model, "-o", str(out), "--calibrate", "recall", "--recall", "0.3"]) == 0
    shown = capsys.readouterr().out
    assert "Dice, mean of the views with BAC" in shown
    assert "30% of pixels" in shown
    content = json.loads((out / "evaluation.json").read_bytes())
    (scored,) = content["models"]
    scores = scored["groups"][0]["scores"]
    assert content["views"] == 4
    # Coarse detectors of 0.14 mm are brought to the model's 0.07 mm.
    assert scores["dice_pooled_bac"]["value"] > 0.4
    assert scores["vessel_recall"]["value"] > 0.4
    card = load_card(out / "scunet-emory-2021-calibrated.json")
    assert card.temperature == pytest.approx(scored["calibration"]["temperature"])
    assert (card.name, card.sha256) == ("scunet-emory-2021-calibrated", load_card("scunet-emory-2021").sha256)
    rows = (out / "scunet-emory-2021" / "rows.jsonl").stat().st_mtime_ns
    masks = {path: path.stat().st_mtime_ns for path in (out / "scunet-emory-2021" / "masks").iterdir()}
    assert len(masks) == 4
    assert main([*model, "-o", str(out), "-q"]) == 0
    assert {path: path.stat().st_mtime_ns for path in masks} == masks
    assert (out / "scunet-emory-2021" / "rows.jsonl").stat().st_mtime_ns >= rows
    assert main([*model, "-o", str(out), "--tolerance-mm", "0.5"]) == 1
    assert "another tolerance; choose another output folder" in capsys.readouterr().err


def test_what_is_asked_wrongly_is_told_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["-o", str(tmp_path / "out")]
    assert main(["evaluate", "scunet-emory-2021", DATA, *out, "--against", "scunet-emory-2021"]) == 1
    assert "one name" in capsys.readouterr().err
    assert main(["evaluate", "no-such-model", DATA, *out]) == 1
    assert "There is no model" in capsys.readouterr().err
    assert main(["evaluate", "scunet-emory-2021", "nonsense", *out]) == 1
    assert "must begin with" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "scunet-emory-2021", DATA, *out, "--tolerance-mm", "0"])
    assert ended.value.code == 2
    assert not (tmp_path / "out").exists()
