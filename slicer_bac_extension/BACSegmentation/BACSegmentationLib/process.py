"""The engine's command line in a child process: its progress, its end, and its whole family when cancelled.

What the child says goes into two files that are looked into from time to time. No pipe can fill up, and no
thread is needed: threads of Python stand still in Slicer while the application waits for events.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from BACSegmentationLib.translation import tr as _

Event = dict[str, Any]
"""A line of ``--progress json``: see `shared_core.cli.events`."""

_PATIENCE_S: Final = 5.0
"""That a killed process may take to be gone."""
_LAST_LINES: Final = 12


class ProcessError(RuntimeError):
    """The child cannot be started; the message is one sentence for people."""


def python() -> str:
    """The Python that runs scripts as Slicer's own does.

    Raises
    ------
    ProcessError
        There is none beside this application.
    """
    found = shutil.which("PythonSlicer")
    if found:
        return found
    # In Slicer itself this is the application: it would open a second window.
    if Path(sys.executable or "").stem.lower().startswith("python"):
        return sys.executable
    raise ProcessError(_("PythonSlicer was not found beside Slicer; install Slicer again."))


def scratch_folder() -> Path:
    """A new folder for what a run leaves behind.

    Raises
    ------
    ProcessError
        There is no place for it.
    """
    try:
        return Path(tempfile.mkdtemp(prefix="bac-"))
    except OSError as error:
        raise ProcessError(
            _(
                "No temporary folder can be made ({why}): make room, and check the folder for "
                "temporary files in Edit > Application Settings."
            ).format(why=error.strerror or error)
        ) from error


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A `scratch_folder` that goes with the block."""
    folder = scratch_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class EngineProcess:
    """One run of ``bac ...`` in a process of its own.

    Parameters
    ----------
    arguments
        Of the command line, as ``analyze FILE -o FOLDER --progress json``.
    engine_folder
        That holds the package `shared_core`.
    scratch
        A folder for what the child says.
    module
        Of the engine, that is run.
    """

    def __init__(
        self, arguments: Sequence[str], *, engine_folder: Path, scratch: Path, module: str = "shared_core"
    ) -> None:
        self.arguments = tuple(arguments)
        self._module = module
        self._engine_folder, self._scratch = engine_folder, scratch
        self._output, self._errors = scratch / "progress.jsonl", scratch / "errors.txt"
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._begun = b""
        self._error: Event | None = None

    def __enter__(self) -> EngineProcess:
        """Begin; it ends with the block at the latest."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.exit_code is None:
            self.cancel()

    def start(self) -> None:
        """Begin.

        Raises
        ------
        ProcessError
            It cannot be started.
        """
        command = [python(), "-m", self._module, *self.arguments]
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
            with self._output.open("wb") as output, self._errors.open("wb") as errors:
                self._child = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    # With -m, the folder in which a program starts is the first on its path.
                    cwd=self._engine_folder,
                    env=self._environment(),
                    **_FAMILY,
                )
        except OSError as error:
            raise ProcessError(_("The engine could not be started: {error}.").format(error=error)) from error

    @property
    def pid(self) -> int | None:
        """Of the child; None before it began."""
        return self._child.pid if self._child is not None else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs, and before."""
        return self._child.poll() if self._child is not None else None

    def events(self) -> list[Event]:
        """What it said since the last call; lines that are no event are left out."""
        if not self._output.is_file():
            return []
        with self._output.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        *lines, self._begun = (self._begun + new).split(b"\n")
        events = [event for event in map(_event, lines) if event is not None]
        self._error = next((event for event in events if event["event"] == "error"), self._error)
        return events

    @property
    def results_folder(self) -> Path:
        """That the command line names with ``-o``."""
        return Path(self.arguments[self.arguments.index("-o") + 1])

    @property
    def refused(self) -> bool:
        """Whether it said that nothing could be done; of single images that failed it says so one by one."""
        return self._error is not None

    @property
    def error_text(self) -> str:
        """Why it ended, as its event says, or else the end of what it wrote to standard error."""
        if self._error is not None:
            from BACSegmentationLib.remedies import event_words

            return event_words(self._error)
        try:
            text = self._errors.read_bytes().decode("utf-8", errors="replace")
        except OSError:
            return ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        own = [line.removeprefix("bac: ") for line in lines if line.startswith("bac: ")]
        return " ".join(own) if own else "\n".join(lines[-_LAST_LINES:])

    @property
    def why_ended(self) -> str:
        """`error_text`, or what its exit code tells, once it is over."""
        text, code = self.error_text, self.exit_code
        if text or code is None:
            return text
        if code < 0:
            return _(
                "The engine was stopped by the system (signal {number}); the memory may have been full."
            ).format(number=-code)
        return _("The engine ended with code {code} and gave no reason.").format(code=code)

    def cancel(self) -> None:
        """End the child and all processes that it began; returns when they are told to, and it is gone."""
        if self._child is None:
            return
        _kill_family(self._child)
        try:
            self._child.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._child.kill()

    def _environment(self) -> dict[str, str]:
        known = os.environ.get("PYTHONPATH")
        paths = [str(self._engine_folder), *([known] if known else [])]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONUTF8": "1",
            "PYTHONUNBUFFERED": "1",
        }


def _event(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


# PythonSlicer is a launcher that starts the Python proper: to end it alone would leave that one at work.
if sys.platform == "win32":
    _FAMILY: Final[dict[str, Any]] = {
        "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    }

    def _kill_family(child: subprocess.Popen[bytes]) -> None:
        command = ["taskkill", "/PID", str(child.pid), "/T", "/F"]
        subprocess.run(command, capture_output=True, check=False, creationflags=subprocess.CREATE_NO_WINDOW)
else:
    _FAMILY: Final[dict[str, Any]] = {"start_new_session": True}

    def _kill_family(child: subprocess.Popen[bytes]) -> None:
        # Its process group has its number, and outlives it as long as anything in it runs.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
