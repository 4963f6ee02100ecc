"""``bac info``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared_core.cli.main import main


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


def test_version_and_help_exit_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--version", "--help"):
        with pytest.raises(SystemExit) as stop:
            main([option])
        assert stop.value.code == 0
    assert "Research use only" in capsys.readouterr().out
