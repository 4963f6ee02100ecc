"""Images for display, and files that our own reader and a validator understand."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.mammogram import Laterality, PresentationIntent, SpacingSource, View
from shared_core.reading.dicom.display_values import display_u8
from shared_core.reading.reader import read_mammogram
from shared_core.simulation.choices import STYLES
from shared_core.simulation.dicom_files import Subject, presentation_dicom, processing_dicom, uid
from shared_core.simulation.image_formation import RawImage, expose
from shared_core.simulation.machine import machine_of
from shared_core.simulation.patient import PatientSettings, make_patient
from shared_core.simulation.projected_view import ProjectedView
from shared_core.simulation.projection import project
from shared_core.simulation.vendor_processing import PresentationImage, present

SUBJECT = Subject("SIM-0000-0001", "20210304", 61, 3)
Made = tuple[ProjectedView, RawImage, PresentationImage]


@pytest.fixture(scope="module", params=STYLES)
def made(request: pytest.FixtureRequest) -> Made:
    """A coarse right MLO view on each machine."""
    machine = machine_of(request.param)
    machine = replace(machine, pitch_mm=machine.pitch_mm * 5)
    patient = make_patient(11, settings=PatientSettings(vessels=(2, 2), mass_mg=40))
    view = project(patient, Laterality.RIGHT, View.MLO, spacing_mm=machine.pitch_mm / 1.07, shape=(700, 540))
    raw = expose(view, machine, seed=4)
    shown = present(
        raw,
        breast=view.truth.breast_mask,
        opaque=view.opaque,
        collimated=view.collimated,
        letters="RMLO",
    )
    return view, raw, shown


def _files(made: Made, folder: Path) -> tuple[Path, Path]:
    view, raw, shown = made
    paths = folder / "shown.dcm", folder / "raw.dcm"
    paths[0].write_bytes(presentation_dicom(shown, raw, view, SUBJECT))
    paths[1].write_bytes(processing_dicom(raw, view, SUBJECT))
    return paths


def test_display_has_black_air_a_breast_of_middle_greys_and_white_letters(made: Made) -> None:
    view, _, shown = made
    display = display_u8(shown.pixels, shown.display)
    breast = display[view.truth.breast_mask]
    outside = display[~view.truth.breast_mask]
    assert shown.pixels.max() <= 4095
    assert 45 <= np.median(breast) <= 110
    assert 120 <= np.percentile(breast, 97) <= 220
    assert np.median(outside) <= 1
    # Letters, opposite the chest wall.
    assert (display[: display.shape[0] // 4, : display.shape[1] // 2] > 200).sum() > 30


def test_calcium_is_brighter_than_what_lies_around_it(made: Made) -> None:
    view, _, shown = made
    display = display_u8(shown.pixels, shown.display).astype(float)
    dense = view.calcium_g_cm2 > np.percentile(view.calcium_g_cm2[view.truth.calcium_mask], 60)
    around = view.truth.band_mask & ~view.truth.calcium_mask
    assert display[dense].mean() > display[around].mean() + 5


def test_files_are_read_back_as_they_were_made(made: Made, tmp_path: Path) -> None:
    view, raw, shown = made
    presentation, processing = (read_mammogram(path) for path in _files(made, tmp_path))
    assert np.array_equal(processing.pixels, raw.pixels)
    assert np.array_equal(presentation.pixels, shown.pixels)
    assert presentation.header.intent is PresentationIntent.PRESENTATION
    assert processing.header.intent is PresentationIntent.PROCESSING
    for mammogram in (presentation, processing):
        header, beam = mammogram.header, raw.technique.beam
        assert (header.laterality, header.view) == (Laterality.RIGHT, View.MLO)
        assert header.spacing is not None
        assert header.spacing.row_mm == pytest.approx(view.spacing_mm, rel=1e-6)
        assert header.spacing.source is SpacingSource.IMAGER_OVER_MAGNIFICATION
        assert header.identity.patient_id == SUBJECT.patient_id
        assert header.acquisition.kvp == beam.kvp
        assert header.acquisition.filter_thickness_mm == pytest.approx(beam.filter_mm)
        assert header.acquisition.breast_thickness_mm == pytest.approx(view.compressed_mm, abs=0.06)
        assert header.acquisition.exposure_uas == round(raw.technique.mas * 1000)
        assert header.acquisition.manufacturer == f"OpenBAC simulator, {raw.machine.style} look"
        assert not header.acquisition.synthetic_2d
    assert processing.header.acquisition.pixel_intensity_relationship == "LIN"
    assert processing.header.acquisition.pixel_intensity_sign == 1


def test_reader_shows_the_image_as_it_was_meant(made: Made, tmp_path: Path) -> None:
    mammogram = read_mammogram(_files(made, tmp_path)[0])
    shown = made[2]
    as_meant = display_u8(shown.pixels, shown.display)
    difference = display_u8(mammogram.pixels, mammogram.display).astype(int) - as_meant
    assert np.abs(difference).max() <= 1


def test_magnification_stands_between_detector_and_breast(made: Made, tmp_path: Path) -> None:
    import pydicom

    view, _, _ = made
    ds = pydicom.dcmread(_files(made, tmp_path)[1])
    assert float(ds.ImagerPixelSpacing[0]) == pytest.approx(view.spacing_mm * view.magnification)
    assert float(ds.EstimatedRadiographicMagnificationFactor) == view.magnification
    assert float(ds.DistanceSourceToDetector) / float(ds.DistanceSourceToPatient) == pytest.approx(
        view.magnification, rel=1e-4
    )


def test_validator_finds_no_error(made: Made, tmp_path: Path) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    for path in _files(made, tmp_path):
        answer = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        assert "Error" not in answer.stderr + answer.stdout
        assert answer.returncode == 0


def test_same_image_gives_the_same_bytes_and_marks_that_it_is_simulated(made: Made) -> None:
    view, raw, shown = made
    first, again = (presentation_dicom(shown, raw, view, SUBJECT) for _ in range(2))
    assert first == again
    assert first.count(b"SIMULATED") >= 3
    assert uid("a", 1) == uid("a", 1) != uid("a", 2)
    assert str(uid("a")).startswith("2.25.")
    assert len(uid("a")) <= 64
