"""``bac info``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared_core.cli.main import main
from tests.reading.synthetic import dataset, write


def test_info_says_view_spacing_and_why(cbis_dicoms: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = sorted(cbis_dicoms.rglob("*.dcm"))[0]
    assert main(["info", str(file)]) == 0
    text = capsys.readouterr().out
    assert "CC" in text
    assert "PatientOrientation" in text
    assert "spacing" in text.lower()


def test_info_as_json_goes_on_after_a_bad_file(
    film_or_drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.dcm"
    bad.write_bytes(b"no image at all")
    good = film_or_drawn
    assert main(["info", "--json", str(bad), str(good)]) == 1
    first, second = json.loads(capsys.readouterr().out)["files"]
    assert "bad.dcm" in first["error"]
    assert second["error"] is None
    assert second["understood"]


def test_pixels_are_looked_at_where_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, cut = write(tmp_path / "whole.dcm", dataset()), tmp_path / "cut.dcm"
    cut.write_bytes(whole.read_bytes()[:-100])
    understood = {}
    for words in ([], ["--pixels"]):
        assert main(["info", "--json", *words, str(whole)]) == 0
        understood[len(words)] = json.loads(capsys.readouterr().out)["files"][0]["understood"]
    assert understood[0].pop("pixels")["value"] == "not looked at"
    looked_at = {key: understood[1].pop(key) for key in ("values", "display")}
    assert " to " in looked_at["values"]["value"]
    assert understood[0] == understood[1]
    assert main(["info", str(cut)]) == 0
    assert main(["info", "--pixels", str(cut)]) == 1


def test_version_and_help_exit_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--version", "--help"):
        with pytest.raises(SystemExit) as stop:
            main([option])
        assert stop.value.code == 0
    assert "Research use only" in capsys.readouterr().out
