"""A network that was trained elsewhere gives the same mask through Slicer's engine as on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared_core import analyze_view
from tests.host.scene import HeadlessApp
from tests.imported_network import imported_card
from tests.slicer_bac_extension.test_segmentation_run import ran
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import tram_track, write_tram_track

pytest.importorskip("openvino", reason="OpenVINO is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")


def test_volume_through_an_imported_network(app: HeadlessApp, tmp_path: Path) -> None:
    card = imported_card(tmp_path)
    file = write_tram_track(tmp_path / "LCC.png")
    volume = shown(tram_track(), "LCC", file=file, spacing_mm=(1.0, 1.0))
    run = ran([volume], model=str(card))
    assert run.state == "done", run.message
    known = analyze_view(file, model=str(card))
    assert known.mask.any()
    np.testing.assert_array_equal(run.views[0].mask, known.mask)
