"""``bac calibrate``, and what its file does in ``bac measure``."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.physics.signal import effective_k_cm2_g
from tests.raw_steps import BEAM, DENSITIES, STRONGER, raw_dicom
from tests.reading.synthetic import MG, write


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    rectangles = [[155, 65 + 110 * number, 40, 40] for number in range(len(DENSITIES))]
    document = {
        "format": "openbac-calcium-steps-1",
        "material": "hydroxyapatite",
        "steps": [
            {"areal_density_mg_cm2": density, "rectangle": rectangle}
            for density, rectangle in zip(DENSITIES, rectangles, strict=True)
        ],
    }
    path = tmp_path / "steps.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_calibrating_and_measuring_with_it(
    tmp_path: Path, steps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image, site = write(tmp_path / "phantom.dcm", raw_dicom()), tmp_path / "site.json"
    assert main(["calibrate", str(image), str(image), "--steps", str(steps), "-o", str(site)]) == 0
    assert "W/Rh 28 kV" in capsys.readouterr().out
    written = json.loads(site.read_text(encoding="utf-8"))
    assert (written["date"], written["device_serial"], len(written["points"])) == ("2020-01-02", "A1", 1)
    expected = STRONGER * effective_k_cm2_g(BEAM, thickness_mm=45, glandular_fraction=0.2)
    assert written["points"][0]["k_cm2_g"] == pytest.approx(expected, rel=0.01)

    woman = write(tmp_path / "woman.dcm", raw_dicom(densities=(0, 20)))
    mask = np.zeros((400, 600), np.uint8)
    mask[150:200, 170:220] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    common = ["measure", str(woman), str(tmp_path / "mask.png"), "--json"]
    assert main([*common, "--calibration", str(site)]) == 0
    metrics = json.loads(capsys.readouterr().out)["metrics"]["mass"]
    true_mg = 20 * 0.5 * 0.5
    assert metrics["status"] == "computed:calibrated"
    assert metrics["ha_mg"] == pytest.approx(true_mg, rel=0.1)
    assert metrics["low_mg"] < true_mg < metrics["high_mg"]
    assert metrics["ca_mg"] == pytest.approx(0.399 * metrics["ha_mg"], rel=1e-3)
    assert main(common) == 0
    without = json.loads(capsys.readouterr().out)["metrics"]["mass"]
    assert without["status"] == "computed:uncalibrated"
    assert without["ha_mg"] == pytest.approx(STRONGER * metrics["ha_mg"], rel=0.02)


def test_presentation_images_get_a_reason_and_no_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = write(
        tmp_path / "shown.dcm",
        raw_dicom(sop_class=MG, densities=(0, 20), PresentationIntentType="FOR PRESENTATION"),
    )
    mask = np.zeros((400, 600), np.uint8)
    mask[150:200, 170:220] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    assert main(["measure", str(shown), str(tmp_path / "mask.png"), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["metrics"]["mass"]["status"] == "not_computed:presentation_image"
    assert record["metrics"]["mass"]["ha_mg"] is None
    assert "mass not computed: presentation image" in record["report_sentence"]


def test_mistakes_are_told_in_one_sentence(
    tmp_path: Path, steps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path / "good.dcm", raw_dicom())
    other = write(tmp_path / "other.dcm", raw_dicom(DeviceSerialNumber="B2"))
    shown = write(
        tmp_path / "shown.dcm",
        raw_dicom(sop_class=MG, densities=(0, 20), PresentationIntentType="FOR PRESENTATION"),
    )
    site = tmp_path / "site.json"
    for images, words in (
        ([good, other], "several devices (A1, B2)"),
        ([shown], "shown.dcm: is no raw image"),
    ):
        command = ["calibrate", *map(str, images), "--steps", str(steps), "-o", str(site)]
        assert main(command) == 1
        assert words in capsys.readouterr().err
        assert not site.exists()
    assert main(["calibrate", str(good), "--steps", str(tmp_path / "no.json"), "-o", str(site)]) == 1
    assert "no.json: cannot be read" in capsys.readouterr().err


def test_a_tube_voltage_that_no_file_says_is_not_printed_as_zero(
    tmp_path: Path, steps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phantom = raw_dicom()
    del phantom.KVP
    image = write(tmp_path / "phantom.dcm", phantom)
    assert main(["calibrate", str(image), "--steps", str(steps), "-o", str(tmp_path / "site.json")]) == 0
    assert "W/Rh ? kV" in capsys.readouterr().out
