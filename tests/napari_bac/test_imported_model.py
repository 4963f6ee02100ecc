"""A network that was trained elsewhere gives the same mask in a session as on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_bac.session.segmentation_run import RunRequest, ViewDone, run_events
from napari_bac.views.opened_view import open_view
from shared_core import analyze_view
from shared_core.cli.main import main
from shared_core.exporting.mask_files import read_mask
from tests.imported_network import imported_card
from tests.tram_track import write_tram_track

pytest.importorskip("openvino", reason="OpenVINO is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")


def test_session_and_command_line_give_the_same_mask(tmp_path: Path) -> None:
    card = imported_card(tmp_path)
    file = write_tram_track(tmp_path / "LCC.png")
    opened = open_view(file)
    *_, done = run_events(RunRequest((("L-CC", opened),), str(card), "cpu"))
    assert isinstance(done, ViewDone)
    known = analyze_view(file, model=str(card))
    assert known.mask.any()
    np.testing.assert_array_equal(done.answer.labels.labels() > 0, known.mask)
    out = tmp_path / "results"
    assert main(["analyze", str(file), "-o", str(out), "--model", str(card), "-q", "--no-pictures"]) == 0
    (written,) = out.rglob("*mask*.png")
    np.testing.assert_array_equal(read_mask(written, known.mask.shape), known.mask)
