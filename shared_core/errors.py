"""The exceptions that a user of OpenBAC can meet.

Each carries one sentence that names the input, what is wrong and what to do.
Whoever shows an error to a person prints ``str(error)`` and no traceback.
"""

from __future__ import annotations


class OpenBacError(Exception):
    """Base of every error that is a user's to mend; the message is one clear sentence."""


class UnreadableImageError(OpenBacError):
    """The file is missing, empty, truncated, damaged, or no codec reads its pixels."""


class UnsupportedImageError(OpenBacError):
    """The file is a sound image, but not one that this software may measure."""


class NoBreastError(OpenBacError):
    """No breast was found in the image, so nothing can be measured."""


class ModelError(OpenBacError):
    """A model or its weights are unknown, missing, damaged, or not what the card promises."""


class DeviceError(OpenBacError):
    """The computing device or inference backend that was asked for cannot be used."""


class OutputError(OpenBacError):
    """A result cannot be written: disk full, folder read-only, or name already taken."""


class UsageError(OpenBacError):
    """Arguments contradict each other or are out of range."""


class Cancelled(OpenBacError):
    """The person stopped the work; what was finished before stays valid."""
