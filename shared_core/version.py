"""The version of this software, written into every result."""

from __future__ import annotations

SOFTWARE_VERSION = "0.2.0"
