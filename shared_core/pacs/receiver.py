"""Exams come in, are analysed when they are complete, and their results go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from shared_core.errors import Cancelled, OpenBacError
from shared_core.exporting.folder_lock import alone_in
from shared_core.pacs.delivery import Courier, Patience
from shared_core.pacs.inbox import Inbox, ReceivedExam, State
from shared_core.pacs.storage_scp import Comings, Door, open_door

Analyse = Callable[[ReceivedExam, Callable[[], bool]], list[str]]
"""Writes `ReceivedExam.results`; asked between tiles whether to stop. Returns what to say of it."""
_LOOK_S: Final = 0.2
_PATIENCE: Final = Patience(60.0, 3600.0)


class _Waiting:
    """What is known of one exam since its images last changed."""

    def __init__(self, state: State, *, first_seen: bool) -> None:
        self.state, self.first_seen = state, first_seen and not state
        self.since = time.monotonic()
        self.complete: bool | None = None
        self.failures, self.not_before = 0, 0.0
        if first_seen and state:
            # Of a process before this one: it may have been quiet for long.
            newest = max(changed for _, changed in state.values()) / 1e9
            self.since -= max(0.0, time.time() - newest)


class Receiver:
    """A receiver for one folder.

    Parameters
    ----------
    couriers
        Who take the results on; none leaves them in the folder.
    quiet_s
        An exam without all standard views is complete when no new image came for so long.
    tell
        Is told each thing that happens, in a sentence.
    """

    def __init__(
        self,
        door: Door,
        folder: Path,
        *,
        analyse: Analyse,
        couriers: Sequence[Courier] = (),
        quiet_s: float = 60.0,
        tell: Callable[[str], None],
    ) -> None:
        self._door, self._inbox = door, Inbox(folder)
        self._analyse, self._couriers, self._tell = analyse, tuple(couriers), tell
        self._quiet_s = quiet_s
        self._comings = Comings()
        self._waiting: dict[Path, _Waiting] = {}

    def run(self, stop: threading.Event) -> None:
        """Receive until `stop` is set.

        Raises
        ------
        OpenBacError
            The folder or the port cannot be used.
        """
        with ExitStack() as stack:
            stack.enter_context(alone_in(self._inbox.folder, who="receiver"))
            self._inbox.begin()
            for exam in self._inbox.exams():
                self._waiting[exam.place] = _Waiting({}, first_seen=True)
            for courier in self._couriers:
                courier.start()
                stack.callback(courier.close)
            port = stack.enter_context(
                open_door(self._door, self._inbox, comings=self._comings, tell=self._tell)
            )
            self._tell(
                f"{self._door.ae_title} receives at {self._door.address}:{port} from "
                f"{', '.join(self._door.allowed)}."
            )
            while not stop.wait(_LOOK_S):
                for exam in self._ready():
                    if not stop.is_set():
                        self._finish(exam, stop)

    def _ready(self) -> list[ReceivedExam]:
        """Exams that are to be analysed now."""
        for place in self._comings.lately():
            self._waiting.setdefault(place, _Waiting({}, first_seen=False))
        found = []
        for place, waiting in list(self._waiting.items()):
            exam = ReceivedExam(place)
            state = exam.state()
            if waiting.state != state:
                waiting = self._waiting[place] = _Waiting(state, first_seen=waiting.first_seen)
            if exam.is_analysed(state):
                del self._waiting[place]
            elif state and self._is_complete(exam, waiting):
                found.append(exam)
        return found

    def _is_complete(self, exam: ReceivedExam, waiting: _Waiting) -> bool:
        now = time.monotonic()
        if now < waiting.not_before:
            return False
        if now - waiting.since >= self._quiet_s:
            return True
        if self._comings.under_way(exam.place):
            return False
        if waiting.complete is None:
            waiting.complete = exam.has_all_standard_views()
        return waiting.complete

    def _finish(self, exam: ReceivedExam, stop: threading.Event) -> None:
        """Analyse, put the results into the queues, and only then say that it is done."""
        state = exam.state()
        name = exam.place.name
        self._tell(f"{name}: {len(state)} images, being analysed.")
        try:
            said = self._analyse(exam, stop.is_set)
            objects = exam.objects()
            for courier in self._couriers:
                courier.outbox.put(objects)
                courier.wake()
            exam.mark_analysed(state)
        except Cancelled:
            return
        except OpenBacError as error:
            self._put_off(exam, state, str(error))
            return
        except Exception as error:  # whatever one exam holds, the others must go on
            self._put_off(exam, state, f"cannot be analysed ({type(error).__name__}: {error}).")
            return
        for sentence in said:
            self._tell(f"{name}: {sentence}")
        self._tell(f"{name}: analysed, {len(objects)} DICOM objects.")

    def _put_off(self, exam: ReceivedExam, state: State, why: str) -> None:
        """Try again later, each time after twice the wait."""
        failures = self._waiting[exam.place].failures if exam.place in self._waiting else 0
        self._waiting[exam.place] = waiting = _Waiting(state, first_seen=True)
        waiting.failures, waiting.complete = failures + 1, True
        waiting.not_before = time.monotonic() + _PATIENCE.wait_s(waiting.failures)
        self._tell(f"{exam.place.name}: {why} The images are kept, and it is tried again.")
