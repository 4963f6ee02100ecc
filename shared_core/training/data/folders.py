"""Images and masks in folders as labelled views."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared_core.preprocessing.prepare import prepare
from shared_core.training.data.grid import training_view
from shared_core.training.data.images import read_with_spacing
from shared_core.training.data.masks import read_label
from shared_core.training.data.pairs import Pair
from shared_core.training.example import Identity, Origin, TrainingView, ViewFiles
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import default_model


@dataclass(frozen=True)
class FolderViews:
    """Views whose masks lie in files; the pairs are found by `find_pairs`."""

    pairs: tuple[Pair, ...]
    origin: Origin = "folder"
    """``correction`` where a person corrected the mask of a model."""
    spacing_mm: float | None = None
    """In the plane of the breast, for images whose files do not know it."""
    mask_value: int | None = None
    """Of BAC, where masks hold several values."""
    title: str = "images with masks"
    """For the data statement of the card."""
    card: ModelCard = field(default_factory=default_model, repr=False)
    """Preprocessing and spacing of the model that is to be trained."""

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        people = len({pair.patient_id for pair in self.pairs})
        return {self.title: f"{len(self.pairs)} views of {people} patients, masks by people ({self.origin})"}

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        pair = self.pairs[number]
        return Identity(pair.patient_id, pair.view_id, self.origin, pair.tags)

    def files(self, number: int) -> ViewFiles:
        """Of view `number`."""
        pair = self.pairs[number]
        return ViewFiles(pair.image, pair.mask, pair.patient_from, pair.doubt, self.mask_value)

    def load(self, number: int) -> TrainingView:
        """Read view `number`."""
        pair = self.pairs[number]
        mammogram = read_with_spacing(pair.image, self.spacing_mm)
        label = read_label(pair.mask, mammogram.shape, value=self.mask_value)
        prepared = prepare(mammogram, self.card.preprocessing)
        return training_view(prepared, label, identity=self.identity(number), card=self.card)
