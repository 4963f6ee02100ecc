"""Views of both breasts side by side, as views of their own (Ibrahim 2025), and who is whose partner."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared_core.inference.bilateral import Halves, halves_of, stands_left
from shared_core.reading.partners import partner_of
from shared_core.training.example import Identity, TrainingView, ViewList, ViewSource, sided_of


def partner_numbers(source: ViewList) -> tuple[int | None, ...]:
    """Of every view the number of the view of the other breast beside it, see `partner_of`; None has none."""
    sides = [sided_of(source, number) for number in range(len(source))]
    exams: dict[str, list[int]] = defaultdict(list)
    for number, side in enumerate(sides):
        if side is not None:
            exams[side.exam].append(number)
    found: dict[int, int] = {}
    for numbers in exams.values():
        views = [side.breast for number in numbers if (side := sides[number]) is not None]
        for place, number in enumerate(numbers):
            partner = partner_of(place, views)
            if partner is not None:
                found[number] = numbers[partner]
    return tuple(found.get(number) for number in range(len(source)))


@dataclass(frozen=True)
class BilateralViews:
    """Pairs of views as one picture each. A view without a partner stands beside black.

    Where a breast has a projection that the other has not, its view is paired with another projection of the
    other breast, which so takes part twice, as in the paper.
    """

    source: ViewSource
    pairs: tuple[tuple[int | None, int | None], ...]
    """Numbers of the views in the left and the right half; one of them may be None."""

    @classmethod
    def of(cls, source: ViewSource) -> BilateralViews:
        """All views of a source in pairs, each pair once, in the order of the source."""
        pairs: dict[tuple[int | None, int | None], None] = {}
        for number, partner in enumerate(partner_numbers(source)):
            side = sided_of(source, number)
            left = side is None or stands_left(side.breast.laterality)
            pairs[(number, partner) if left else (partner, number)] = None
        return cls(source, tuple(pairs))

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def alone(self) -> int:
        """Pictures with one breast."""
        return sum(None in pair for pair in self.pairs)

    @property
    def words(self) -> str:
        """How views were paired, in a sentence."""
        alone = f"; {self.alone} of them have one breast alone, beside black" if self.alone else ""
        return f"{len(self.source)} views make {len(self)} pictures of both breasts side by side{alone}."

    @property
    def description(self) -> dict[str, str]:
        """That of the source, and the pairing."""
        return {**self.source.description, "side by side": self.words}

    def identity(self, number: int) -> Identity:
        """Of both views: what they have in common."""
        known = [self.source.identity(one) for one in self.pairs[number] if one is not None]
        tags = tuple(tag for tag in known[0].tags if all(tag in one.tags for one in known))
        return Identity(
            known[0].patient_id, " beside ".join(one.view_id for one in known), known[0].origin, tags
        )

    def load(self, number: int) -> TrainingView:
        """Make or read both views, and join them."""
        left, right = (None if one is None else self.source.load(one) for one in self.pairs[number])
        known = left if left is not None else right
        assert known is not None
        halves = halves_of(_shape(left), _shape(right))
        ignored = any(view is not None and view.ignore is not None for view in (left, right))
        shown = any(view is not None and view.display_u8 is not None for view in (left, right))
        return TrainingView(
            identity=self.identity(number),
            image_u8=halves.joined(*(None if view is None else view.image_u8 for view in (left, right))),
            label=halves.joined(*(None if view is None else view.label for view in (left, right))),
            valid=halves.joined(*(None if view is None else view.valid for view in (left, right))),
            spacing_mm=known.spacing_mm,
            ignore=_joined_ignore(halves, left, right) if ignored else None,
            display_u8=_joined_display(halves, left, right) if shown else None,
        )


def _shape(view: TrainingView | None) -> tuple[int, int] | None:
    return None if view is None else (view.image_u8.shape[0], view.image_u8.shape[1])


def _joined_ignore(
    halves: Halves, left: TrainingView | None, right: TrainingView | None
) -> NDArray[np.bool_]:
    planes = [
        None if view is None else np.zeros_like(view.label) if view.ignore is None else view.ignore
        for view in (left, right)
    ]
    return halves.joined(*planes)


def _joined_display(
    halves: Halves, left: TrainingView | None, right: TrainingView | None
) -> NDArray[np.uint8]:
    planes = [
        None if view is None else view.image_u8 if view.display_u8 is None else view.display_u8
        for view in (left, right)
    ]
    return halves.joined(*planes)
