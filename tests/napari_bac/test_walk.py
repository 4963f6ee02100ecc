"""The walk of the documentation, taken on a small exam."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_bac.docks.views_list import COLUMNS, labels_words
from scripts.napari_walk import LAPTOP, STEPS, Walk
from tests.napari_bac import pictures

KEY = "L-CC"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "napari"


@pytest.mark.pyside6
def test_from_a_folder_to_the_number_a_correction_an_export_and_back(
    make_napari_viewer: Any, qapp: Any, plugin: None, exam_folder: Path, tmp_path: Path
) -> None:
    seen: list[str] = []
    walk = Walk(seen.append, model="openbac-1")
    try:
        walk.open_and_segment(exam_folder)
        assert walk.clicks == 3
        tree, area = walk.panel.exam.views, COLUMNS.index("Area")
        shown = {tree.topLevelItem(row).text(0): tree.topLevelItem(row).text(area) for row in range(4)}
        assert set(shown) == set(pictures.KEYS)
        assert all(text.endswith(" mm²") for text in shown.values())
        window = walk.viewer.window._qt_window
        assert (window.width(), window.height()) == LAPTOP
        # One click on what was taken out brings all of it back, from end to end.
        view = walk.session.views[KEY]
        was = view.label_pixels() == 1
        row, column = walk.correct(KEY, 1)
        label = view.label_pixels()[round(row), round(column)]
        again = view.label_pixels() == label
        assert label > 0
        assert view.edited
        assert np.ptp(np.nonzero(again)[1]) > 0.8 * np.ptp(np.nonzero(was)[1])
        marked = view.label_pixels().copy()
        numbers = view.measured
        exports = tmp_path / "exports"
        exports.mkdir()
        exported = walk.export(exports)
        assert not view.dirty
        walk.reopen(exported)
        view = walk.session.views[KEY]
        assert np.array_equal(view.label_pixels(), marked)
        assert numbers is not None
        assert view.measured is not None
        assert view.measured.view == numbers.view
        assert labels_words(view) == "from LCC_labels.png"
        assert seen == list(STEPS)
    finally:
        walk.end()


def test_each_step_of_the_walk_has_its_picture_on_the_page() -> None:
    page = DOCS.with_suffix(".md").read_text("utf-8")
    for number, step in enumerate(STEPS, start=1):
        name = f"walk_{number}_{step}.jpg"
        assert (DOCS / name).is_file()
        assert f"(napari/{name})" in page
