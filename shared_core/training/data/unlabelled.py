"""Views without labels: images that nobody has drawn on, or labelled views whose labels are not looked at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from shared_core.preprocessing.prepare import prepare
from shared_core.training.data.grid import training_view
from shared_core.training.data.images import RealImage
from shared_core.training.example import (
    Identity,
    Sided,
    TrainingView,
    ViewFiles,
    ViewSource,
    files_of,
    sided_of,
)
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import default_model

_SAYS_BAC = ("severity", "artery")
"""Tags that tell what the label shows."""


@dataclass(frozen=True)
class UnlabelledImages:
    """Images in files."""

    images: tuple[RealImage, ...]
    card: ModelCard = field(default_factory=default_model, repr=False)
    """Preprocessing and spacing of the model that is to be trained."""

    def __len__(self) -> int:
        return len(self.images)

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        people = len({image.patient_id for image in self.images})
        return {"images without labels": f"{len(self.images)} views of {people} patients"}

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        image = self.images[number]
        return Identity(image.patient_id, image.view_id, "unlabelled", image.tags)

    def files(self, number: int) -> ViewFiles:
        """Of view `number`."""
        image = self.images[number]
        return ViewFiles(image.path, None, image.patient_from, image.doubt)

    def load(self, number: int) -> TrainingView:
        """Read view `number`; its label is empty."""
        prepared = prepare(self.images[number].read(), self.card.preprocessing)
        nothing = np.zeros(prepared.image_u8.shape, np.bool_)
        return training_view(prepared, nothing, identity=self.identity(number), card=self.card)


@dataclass(frozen=True)
class Unlabelled:
    """The views of a source without what its labels say; pixels outside of the valid area take no part."""

    source: ViewSource

    def __len__(self) -> int:
        return len(self.source)

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        return {f"pool, labels not used: {name}": text for name, text in self.source.description.items()}

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        known = self.source.identity(number)
        tags = tuple((what, value) for what, value in known.tags if what not in _SAYS_BAC)
        return replace(known, origin="unlabelled", tags=tags)

    def files(self, number: int) -> ViewFiles | None:
        """Of view `number`: the image alone."""
        files = files_of(self.source, number)
        return None if files is None else replace(files, mask=None, mask_value=None, drawing_sha256="")

    def sided(self, number: int) -> Sided | None:
        """Of view `number`."""
        return sided_of(self.source, number)

    def load(self, number: int) -> TrainingView:
        """Make or read view `number`."""
        view = self.source.load(number)
        nothing = np.zeros_like(view.label)
        return replace(view, identity=self.identity(number), label=nothing, ignore=~view.valid)
