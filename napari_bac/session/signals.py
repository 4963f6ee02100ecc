"""What a session tells its docks."""

from __future__ import annotations

from psygnal import Signal, SignalGroup


class SessionSignals(SignalGroup):
    """All emitted on the GUI thread. A view is named by its key."""

    views_changed = Signal()
    """Views came, went or changed their order."""
    live_changed = Signal(str)
    """(key) Counts of the view follow an edit."""
    measured = Signal(str)
    """(key) The slow numbers belong to the present labels again."""
    exam_measured = Signal()
    """The numbers of the whole exam are new."""
    selected = Signal(str, int)
    """(key, label) The artery that the person looks at; label 0 for the view alone."""
    edited_changed = Signal(str)
    """(key) Whether the labels differ from the model's, or from what is on disk."""
    run_changed = Signal()
    """A segmentation began, advanced or ended: see `ExamSession.run`."""
    restorable_changed = Signal(str)
    """(key) Whether edits of an earlier session wait to be restored or discarded."""
    closing = Signal()
    """The viewer closes: whatever runs for it must end."""
    said = Signal(str)
    """A sentence for the person."""
