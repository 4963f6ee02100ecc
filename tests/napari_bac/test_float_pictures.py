"""A picture as bytes, as floats of 0 to 255 and as fractions has the same areas in napari."""

from __future__ import annotations

from typing import Any

import pytest

from napari_bac.session.exam_session import ExamSession
from tests.reading.test_float_pictures import dim_kinds

AREAS = ("am_px", "bac_area_mm2", "breast_area_mm2")


@pytest.mark.pyside6
def test_a_layer_of_fractions_has_the_areas_of_one_of_bytes(session: ExamSession, qtbot: Any) -> None:
    keys = {
        name: session.take_layer(session.viewer.add_image(pixels, name=name), spacing_mm=0.07)
        for name, pixels in dim_kinds().items()
    }
    assert session.segment(model="openbac-1")
    qtbot.waitUntil(lambda: not session.is_running and not session.is_measuring)
    found = {}
    for name, key in keys.items():
        measured = session.views[key].measured
        assert measured is not None
        found[name] = [getattr(measured.view, area) for area in AREAS]
    assert found["bytes"][0] > 0
    assert found == dict.fromkeys(found, found["bytes"])
