"""A person points at arteries, and the model's calcium completes the band: each click, undone as one step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import slicer

from tests.host.module_panel import Panel
from tests.host.scene import HeadlessApp
from tests.host.swallowed import no_swallowed_error
from tests.slicer_bac_extension.volumes_of_files import shown
from tests.tram_track import SHAPE, tram_track

PITCH_MM = 0.07


@pytest.fixture
def panel(app: HeadlessApp) -> Iterator[Panel]:
    with no_swallowed_error():
        opened = Panel()
        opened.widget.numbers._rest.setInterval(10)
        opened.ui.inputSelector.setCurrentNode(shown(tram_track().astype(np.uint16) * 16, "LCC"))
        yield opened
        opened.close()


def wall(column: float) -> float:
    """The row of the upper wall of the artery."""
    return float(SHAPE[0] / 2 + 25 * np.sin(column / 60) - 7)


def click(panel: Panel, row: float, column: float) -> None:
    panel.widget.parameters.centreLine.AddControlPoint(-column * PITCH_MM, -row * PITCH_MM, 0.0)


def mask_of(panel: Panel) -> np.ndarray:
    from BACSegmentationLib.segments import mask_of

    parameters = panel.widget.parameters
    mask: np.ndarray = mask_of(parameters.outputSegmentation, parameters.inputVolume)
    return mask


def marked_columns(panel: Panel) -> np.ndarray:
    return np.flatnonzero(mask_of(panel).any(axis=0))


def test_one_click_marks_an_artery_from_end_to_end_and_undo_takes_it_back(panel: Panel) -> None:
    ui = panel.ui
    ui.drawLineButton.click()
    assert "Click on an artery" in ui.statusLabel.text
    click(panel, wall(120), 120)
    columns = marked_columns(panel)
    assert columns.min() < 30
    assert 235 < columns.max() < 285  # the last calcium lies in column 260, the breast goes on to 300
    rows = np.flatnonzero(mask_of(panel)[:, 120])
    assert abs(rows.mean() - wall(120)) < 5
    assert "marked along the calcium" in ui.statusLabel.text
    assert ui.undoBandButton.enabled is True
    ui.undoBandButton.click()
    assert not mask_of(panel).any()
    assert panel.widget.parameters.centreLine.GetNumberOfControlPoints() == 0


def test_a_further_click_goes_on_and_both_are_one_step(panel: Panel) -> None:
    ui = panel.ui
    ui.drawLineButton.click()
    click(panel, wall(120), 120)
    first = marked_columns(panel)
    click(panel, wall(250), 285)
    assert marked_columns(panel).max() >= 280 > first.max()
    assert mask_of(panel)[:, first].any(axis=0).all()
    ui.addBandButton.click()
    assert mask_of(panel)[:, first].any(axis=0).all()
    assert panel.widget.parameters.centreLine.GetNumberOfControlPoints() == 0
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    ui.undoBandButton.click()
    assert not mask_of(panel).any()


def test_beside_all_calcium_nothing_is_marked_and_it_is_said(panel: Panel) -> None:
    panel.ui.drawLineButton.click()
    click(panel, 150, 120)
    assert not mask_of(panel).any()
    assert "Nothing was added: no calcium is here" in panel.ui.statusLabel.text


def test_without_following_the_line_is_marked_as_drawn_when_it_is_asked_for(panel: Panel) -> None:
    ui = panel.ui
    ui.followCheckBox.checked = False
    ui.drawLineButton.click()
    click(panel, 150, 60)
    click(panel, 150, 200)
    assert panel.widget.parameters.outputSegmentation is None
    ui.addBandButton.click()
    assert mask_of(panel)[150, 60:201].all()


def test_the_line_is_that_of_the_engine(panel: Panel) -> None:
    from BACSegmentationLib.volumes import read_volume

    from shared_core import hosting as bac

    panel.ui.drawLineButton.click()
    click(panel, wall(120), 120)
    parameters = panel.widget.parameters
    evidence = panel.widget.numbers.evidence(parameters.inputVolume, parameters.outputSegmentation)
    line = bac.followed_line(evidence, [np.array([wall(120), 120.0])]).points
    spacing = read_volume(parameters.inputVolume).spacing_mm
    band = bac.line_bands([line], SHAPE, spacing=spacing, width_mm=parameters.bandWidthMm)
    assert (mask_of(panel) == band).all()
