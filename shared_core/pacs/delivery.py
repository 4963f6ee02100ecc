"""Empties the queue of a node, however long that node is away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from shared_core.errors import OutputError
from shared_core.pacs.call import Caller, PeerError
from shared_core.pacs.outbox import Outbox
from shared_core.pacs.sender import Outcome, send_files

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Patience:
    """How long to wait after a failure: each time twice as long."""

    first_s: float = 5.0
    most_s: float = 600.0
    tries: int | None = None
    """In a row without any object sent; None for ever."""

    def wait_s(self, failures: int) -> float:
        """After so many failures in a row."""
        return min(self.first_s * 2.0 ** min(failures - 1, 30), self.most_s)


def deliver(
    outbox: Outbox,
    *,
    caller: Caller,
    tell: Tell,
    patience: Patience | None = None,
    stop: threading.Event | None = None,
) -> bool:
    """Send what waits until nothing does; return whether all of it was sent.

    `tell` is told each new reason why something was not sent; `stop` ends the waiting between tries.

    Raises
    ------
    OutputError
        The queue cannot be changed.
    UsageError
        pynetdicom is not installed.
    """
    patience, stop = patience or Patience(), stop or threading.Event()
    failures, said, all_sent = 0, "", True
    while not stop.is_set():
        waiting = outbox.waiting()
        if not waiting:
            return all_sent
        reasons: list[str] = []
        sent = 0

        def settle(outcome: Outcome, reasons: list[str] = reasons) -> None:
            nonlocal sent, all_sent
            outbox.settle(outcome)
            sent += outcome.fate == "sent"
            if outcome.fate == "later":
                reasons.append(outcome.reason)
            elif outcome.reason:
                tell(outcome.reason)
            all_sent = all_sent and outcome.fate != "refused"

        try:
            send_files(waiting, outbox.node, caller=caller, done=settle)
        except PeerError as error:
            reasons.append(str(error))
        if not reasons:
            failures, said = 0, ""
            continue
        failures = 1 if sent else failures + 1
        if patience.tries is not None and failures >= patience.tries:
            tell(reasons[0])
            return False
        if reasons[0] != said:
            tell(f"{reasons[0]} {len(outbox.waiting())} objects wait and are tried again.")
            said = reasons[0]
        stop.wait(patience.wait_s(failures))
    return False


class Courier:
    """A thread that empties a queue whenever something is put into it."""

    def __init__(
        self, outbox: Outbox, *, caller: Caller, tell: Tell, patience: Patience | None = None
    ) -> None:
        self.outbox = outbox
        self._caller, self._tell, self._patience = caller, tell, patience
        self._stop, self._work = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"to {outbox.node}", daemon=True)

    def start(self) -> None:
        """Begin with what waits from before.

        Raises
        ------
        OutputError
            The folder cannot be used.
        """
        self.outbox.begin()
        self._work.set()
        self._thread.start()

    def wake(self) -> None:
        """Something was put into the queue."""
        self._work.set()

    def close(self) -> None:
        """End after the object that is under way; what waits stays for the next time."""
        self._stop.set()
        self._work.set()
        self._thread.join(timeout=self._caller.wait_s + 5)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._work.wait()
            self._work.clear()
            try:
                deliver(
                    self.outbox,
                    caller=self._caller,
                    tell=self._tell,
                    patience=self._patience,
                    stop=self._stop,
                )
            except OutputError as error:
                self._tell(str(error))
                if not self._stop.wait((self._patience or Patience()).most_s):
                    self._work.set()
