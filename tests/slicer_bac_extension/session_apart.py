"""A session with the panel in a process of its own.

What a faulty module leaves behind, such as a slot of a widget that is gone, ends a process at any later time;
it must not be the one that runs the tests.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.host.module_panel import Panel
from tests.host.scene import install
from tests.host.swallowed import no_swallowed_error
from tests.slicer_bac_extension.panel_walk import Replayed, walk

_PROCESSES = multiprocessing.get_context("forkserver")
# Imported once for all sessions: what each would else import anew.
_READY = (
    __name__,
    "requests",
    "scipy.ndimage",
    "shared_core.cohort.batch",
    "shared_core.hosting",
    "shared_core.pipeline",
    "shared_core.reading.dicom",
    "skimage.morphology",
)


def fault_of_session(module: Path, folder: Path, answer: tuple[Any, Any], *, patience_s: float) -> str | None:
    """What goes wrong between opening the panel and closing it; None where nothing does.

    Parameters
    ----------
    module
        Folder of the module.
    folder
        For what the session writes.
    answer
        (record, mask) of its mammogram.
    patience_s
        How long anything that is waited for may take.
    """
    _PROCESSES.set_forkserver_preload(list(_READY))
    receiver, sender = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_session, args=(sender, module, folder, answer, patience_s))
    process.start()
    sender.close()
    try:
        fault: str | None = receiver.recv()
    except EOFError:
        process.join()
        fault = f"the process ended by itself, exit code {process.exitcode}"
    process.join()
    return fault


def _session(
    sender: Connection, module: Path, folder: Path, answer: tuple[Any, Any], patience_s: float
) -> None:
    install().close_scene()
    try:
        with no_swallowed_error(), pytest.MonkeyPatch.context() as patch:
            panel = Panel(module)
            patch.setattr(Replayed, "answer", answer, raising=False)
            patch.setattr(sys.modules["BACSegmentationLib.run_panel"], "SegmentationRun", Replayed)
            panel.widget.numbers._rest.setInterval(10)
            panel.patience_s = patience_s
            walk(panel, folder)
    except BaseException as error:
        sender.send(f"{type(error).__name__}: {error}")
    else:
        sender.send(None)
    sender.close()
    # Without the end of Qt and VTK, which is no part of the session.
    os._exit(0)
