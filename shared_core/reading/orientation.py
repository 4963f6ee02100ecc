r"""Patient Orientation (0020,0020): which way a stored picture lies, and what it shows.

PS3.3 C.7.6.1.1.1: the first value says where the rows lead to, from left to right, the second where the
columns lead to, from above to below: A(nterior), P(osterior), R(ight), L(eft), H(ead), F(eet), the main
direction first. A left CC usually hangs as ``A\R``, a right one as ``P\L``: the lateral side above, as in
MLO views the axilla: ``A\FR`` and ``P\FL``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from shared_core.mammogram import Laterality, MammogramHeader, Mask, Pixels, View
from shared_core.notices import Notice
from shared_core.notices.of_files import ORIENTATION_CONTRADICTED, ORIENTATION_UNUSUAL

_OPPOSITE: Final = {"A": "P", "P": "A", "R": "L", "L": "R", "H": "F", "F": "H"}
_LEFT_FROM_ABOVE: Final = ({"F", "R"}, {"H", "L"})
"""Of the oblique view of a left breast: from the axilla to the fold below, and back."""
_RIGHT_FROM_ABOVE: Final = ({"F", "L"}, {"H", "R"})
_FROM_ABOVE: Final = frozenset({View.CC, View.XCC, View.XCCL, View.XCCM, View.FB})


@dataclass(frozen=True)
class Orientation:
    """What lies in front and across in a stored picture."""

    front: str
    """A or P: where one axis leads to, that along which chest wall and nipple lie."""
    across: str
    """Letters of where the other axis leads to, the main one first."""
    turned: bool
    """Whether the rows lie across, so that the picture lies on its side."""

    @property
    def words(self) -> str:
        r"""As in the file: ``A\FR``."""
        values = (self.across, self.front) if self.turned else (self.front, self.across)
        return "\\".join(values)


@dataclass(frozen=True)
class Turn:
    """What makes a stored picture hang as usual, in this order."""

    transposed: bool = False
    """Rows become columns."""
    upside_down: bool = False
    """First and last row change places."""
    mirrored: bool = False
    """First and last column change places."""

    @property
    def is_upright(self) -> bool:
        """Whether it hangs as usual already, but perhaps for left and right."""
        return not (self.transposed or self.upside_down)

    def of(self, pixels: Pixels) -> Pixels:
        """The picture, (rows, columns) or with colours behind, as it hangs; a view of the array."""
        turned = pixels.swapaxes(0, 1) if self.transposed else pixels
        turned = turned[::-1] if self.upside_down else turned
        return turned[:, ::-1] if self.mirrored else turned


def orientation_of(values: Sequence[str]) -> Orientation | None:
    """The orientation of a file; None where there is none, or it is none that a mammogram can have."""
    letters = [value.strip().upper() for value in values]
    if len(letters) != 2 or not all(map(_is_direction, letters)):
        return None
    in_front = [value[0] in "AP" for value in letters]
    if sum(in_front) != 1:
        return None
    turned = in_front[1]
    front, across = (letters[1], letters[0]) if turned else (letters[0], letters[1])
    across = "".join(letter for letter in across if letter not in "AP")
    return Orientation(front[0], across, turned)


def _is_direction(value: str) -> bool:
    return (
        0 < len(value) <= 3
        and set(value) <= set(_OPPOSITE)
        and len(set(value)) == len(value)
        and not any(_OPPOSITE[letter] in value for letter in value)
    )


def shown_view(orientation: Orientation) -> View | None:
    """The view that has these axes; true lateral and oblique views are told apart by two letters alone."""
    across = set(orientation.across)
    if across <= {"R", "L"}:
        return View.CC
    return View.MLO if across & {"R", "L"} else None


def shown_side(orientation: Orientation) -> Laterality | None:
    """The side: of an oblique view for certain, of others as they usually hang."""
    across = set(orientation.across)
    for side, ways in ((Laterality.LEFT, _LEFT_FROM_ABOVE), (Laterality.RIGHT, _RIGHT_FROM_ABOVE)):
        if across in ways:
            return side
    usual = {("A", "R"): Laterality.LEFT, ("A", "F"): Laterality.LEFT}
    usual |= {("P", "L"): Laterality.RIGHT, ("P", "F"): Laterality.RIGHT}
    return None if orientation.turned else usual.get((orientation.front, orientation.across))


def with_orientation(header: MammogramHeader, values: Sequence[str]) -> MammogramHeader:
    """The header with the orientation of its file, and a notice where that is not the usual one."""
    found = orientation_of(values)
    if found is None:
        return header
    rows, _, columns = found.words.partition("\\")
    others = tuple(notice for notice in header.notices if notice.code != ORIENTATION_UNUSUAL.code)
    known = replace(header, patient_orientation=(rows, columns), notices=others)
    notice = _unusual(known)
    return known if notice is None else replace(known, notices=(*others, notice))


def stored_turn(header: MammogramHeader) -> Turn:
    """What makes the picture hang as usual by the orientation of its file; nothing where that is not known.

    Left breasts then have their chest wall on the left, right ones on the right, the lateral side or the
    axilla is above.
    """
    orientation = orientation_of(header.patient_orientation)
    if orientation is None:
        return Turn()
    usual_front = {Laterality.LEFT: "A", Laterality.RIGHT: "P"}.get(header.laterality, orientation.front)
    return Turn(
        orientation.turned, _is_upside_down(orientation, header), mirrored=orientation.front != usual_front
    )


def hanging_turn(header: MammogramHeader, breast: Mask) -> tuple[Turn, tuple[Notice, ...]]:
    """The same, unless the pixels show that the orientation is not that of this picture.

    Parameters
    ----------
    breast
        (rows, columns), True where the breast is.
    """
    orientation = orientation_of(header.patient_orientation)
    turn = stored_turn(header)
    if orientation is None or turn.is_upright:
        return turn, ()
    ends = (breast[0], breast[-1]) if orientation.turned else (breast[:, 0], breast[:, -1])
    first, last = (np.count_nonzero(end) for end in ends)
    chest_wall_first = orientation.front == "A"
    if first == last or (first > last) == chest_wall_first:
        return turn, ()
    return Turn(), (ORIENTATION_CONTRADICTED.notice(orientation=orientation.words),)


def _is_upside_down(orientation: Orientation, header: MammogramHeader) -> bool:
    if orientation.across[0] in "HF" and header.view not in _FROM_ABOVE:
        return orientation.across[0] == "H"
    if header.view is View.FB or header.laterality not in (Laterality.LEFT, Laterality.RIGHT):
        return False
    lateral = header.laterality.value
    return lateral in orientation.across


def _unusual(header: MammogramHeader) -> Notice | None:
    """A notice where the picture lies on its side, stands upside down, or is mirrored."""
    orientation = orientation_of(header.patient_orientation)
    if orientation is None or header.laterality not in (Laterality.LEFT, Laterality.RIGHT):
        return None
    turn = stored_turn(header)
    if turn == Turn():
        return None
    if turn.transposed:
        how = "lies on its side"
    elif turn.upside_down and turn.mirrored:
        how = "is turned by half a circle"
    else:
        how = "stands upside down" if turn.upside_down else "is mirrored"
    return ORIENTATION_UNUSUAL.notice(orientation=orientation.words, how=how)
