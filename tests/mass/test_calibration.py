"""Calibration files and step phantoms."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.mammogram import Mammogram, PresentationIntent
from shared_core.mass.densitometry import measure_mass
from shared_core.mass.exposure_physics import exposure_of
from shared_core.mass.scatter import scatter_to_primary
from shared_core.mass.settings import MassSettings
from shared_core.mass.site_calibration import Calibration, CalibrationPoint
from shared_core.mass.step_phantom import StepPhantom, fit_steps, joined_points
from shared_core.physics.attenuation import (
    density_g_cm3,
    linear_attenuation_per_mm,
    mass_attenuation_cm2_g,
)
from shared_core.physics.beam import Beam
from shared_core.physics.signal import effective_k_cm2_g
from shared_core.physics.spectrum import detector_response, spectrum
from validation.raw_phantom import BEAMS, acquisition_of, raw_mammogram, with_acquisition

BEAM = BEAMS[7]
NO_ARTERY = MassSettings(artery_calibre_mm=1e-6)
"""A square of calcium is no artery."""
DENSITIES = (0.0, 10.0, 25.0, 50.0, 100.0)


def step_image(beam: Beam = BEAM, *, material: str = "hydroxyapatite", noise: float = 0.0) -> Mammogram:
    """Five squares in a row, 45 mm, 20 % glandular base, scatter of the table, made from the spectrum."""
    source = spectrum(beam)
    tissue = 0.2 * linear_attenuation_per_mm("glandular", source.energy_kev)
    tissue = tissue + 0.8 * linear_attenuation_per_mm("adipose", source.energy_kev)
    weight = source.fluence * detector_response(source.energy_kev, "a-Se") * np.exp(-tissue * 45)
    gained = mass_attenuation_cm2_g(material, source.energy_kev) - tissue * 10 / density_g_cm3(material)  # type: ignore[arg-type]
    scatter = scatter_to_primary(45, grid=True)
    pixels = np.full((100, 300), 1 + scatter)
    for number, density in enumerate(DENSITIES):
        primary = float(np.average(np.exp(-gained * density / 1000), weights=weight))
        pixels[30:70, 20 + 50 * number : 60 + 50 * number] = primary + scatter
    pixels = 4000 * pixels * (1 + noise * np.random.default_rng(0).normal(size=pixels.shape))
    return raw_mammogram(pixels.astype(np.float32), acquisition_of(beam, 45), spacing_mm=0.1)


def steps_document(material: str = "hydroxyapatite") -> dict[str, Any]:
    return {
        "format": "openbac-calcium-steps-1",
        "material": material,
        "steps": [
            {"areal_density_mg_cm2": density, "rectangle": [35, 25 + 50 * number, 30, 30]}
            for number, density in enumerate(DENSITIES)
        ],
    }


def written(folder: Path, document: object) -> Path:
    path = folder / "file.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


GOOD = Calibration(
    "2026-01-31",
    (
        CalibrationPoint(5.8, 0.01, "W", "Rh", 0.05, 28, 45.0),
        CalibrationPoint(5.2, 0.01, "W", "Rh", 0.05, 28, 70),
    ),
    device_serial="A1",
)


class TestSteps:
    @pytest.mark.parametrize("beam", BEAMS[::3])
    @pytest.mark.parametrize("material", ["hydroxyapatite", "calcium_carbonate"])
    def test_steps_give_k_of_hydroxyapatite(self, tmp_path: Path, beam: Beam, material: str) -> None:
        phantom = StepPhantom.load(written(tmp_path, steps_document(material.replace("_", " "))))
        fit = fit_steps(step_image(beam, material=material, noise=0.01), phantom)
        expected = effective_k_cm2_g(beam, thickness_mm=45, glandular_fraction=0.2)
        assert fit.point.k_cm2_g == pytest.approx(expected, rel=0.015)
        assert fit.point.beam == beam
        assert fit.residual_mg_cm2 < 1

    def test_a_carbonate_phantom_taken_for_hydroxyapatite_would_be_13_percent_off(
        self, tmp_path: Path
    ) -> None:
        phantom = StepPhantom.load(written(tmp_path, steps_document()))
        right = fit_steps(step_image(), phantom).point.k_cm2_g
        wrong = fit_steps(step_image(material="calcium_carbonate"), phantom).point.k_cm2_g
        assert wrong == pytest.approx(right / 1.16, rel=0.02)

    def test_background_rectangles_stand_in_for_blank_steps(self, tmp_path: Path) -> None:
        document = steps_document()
        document["steps"] = [
            {**step, "background": [75, step["rectangle"][1], 20, 30]} for step in document["steps"][1:]
        ]
        phantom = StepPhantom.load(written(tmp_path, document))
        expected = effective_k_cm2_g(BEAM, thickness_mm=45, glandular_fraction=0.2)
        assert fit_steps(step_image(), phantom).point.k_cm2_g == pytest.approx(expected, rel=0.01)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"format": "other"}, "format must be 'openbac-calcium-steps-1', not 'other'"),
            ({"material": "bone"}, "material must be 'calcium carbonate' or 'hydroxyapatite', not 'bone'"),
            ({"steps": []}, "steps must be a list"),
            ({"steps": [{"areal_density_mg_cm2": -1, "rectangle": [0, 0, 1, 1]}]}, "steps[0].areal_density"),
            ({"steps": [{"areal_density_mg_cm2": 1, "rectangle": [0, 0, 1]}]}, "steps[0].rectangle must be"),
            (
                {"steps": [{"areal_density_mg_cm2": 1, "rectangle": [0, 0, 1, 1], "x": 1}]},
                "unknown field 'steps[0].x'",
            ),
            ({"steps": [{"areal_density_mg_cm2": 1, "rectangle": [0, 0, 1, 1]}]}, "at least two different"),
            ({"thickness_mm": 4000}, "thickness_mm must be at most 200, not 4000"),
            ({"kvp": 28}, "unknown field 'kvp'"),
        ],
    )
    def test_wrong_entries_are_named(self, tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
        path = written(tmp_path, {**steps_document(), **change})
        with pytest.raises(UsageError) as error:
            StepPhantom.load(path)
        assert sentence in str(error.value)
        assert str(path) in str(error.value)

    def test_steps_need_something_blank(self, tmp_path: Path) -> None:
        document = steps_document()
        document["steps"] = document["steps"][1:]
        with pytest.raises(UsageError, match="a step of 0 mg/cm², or a background rectangle"):
            StepPhantom.load(written(tmp_path, document))

    def test_images_that_cannot_calibrate_are_refused(self, tmp_path: Path) -> None:
        phantom = StepPhantom.load(written(tmp_path, steps_document()))
        image = step_image()
        shown = replace(image, header=replace(image.header, intent=PresentationIntent.PRESENTATION))
        cases = [
            (shown, "is no raw image"),
            (with_acquisition(image, pixel_intensity_relationship="LOG"), "is no raw image"),
            (with_acquisition(image, breast_thickness_mm=None), "says no thickness"),
            (replace(image, pixels=image.pixels[:50, :50]), "lies outside of the image"),
            (replace(image, pixels=image.pixels * 0), "no X-rays in the rectangle"),
            (replace(image, pixels=image.pixels[:, ::-1]), "which no mammographic beam has"),
        ]
        for wrong, sentence in cases:
            with pytest.raises(UsageError, match=sentence):
                fit_steps(wrong, phantom)

    def test_scattered_steps_are_refused(self, tmp_path: Path) -> None:
        document = steps_document()
        for step, density in zip(document["steps"], (0, 25, 10, 100, 50), strict=True):
            step["areal_density_mg_cm2"] = density
        with pytest.raises(UsageError, match="do not lie on a curve"):
            fit_steps(step_image(), StepPhantom.load(written(tmp_path, document)))

    def test_repeats_are_joined_and_their_spread_counts(self) -> None:
        low, high = (CalibrationPoint(k, 0.01, "W", "Rh", 0.05, 28, 45) for k in (5.6, 6.0))
        other = CalibrationPoint(5.0, 0.01, "W", "Ag", 0.05, 28, 45)
        joined = joined_points([low, other, high])
        assert [point.k_cm2_g for point in joined] == [pytest.approx(5.8), 5.0]
        assert joined[0].relative_sd > 0.03 > joined[1].relative_sd


class TestFile:
    def test_what_is_written_is_read_back(self, tmp_path: Path) -> None:
        loaded = Calibration.load(written(tmp_path, GOOD.document()))
        assert replace(loaded, name=GOOD.name) == GOOD

    @pytest.mark.parametrize(
        ("where", "value", "sentence"),
        [
            (("format",), "1", "format must be 'openbac-calcium-calibration-1', not '1'"),
            (("date",), "31.1.2026", "date must be a day"),
            (("date",), None, "date must be a day like 2026-01-31, not null"),
            (("points",), [], "points must be a list"),
            (("points",), [3], "points[0] must be a JSON object"),
            (("points", 0, "k_cm2_g"), None, "points[0].k_cm2_g must be a number, not null"),
            (("points", 1, "k_cm2_g"), 58, "points[1].k_cm2_g must be at most 20, not 58"),
            (("points", 0, "k_cm2_g"), True, "points[0].k_cm2_g must be a number"),
            (("points", 0, "relative_sd"), -0.1, "points[0].relative_sd"),
            (("points", 0, "anode"), "Cu", "points[0].anode must be 'Mo' or 'Rh' or 'W', not 'Cu'"),
            (("points", 0, "kv"), 28, "unknown field 'points[0].kv', did you mean 'kvp'"),
            (("step_material",), "chalk", "step_material must be 'calcium carbonate' or"),
            (("offset",), "none", "offset must be a number"),
        ],
    )
    def test_wrong_entries_are_named(
        self, tmp_path: Path, where: tuple[Any, ...], value: object, sentence: str
    ) -> None:
        document = copy.deepcopy(GOOD.document())
        inner = document
        for key in where[:-1]:
            inner = inner[key]
        inner[where[-1]] = value
        with pytest.raises(UsageError) as error:
            Calibration.load(written(tmp_path, document))
        assert sentence in str(error.value)

    def test_files_that_are_none_are_refused(self, tmp_path: Path) -> None:
        broken = tmp_path / "broken.json"
        broken.write_text("{", encoding="utf-8")
        for path in (broken, tmp_path / "absent.json", written(tmp_path, [1])):
            with pytest.raises(UsageError) as error:
                Calibration.load(path)
            assert str(path) in str(error.value)


class TestMatching:
    def test_the_point_nearest_in_thickness_is_taken(self) -> None:
        for thickness, k in ((50, 5.8), (60, 5.2)):
            point, _ = GOOD.find(exposure_of(acquisition_of(BEAM, thickness)))
            assert point is not None
            assert point.k_cm2_g == k

    def test_another_device_or_beam_has_no_point_and_the_result_says_so(self) -> None:
        image, square = step_image(), np.zeros((100, 300), bool)
        square[30:70, 120:160] = True
        result = measure_mass(with_acquisition(image, device_serial="B2"), square, calibration=GOOD)
        assert result.status == "computed:uncalibrated"
        assert "of device A1, the image of device B2" in str(result.k_source)
        result = measure_mass(with_acquisition(image, kvp=32.0), square, calibration=GOOD)
        assert result.status == "computed:uncalibrated"
        assert "has no point for this beam" in str(result.k_source)

    def test_round_trip_from_phantom_to_mass(self, tmp_path: Path) -> None:
        """A machine on which calcium shows 10 % stronger than physics says: only calibration knows."""
        phantom = StepPhantom.load(written(tmp_path, steps_document()))
        image, scatter = step_image(), scatter_to_primary(45, grid=True)
        primary = image.pixels / 4000 - scatter
        stronger = replace(image, pixels=(4000 * (primary**1.1 + scatter)).astype(np.float32))
        point = fit_steps(stronger, phantom).point
        square = np.zeros((100, 300), bool)
        square[30:70, 120:160] = True
        true_mg = 25 * 40 * 40 * 0.01**2
        site = Calibration("2026-01-31", (point,), device_serial="A1")
        calibrated = measure_mass(stronger, square, calibration=site, settings=NO_ARTERY)
        model = measure_mass(stronger, square, settings=NO_ARTERY)
        assert calibrated.mass_ha_mg == pytest.approx(true_mg, rel=0.025)
        assert model.mass_ha_mg == pytest.approx(1.1 * true_mg, rel=0.025)
