"""What ``bac`` says to the shell when it ends; docs/guides/cohort.md names the same four."""

from __future__ import annotations

from typing import Final

OK: Final = 0
"""All well."""
FAILED: Final = 1
"""Some inputs failed, or nothing could be done."""
USAGE: Final = 2
"""Wrong usage."""
INTERRUPTED: Final = 130
"""Stopped by Ctrl-C; by another signal it is 128 and its number: 143 for SIGTERM."""
