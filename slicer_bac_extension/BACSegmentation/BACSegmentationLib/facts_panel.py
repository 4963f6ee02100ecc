"""The part of the panel where a person states what a mammogram does not say of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from BACSegmentationLib import view_records
from BACSegmentationLib.mammograms import header_of
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.remedies import error_words
from BACSegmentationLib.segments import segmentations_of
from BACSegmentationLib.translation import tr as _
from BACSegmentationLib.volume_facts import facts_of, keep_facts
from shared_core import hosting as bac

UNKNOWN: Final = _("not known")
SIDES: Final = (UNKNOWN, "L", "R")
VIEWS: Final = (UNKNOWN, "CC", "MLO", "ML", "LM", "LMO", "XCCL", "XCCM", "FB", "SIO")


class FactsPanel:
    """Patient, date, side, view and pixel spacing of the chosen mammogram."""

    def __init__(self, host: PanelHost) -> None:
        self._host, self._ui = host, host.ui
        self._shown: dict[str, str] = {}
        """As it was filled in: what the person has not changed is not stated."""
        for name in SIDES:
            self._ui.sideComboBox.addItem(name)
        for name in VIEWS:
            self._ui.viewComboBox.addItem(name)
        self._ui.stateFactsButton.clicked.connect(self.state)

    def show_volume(self, volume: Any) -> None:
        """Fill in what is known of a volume."""
        self._shown = _known(volume)
        ui, shown = self._ui, self._shown
        ui.patientLineEdit.text = shown.get("patient", "")
        ui.dateLineEdit.text = shown.get("study_date", "")
        ui.rowSpacingLineEdit.text = shown.get("row_spacing_mm", "")
        ui.columnSpacingLineEdit.text = shown.get("column_spacing_mm", "")
        ui.sideComboBox.currentIndex = _place(SIDES, shown.get("side", ""))
        ui.viewComboBox.currentIndex = _place(VIEWS, shown.get("view", ""))
        ui.stateFactsButton.enabled = bool(shown)

    def state(self) -> None:
        """Take what the person has changed for facts of the chosen mammogram."""
        parameters = self._host.parameters
        volume = parameters.inputVolume if parameters is not None else None
        if volume is None:
            return
        typed = self._typed()
        changed = {name: text for name, text in typed.items() if text != self._shown.get(name, "")}
        if {"row_spacing_mm", "column_spacing_mm"} & set(changed):
            # one that is typed alone stands for both
            both = typed["row_spacing_mm"] or typed["column_spacing_mm"]
            changed["row_spacing_mm"] = typed["row_spacing_mm"] or both
            changed["column_spacing_mm"] = typed["column_spacing_mm"] or both
        try:
            facts = bac.stated_facts(changed)
        except bac.OpenBacError as error:
            self._host.say(error_words(error))
            return
        if facts == bac.StatedFacts(source=facts.source):
            self._host.say(_("Nothing was changed, so nothing is stated."))
            return
        keep_facts(volume, _merged(facts_of(volume), facts))
        for segmentation in segmentations_of(volume):
            view_records.mark_stale(segmentation)
        self._host.refresh()
        self._host.say(
            _("{name}: {names} stated. Facts stand in all results.").format(
                name=volume.GetName(), names=", ".join(changed)
            )
        )

    def _typed(self) -> dict[str, str]:
        ui = self._ui
        side, view = SIDES[ui.sideComboBox.currentIndex], VIEWS[ui.viewComboBox.currentIndex]
        return {
            "patient": ui.patientLineEdit.text.strip(),
            "study_date": ui.dateLineEdit.text.strip(),
            "side": "" if side == UNKNOWN else side,
            "view": "" if view == UNKNOWN else view,
            "row_spacing_mm": ui.rowSpacingLineEdit.text.strip(),
            "column_spacing_mm": ui.columnSpacingLineEdit.text.strip(),
        }


def _known(volume: Any) -> dict[str, str]:
    """What is known of a volume, as it stands in the boxes; empty where it is no mammogram."""
    try:
        header = header_of(volume) if volume is not None else None
    except (bac.OpenBacError, ImportError):
        header = None
    return bac.typed_facts(header) if header is not None else {}


def _place(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else 0


def _merged(before: bac.StatedFacts | None, now: bac.StatedFacts) -> bac.StatedFacts:
    """What was stated before stays, but for what is stated anew."""
    if before is None:
        return now
    anew = {name: value for name, value in vars(now).items() if value}
    return replace(before, **anew)
