"""The exceptions that a user of OpenBAC can meet.

Each carries one sentence that names the input and what is wrong, and what to do where that is the same
everywhere. What depends on the host, such as an option of the command line, is a `Remedy` that the host
words. Whoever shows an error to a person prints both and no traceback.
"""

from __future__ import annotations

from shared_core.notices.remedy import Remedy
from shared_core.plain_text import one_line


class OpenBacError(Exception):
    """Base of every error that a user can fix.

    Parameters
    ----------
    message
        One clear sentence, without the words of any host.
    remedy
        What to do, where each host words it.
    subject
        What the remedy is about, such as the name of a model.
    """

    def __init__(self, message: str = "", remedy: Remedy | None = None, *, subject: str = "") -> None:
        # Names in it are those of files, cells and peers, and may have any letter in them.
        super().__init__(one_line(message))
        self.remedy = remedy
        self.subject = subject


class UnreadableImageError(OpenBacError):
    """The file is missing, empty, truncated, damaged, or no codec reads its pixels."""


class UnsupportedImageError(OpenBacError):
    """The file is a sound image, but not one that this software may measure."""


class NoBreastError(OpenBacError):
    """No breast was found in the image, so nothing can be measured."""


class QualityError(OpenBacError):
    """The picture is of doubtful quality, and such pictures were not to be analysed."""


class ModelError(OpenBacError):
    """A model or its weights are unknown, missing, damaged, or not what the card promises."""


class DeviceError(OpenBacError):
    """The computing device or inference backend that was asked for cannot be used."""


class OutputError(OpenBacError):
    """A result cannot be written: disk full, folder read-only, or name already taken."""


class ClusterError(OpenBacError):
    """A cluster cannot be reached, or a worker of it would not give the same results."""


class UsageError(OpenBacError):
    """Arguments contradict each other or are out of range."""


class Cancelled(OpenBacError):
    """The person stopped the work; what was finished before stays valid."""
