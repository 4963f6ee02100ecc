"""Kinds of notices about pixels that contradict what is said of them: display, bits stored and sign."""

from __future__ import annotations

from typing import Final

from shared_core.notices.notice import warning

DISPLAY_UNFIT: Final = warning(
    "display-unfit",
    "The {display} does not fit the pixels ({reason}); the {range} is shown instead.",
)
BITS_STORED_WRONG: Final = warning(
    "bits-stored-wrong",
    "Bits Stored is {bits}, but the pixels go on without a break from {low} to {high}; {needed} bits are "
    "read, where 3D Slicer (GDCM) cuts the upper ones off.",
)
SIGN_WRONG: Final = warning(
    "sign-wrong",
    "Pixel Representation says {said}, but only as {meant} values do the pixels go on without a break, from "
    "{low} to {high}; they are read so, where 3D Slicer (GDCM) reads them as {said}.",
)
SIGN_DOUBTFUL: Final = warning(
    "sign-doubtful",
    "The pixels jump by nearly their whole range between neighbours in many places, as where Pixel "
    "Representation is wrong or values were cut off when the file was written; the numbers may be wrong.",
)
