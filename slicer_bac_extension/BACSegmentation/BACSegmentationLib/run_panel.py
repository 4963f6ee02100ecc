"""The part of the panel that runs the model: Apply, progress, cancel, and what happened."""

from __future__ import annotations

import logging
from typing import Any, Final

import qt
import slicer
import slicer.util

from BACSegmentationLib import dependencies
from BACSegmentationLib.input_panel import InputPanel
from BACSegmentationLib.numbers_panel import NumbersPanel
from BACSegmentationLib.panel_host import PanelHost
from BACSegmentationLib.parameters import REQUIREMENTS
from BACSegmentationLib.results import volumes_to_run
from BACSegmentationLib.segmentation_run import RunRequest, SegmentationRun
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

LOOK_MS: Final = 100
"""Between looks at what the engine has said."""


class RunPanel:
    """One run at a time; the models are listed once the packages that read their cards are installed."""

    def __init__(self, host: PanelHost, inputs: InputPanel, numbers: NumbersPanel) -> None:
        self._host, self._ui = host, host.ui
        self._inputs, self._numbers = inputs, numbers
        self.run: SegmentationRun | None = None
        self._timer = qt.QTimer()
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._ui.cancelButton.clicked.connect(self.cancel)
        self._show()

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self.run is not None

    def apply(self) -> None:
        """Have what it takes, and begin."""
        if self.running:
            self._host.say(_("A segmentation is running; wait for it to finish, or cancel it."))
            return
        parameters = self._host.parameters
        if parameters is None:
            return
        device = parameters.device.value
        try:
            dependencies.ensure(REQUIREMENTS, device=device)
        except dependencies.DependencyError as error:
            self._host.say(str(error))
            slicer.util.errorDisplay(str(error), detailedText=error.advice)
            return
        self._inputs.fill_models()
        try:
            volumes = volumes_to_run(parameters.inputVolume, all_views=parameters.allViews)
        except bac.OpenBacError as error:
            self._failed(str(error))
            return
        self.run = SegmentationRun(
            RunRequest(
                volume_ids=tuple(volume.GetID() for volume in volumes),
                model=parameters.model,
                device=device,
                threshold=parameters.threshold if parameters.ownThreshold else None,
            )
        )
        self._timer.start()
        self._show()
        self._host.refresh()

    def cancel(self) -> None:
        """End the run; what was there before stays."""
        if self.run is not None:
            self.run.cancel()
            self._look()

    def stop(self) -> None:
        """The same, without a word: the scene or the panel goes."""
        self._timer.stop()
        if self.run is not None:
            self.run.cancel()
            self.run = None
            self._show()

    def _look(self) -> None:
        run = self.run
        if run is None:
            return
        try:
            goes_on = run.advance()
        except Exception as error:
            # Else the timer would go on with the next image, and nobody would hear of this one.
            logging.exception("The segmentation ended")
            words = _("an error that was not foreseen: {error}").format(error=error or type(error).__name__)
            run.cancel(words, state="failed")
            goes_on = False
        if goes_on:
            self._show()
            return
        self._timer.stop()
        self.run = None
        self._show()
        try:
            self._end(run)
        finally:
            self._host.refresh()

    def _end(self, run: SegmentationRun) -> None:
        if run.state == "done":
            with slicer.util.tryWithErrorDisplay(_("The result could not be shown."), waitCursor=True):
                lost = self._numbers.take(run)
            self._host.say(" ".join([run.message, *lost]))
        elif run.state == "failed":
            self._failed(run.message)
        else:
            self._host.say(run.message)

    def _failed(self, why: str) -> None:
        self._host.say(_("Not segmented: {why}").format(why=why))
        slicer.util.errorDisplay(_("The mammogram could not be segmented.\n\n{why}").format(why=why))

    def _show(self) -> None:
        ui, run = self._ui, self.run
        widgets: tuple[Any, ...] = (ui.progressBar, ui.cancelButton)
        for widget in widgets:
            widget.setVisible(run is not None)
        if run is not None:
            ui.progressBar.value = round(1000 * run.share)
            self._host.say(run.message)
