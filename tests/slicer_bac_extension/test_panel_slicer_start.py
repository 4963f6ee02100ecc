"""What Slicer is told as it starts: modules that must be there, a plugin, words that translate, no path."""

from __future__ import annotations

import ast
import importlib
import sys
import unittest
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import slicer
import slicer.util

from tests.host.module_panel import Panel, install_application
from tests.host.scene import HeadlessApp
from tests.host.swallowed import no_swallowed_error
from tests.slicer_bac_extension.conftest import MODULE
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import tram_track


@pytest.fixture
def panel(app: HeadlessApp, monkeypatch: pytest.MonkeyPatch) -> Iterator[Panel]:
    """A module that Slicer has just started with; no plugin was there before."""
    install_application()
    monkeypatch.delattr(slicer.modules, "dicomPlugins", raising=False)
    with no_swallowed_error():
        opened = Panel()
        yield opened
        opened.close()


def used_modules() -> set[str]:
    """Names of Slicer's modules whose logics and panels the source uses."""
    used = set()
    for path in MODULE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr.endswith("ModuleLogic"):
                used.add(node.attr.removeprefix("vtkSlicer").removesuffix("ModuleLogic"))
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("selectModule", "ModuleWidget")
            ):
                used |= {one.value for one in node.args if isinstance(one, ast.Constant)}
    return used


def test_slicer_is_told_which_modules_must_be_loaded_before(panel: Panel) -> None:
    used = used_modules()
    assert {"Segmentations", "SegmentEditor"} <= used
    assert used <= set(slicer.modules.bacsegmentation.parent.dependencies)


def test_the_choice_that_is_advised_is_one_of_the_dicom_module(panel: Panel) -> None:
    panel.ui.inputSelector.setCurrentNode(shown(np.stack([tram_track()] * 4), "four views"))
    assert not panel.ui.applyButton.enabled
    choice = slicer.modules.dicomPlugins["BACMammogramPlugin"]().loadType
    assert f"Load the views with {choice}, " in panel.ui.applyButton.toolTip


def test_a_slicer_without_its_dicom_module_starts(app: HeadlessApp, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without a main window an exception would end it.
    install_application()
    monkeypatch.setitem(sys.modules, "DICOMLib", None)
    with no_swallowed_error():
        opened = Panel()
        assert not opened.ui.applyButton.enabled
        opened.close()


def test_sys_path_stays_as_slicer_made_it(app: HeadlessApp) -> None:
    before = list(sys.path)
    opened = Panel()
    for path in sorted((MODULE / "BACSegmentationLib").glob("*.py")):
        importlib.import_module(f"BACSegmentationLib.{path.stem}")
    after = list(sys.path)
    opened.close()
    assert after == before


def test_what_a_person_reads_goes_through_slicers_translation(
    app: HeadlessApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_application()
    monkeypatch.setattr(sys.modules["slicer.i18n"], "tr", lambda text: f"<{text}>")
    opened = Panel()
    ui = opened.ui
    read = [
        slicer.modules.bacsegmentation.parent.title,
        ui.applyButton.toolTip,
        ui.editButton.toolTip,
        ui.measureButton.toolTip,
    ]
    ui.inputSelector.setCurrentNode(shown(np.stack([tram_track()] * 2), "stack"))
    read += [ui.applyButton.toolTip, ui.inputInfoLabel.text]
    mask = np.ones((600, 400), np.uint8)
    volume = shown(tram_track().astype(np.uint16) * 16, "LCC")
    sys.modules["BACSegmentationLib.segments"].show_mask(volume, mask)
    ui.inputSelector.setCurrentNode(volume)
    ui.measureButton.click()
    table = ui.summaryTableView.mrmlTableNode()
    read += [table.GetColumnName(place) for place in (0, 2)]
    plots = sys.modules["BACSegmentationLib.plots"]
    read += [plots.YEAR, plots.DATE, plots.EXAM, plots.LINE]
    opened.close()
    assert [text for text in read if not text.startswith("<")] == []


def test_where_packages_are_missing_the_test_of_the_module_skips(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a build of Slicer's extension factory, where nobody can agree to an installation.
    dependencies: Any = sys.modules["BACSegmentationLib.dependencies"]
    monkeypatch.setattr(dependencies, "missing", lambda path: ["scikit-image>=0.22"])
    result = unittest.TestResult()
    panel.module.BACSegmentationTest().run(result)
    assert result.wasSuccessful()
    assert [why for _test, why in result.skipped] == [
        "Press Apply once, which installs what is missing: scikit-image>=0.22"
    ]
