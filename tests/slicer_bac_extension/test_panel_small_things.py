"""Small things of the panel: kept samples go by a button, and nothing that fails as Slicer starts ends it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
import slicer
import slicer.util

from tests.host.module_panel import Panel
from tests.host.scene import HeadlessApp
from tests.host.swallowed import no_swallowed_error
from tests.reading.synthetic import dataset, write
from tests.slicer_bac_extension.conftest import MODULE
from tests.slicer_bac_extension.test_foreign_things import ARTERY, breast, cropped, foreign
from tests.slicer_bac_extension.volumes_of_files import load


@pytest.fixture
def panel(app: HeadlessApp) -> Iterator[Panel]:
    with no_swallowed_error():
        opened = Panel()
        yield opened
        opened.close()


def test_kept_samples_are_removed_by_a_button_and_corrections_stay(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBAC_CACHE", str(tmp_path))
    panel.ui.clearCacheButton.click()
    assert panel.ui.statusLabel.text == "No sample exam is kept on this computer."
    (tmp_path / "samples" / "exam").mkdir(parents=True)
    (tmp_path / "edits").mkdir()
    load(write(tmp_path / "samples" / "exam" / "LCC.dcm", dataset(ImagerPixelSpacing=[0.07, 0.07])))
    asked: list[str] = []
    answer = [False, True]

    def ask(question: str, *_: object, **__: object) -> bool:
        asked.append(question)
        return answer.pop(0)

    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", ask)
    panel.ui.clearCacheButton.click()
    assert (tmp_path / "samples").is_dir()
    assert f"{tmp_path / 'samples'} (1 MB)" in asked[0]
    assert asked[0].endswith("LCC of the open scene were loaded from there.")
    panel.ui.clearCacheButton.click()
    assert not (tmp_path / "samples").exists()
    assert (tmp_path / "edits").is_dir()
    assert panel.ui.statusLabel.text == "The simulated exams were removed."


def test_a_slicer_without_sample_data_starts(
    app: HeadlessApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = ModuleType("SampleData")  # of a custom Slicer: it has no logic
    monkeypatch.setitem(sys.modules, "SampleData", broken)
    opened = Panel()
    opened.module.registerSampleData()
    opened.close()
    assert "is not offered in Sample Data" in caplog.text


def test_a_segment_of_somebody_elses_segmentation_is_chosen_and_measured(panel: Panel) -> None:
    volume = breast()
    node = foreign(volume)
    panel.ui.inputSelector.setCurrentNode(volume)
    panel.widget.parameters.outputSegmentation = node
    box = panel.ui.segmentComboBox
    assert [box.itemText(n) for n in range(box.count)] == ["Breast", "Plaque"]
    assert box.enabled
    assert box.currentIndex == -1
    box.currentIndex = 1
    assert panel.ui.statusLabel.text == "Plaque is measured now."
    assert panel.widget.numbers.measured
    (record,) = panel.widget.numbers._records()
    assert record.number("am_px") == int(ARTERY.sum())


def test_numbers_of_a_volume_that_was_cropped_after_apply_are_told_to_be_old(panel: Panel) -> None:
    segments = sys.modules["BACSegmentationLib.segments"]
    volume, ui = breast(), panel.ui
    ui.inputSelector.setCurrentNode(volume)
    segmentation = segments.show_mask(volume, ARTERY)  # as Apply does
    panel.widget.refresh()
    ui.measureButton.click()
    assert ui.staleLabel.isHidden()
    cropped(volume)
    assert not ui.staleLabel.isHidden()
    assert "LCC has 300 x 400 now: it was cropped or padded after segmenting" in ui.staleLabel.text
    segments.show_mask(volume, ARTERY[150:450], segmentation_node=segmentation)
    ui.measureButton.click()
    assert ui.staleLabel.isHidden()
    volume.SetSpacing(0.1, 0.1, 1.0)
    assert "the pixel size was changed after segmenting" in ui.staleLabel.text


def test_no_two_things_of_the_panel_stand_in_one_place() -> None:
    # Qt leaves the second one without a place: it floats over the panel, or is gone.
    layouts = list(ElementTree.parse(MODULE / "Resources" / "UI" / "BACSegmentation.ui").iter("layout"))
    assert layouts
    for layout in layouts:
        cells = [
            (int(item.get("row", "0")), int(item.get("column", "0")) + step)
            for item in layout.findall("item")
            if item.get("row") is not None
            for step in range(int(item.get("colspan", "1")))
        ]
        assert len(set(cells)) == len(cells), layout.get("name")
