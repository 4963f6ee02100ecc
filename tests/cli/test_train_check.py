"""``bac train``: what its check refuses on the way to a model, and what it leaves to fine-tuning."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared_core.cli.main import main
from tests.training.data.small import write_png
from tests.training.data.test_data_check import check_command, mask, picture, women

pytest.importorskip("torch")


def test_a_folder_for_the_model_is_needed_but_for_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "scunet-guo2021", "--data", "simulated:patients=2"])
    assert "--out" in capsys.readouterr().err
    assert main(check_command("simulated:patients=4,seed=3")) == 0
    assert "sim-3-00000" in capsys.readouterr().out


def test_one_woman_is_enough_to_be_checked_for_fine_tuning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for view, seed in (("LCC", 1), ("RCC", 2)):
        write_png(tmp_path / "eva" / f"{view}.png", picture(seed))
        write_png(tmp_path / "eva" / f"{view}_mask.png", mask())
    spec = f"folder:{tmp_path},spacing_mm=0.28"
    tuned = ["train", "scunet-fine-tune", "--from", "scunet-emory-2021", "--data", spec, "--check"]
    assert main(tuned) == 0
    assert main(check_command(spec)) == 1
    assert "too few to be split" in capsys.readouterr().out


def test_labels_that_change_while_a_run_is_stopped_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, out = women(tmp_path / "data"), tmp_path / "out"
    split = tmp_path / "none.json"
    arguments = ["train", "scunet-guo2021", "--data", spec, "--out", str(out), "--split", str(split)]
    # Stopped by a split that is not there: the run has begun, and nothing is cut.
    assert main(arguments) == 1
    assert (out / "inputs.json").is_file()
    write_png(tmp_path / "data" / "1004" / "2020" / "LCC_mask.png", mask(bac=False))
    capsys.readouterr()
    assert main([*arguments, "--resume"]) == 1
    assert "The data changed since the run" in capsys.readouterr().err
    assert not (out / "patches").exists()
