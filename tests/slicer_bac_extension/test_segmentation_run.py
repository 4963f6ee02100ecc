"""Volumes through the real engine: from their files where they have one, from their pixels where not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
import slicer.util
from BACSegmentationLib import heat_maps, process, results, segments
from BACSegmentationLib.mammograms import mammogram_of
from BACSegmentationLib.measurement import SceneMeasurement
from BACSegmentationLib.process import ProcessError
from BACSegmentationLib.segmentation_run import RunRequest, SegmentationRun

from shared_core import analyze_view
from shared_core.exporting.mask_files import probability_of
from tests.host.scene import HeadlessApp
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import tram_track, write_tram_track


def ran(volumes: Sequence[Any], **options: Any) -> SegmentationRun:
    run = SegmentationRun(RunRequest(tuple(volume.GetID() for volume in volumes), **options))
    end = time.monotonic() + 600
    while run.advance():
        assert time.monotonic() < end
        time.sleep(0.01)
    return run


def test_views_of_one_run_may_differ_in_spacing_and_source(app: HeadlessApp, tmp_path: Path) -> None:
    file = write_tram_track(tmp_path / "LCC.png")
    of_file = shown(tram_track(), "LCC", file=file, spacing_mm=(1.0, 1.0))
    signed = tram_track(seed=1).astype(np.int16) * 16 - 400
    of_memory = shown(signed, "RCC", spacing_mm=(0.07, 0.07))
    stack = shown(np.stack([tram_track()] * 2), "stack")
    run = ran([of_file, of_memory, stack])
    assert run.state == "done"
    assert run.share == pytest.approx(2 / 3)
    assert [name for name, _ in run.failures] == ["stack"]
    assert run.message.startswith("2 views: openbac-1 on cpu")
    assert "Failed: stack has 2 slices" in run.message
    first, second = run.views
    assert (first.record.file, second.record.file) == (str(file), "RCC")
    assert (first.record.spacing_mm, second.record.spacing_mm) == (None, (0.07, 0.07))
    assert any("RCC" in notice.text for notice in second.record.notices)
    for answer, volume in ((first, of_file), (second, of_memory)):
        known = analyze_view(mammogram_of(volume))
        np.testing.assert_array_equal(answer.mask, known.mask)
        np.testing.assert_allclose(
            probability_of(answer.probability_png), known.probability.values, atol=1 / 65535
        )
        assert answer.record.number("am_px") == known.measurement.am_px
        assert answer.record.number("pm") == known.measurement.pm
        assert answer.record.laterality == known.header.laterality.value
    assert not run._scratch.exists()


def test_a_classifier_of_whole_views_marks_where_it_looked_and_says_so(
    app: HeadlessApp, tmp_path: Path
) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    pytest.importorskip("torch", reason="torch is not installed")
    from tests.tiny_classifier import write_classifier

    card = str(write_classifier(tmp_path / "model", logit=9.0))
    volume = shown(tram_track(), "LCC", file=write_tram_track(tmp_path / "LCC.png"))
    run = ran([volume], model=card)
    (answer,) = run.views
    known = analyze_view(mammogram_of(volume), model=card)
    assert known.mask.any()
    np.testing.assert_array_equal(answer.mask, known.mask)
    # The heat map itself comes along.
    np.testing.assert_allclose(
        probability_of(answer.probability_png), known.probability.values, atol=1 / 65535
    )
    assert "heat-map" in [notice.code for notice in answer.record.notices]
    assert answer.record.number("bac_area_mm2") is None
    # On the volume it has colours, from faint to sure, where it is not cut.
    assert results.put(run, SceneMeasurement(), volume_node=volume, segmentation_node=None) == []
    heat = slicer.util.arrayFromVolume(heat_maps.of(segments.segmentation_of(volume)))[0]
    np.testing.assert_array_equal(heat > 0, known.mask)
    np.testing.assert_allclose(heat[known.mask] / 255, known.probability.values[known.mask], atol=1 / 255)


def test_threshold_and_model_reach_the_engine(app: HeadlessApp) -> None:
    run = ran([shown(tram_track(), "LCC")], threshold=0.8, model="no-such-model")
    assert run.state == "failed"
    assert "no-such-model" in run.message
    assert "openbac-1" in run.message


def test_volume_that_is_gone_before_it_is_read_is_told(app: HeadlessApp) -> None:
    volume = shown(tram_track(), "LCC")
    run = SegmentationRun(RunRequest((volume.GetID(),)))
    slicer.mrmlScene.RemoveNode(volume)
    while run.advance():
        pass
    assert run.state == "failed"
    assert "removed from the scene" in run.message


def test_engine_that_cannot_be_started_is_told(app: HeadlessApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise ProcessError("PythonSlicer was not found beside Slicer; install Slicer again.")

    monkeypatch.setattr(process, "python", nowhere)
    run = ran([shown(tram_track(), "LCC")])
    assert (run.state, run.message[:28]) == ("failed", "PythonSlicer was not found b")


def test_cancelled_run_says_so_and_leaves_nothing(app: HeadlessApp) -> None:
    run = SegmentationRun(RunRequest((shown(tram_track(), "LCC").GetID(),)))
    while run.child_pid is None:
        run.advance()
    run.cancel()
    assert (run.state, run.views) == ("cancelled", [])
    assert "Nothing was changed" in run.message
    assert not run._scratch.exists()
    assert not run.advance()
