"""The part of the panel that runs the model: Apply, progress, cancel, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import qt
import slicer
import slicer.util

from BACSegmentationLib import dependencies
from BACSegmentationLib.parameters import REQUIREMENTS
from BACSegmentationLib.segmentation_run import RunRequest, SegmentationRun

if TYPE_CHECKING:
    from BACSegmentation import BACSegmentationWidget

LOOK_MS: Final = 100
"""Between looks at what the engine has said."""


class RunPanel:
    """One run at a time.

    Parameters
    ----------
    owner
        Of the widgets and of the parameters.
    """

    def __init__(self, owner: BACSegmentationWidget) -> None:
        self._owner, self._ui = owner, owner.ui
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
        from BACSegmentationLib.results import volumes_to_run
        from shared_core.errors import OpenBacError

        if self.running:
            self.say("A segmentation is running; wait for it, or cancel it.")
            return
        parameters = self._owner.parameters
        device = parameters.device.value
        try:
            dependencies.ensure(REQUIREMENTS, device=device)
        except dependencies.DependencyError as error:
            self.say(str(error))
            slicer.util.errorDisplay(str(error), detailedText=error.advice)
            return
        self._owner.inputs.fill_models()
        try:
            volumes = volumes_to_run(parameters.inputVolume, all_views=parameters.allViews)
        except OpenBacError as error:
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
        self._owner.refresh()

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

    def say(self, words: str) -> None:
        """Show what happened."""
        self._ui.statusLabel.text = words

    def _look(self) -> None:
        run = self.run
        if run is None:
            return
        if run.advance():
            self._show()
            return
        self._timer.stop()
        self.run = None
        self._show()
        try:
            self._end(run)
        finally:
            self._owner.refresh()

    def _end(self, run: SegmentationRun) -> None:
        if run.state == "done":
            with slicer.util.tryWithErrorDisplay("The result cannot be shown.", waitCursor=True):
                lost = self._owner.numbers.take(run)
            self.say(" ".join([run.words, *lost]))
        elif run.state == "failed":
            self._failed(run.words)
        else:
            self.say(run.words)

    def _failed(self, why: str) -> None:
        self.say(f"Not segmented: {why}")
        slicer.util.errorDisplay(f"The mammogram was not segmented.\n\n{why}")

    def _show(self) -> None:
        ui, run = self._ui, self.run
        widgets: tuple[Any, ...] = (ui.progressBar, ui.cancelButton)
        for widget in widgets:
            widget.setVisible(run is not None)
        if run is not None:
            ui.progressBar.value = round(1000 * run.share)
            self.say(run.words)
