"""Progress of ``bac analyze`` for programs: one JSON object a line, as things happen.

Each line has ``event``:

``reading``
    ``done`` and ``total`` files whose header was read.
``images``
    The images are known: ``total``, and their ``files`` in order.
``tile``
    A piece of ``file`` is done: ``done`` of ``total``.
``image``
    ``file`` is done, with ``error`` null or a sentence; ``done`` of ``total`` images.
``end``
    After ``seconds``; results are complete, and the exit code tells how it went.
``error``
    There are no results: ``text`` says why, ``remedy`` is a code or null, ``subject`` what it is about.
"""

from __future__ import annotations

import json

from shared_core.errors import OpenBacError


def event_line(event: str, **what: object) -> str:
    """A line of its own, ASCII: whatever the console's encoding is, a path comes through it whole."""
    return json.dumps({"event": event, **what}) + "\n"


def error_line(error: OpenBacError) -> str:
    """The event ``error``."""
    remedy = error.remedy.value if error.remedy is not None else None
    return event_line("error", text=str(error), remedy=remedy, subject=error.subject)
