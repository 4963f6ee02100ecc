"""What happens to a picture that is unfit to be measured."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from shared_core import analyze_view
from shared_core.cli.main import main
from shared_core.errors import QualityError
from tests.quality.breast_picture import breast_picture
from tests.tram_track import write_tram_track


@pytest.fixture
def equalised(tmp_path: Path) -> Path:
    """A picture whose contrast was stretched after it had been stored."""
    path = tmp_path / "LCC.png"
    cv2.imwrite(str(path), (breast_picture() // 2) * 2)
    return path


def test_it_is_told_or_not_looked_at_and_the_numbers_are_the_same(equalised: Path) -> None:
    told, not_looked_at = (analyze_view(equalised, quality=policy) for policy in ("warn", "off"))
    assert "processed-again" in {notice.code for notice in told.notices}
    assert "processed-again" not in {notice.code for notice in not_looked_at.notices}
    assert told.measurement == not_looked_at.measurement


def test_left_out_it_says_why(equalised: Path) -> None:
    with pytest.raises(QualityError, match=r"LCC\.png: left out for its quality\. The grey levels were"):
        analyze_view(equalised, quality="exclude")


def test_a_batch_leaves_it_out_with_its_reason_and_goes_on(equalised: Path, tmp_path: Path) -> None:
    sound = tmp_path / "sound"
    sound.mkdir()
    write_tram_track(sound / "RCC.png")
    out = tmp_path / "out"
    asked = ["-o", str(out), "--quality", "exclude", "--workers", "0", "-q"]
    code = main(["analyze", str(equalised), str(sound), *asked])
    assert code == 1
    unused = (out / "unused.csv").read_text(encoding="utf-8") if (out / "unused.csv").exists() else ""
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert "quality" in unused or "left out for its quality" in json.dumps(run)
    assert "RCC" in (out / "views.csv").read_text(encoding="utf-8")


def test_what_was_asked_stands_in_the_record_of_the_run_only_where_it_was_asked(
    equalised: Path, tmp_path: Path
) -> None:
    asked = {}
    for policy in ("warn", "off"):
        out = tmp_path / policy
        main(["analyze", str(equalised), "-o", str(out), "--quality", policy, "-q"])
        asked[policy] = json.loads((out / "run.json").read_text(encoding="utf-8"))["arguments"].get("quality")
    assert asked == {"warn": None, "off": "off"}
