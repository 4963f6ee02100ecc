"""The widths of the SCU-Nets, which differ in the decoder alone."""

from __future__ import annotations

from typing import Final

DECODER_CHANNELS: Final[dict[str, tuple[int, int]]] = {"scunet": (64, 32), "scunet-thin": (32, 16)}
"""By network: channels of the decoder at a quarter and at half of the size. The published decoder takes four
fifths of the work; the thin one has a third of it."""
