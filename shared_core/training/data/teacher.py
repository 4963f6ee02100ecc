"""Labels by another model: what it is sure of, on images that nobody has labelled (Ibrahim 2025)."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared_core.errors import UsageError
from shared_core.inference.engine import segment
from shared_core.inference.model import Model
from shared_core.preprocessing.prepare import prepare
from shared_core.training.data.grid import training_view
from shared_core.training.data.images import RealImage, described
from shared_core.training.example import Identity, TrainingView
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import default_model


@dataclass(frozen=True)
class TaughtViews:
    """Mammograms with the mask of a teacher; where the teacher is unsure, pixels are ignored.

    The teacher sees each image as its own card asks, the student as `card` does.
    """

    images: tuple[RealImage, ...]
    teacher: Model
    background_below: float = 0.2
    """The teacher is sure that there is none where its probability is below this,"""
    bac_above: float = 0.7
    """and that there is BAC where it is above this."""
    card: ModelCard = field(default_factory=default_model, repr=False)
    """Preprocessing and spacing of the model that is to be trained."""

    def __post_init__(self) -> None:
        if not 0 < self.background_below <= self.bac_above < 1:
            raise UsageError(
                "The two probabilities of a teacher must rise, between 0 and 1: "
                f"{self.background_below:g} and {self.bac_above:g} do not."
            )

        if self.teacher.card.input == "bilateral":
            raise UsageError(
                f"Model {self.teacher.card.name} sees both breasts side by side, and labels no single images."
            )

    def __len__(self) -> int:
        return len(self.images)

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        card = self.teacher.card
        return {
            "real images": described(self.images),
            "labels": f"by the model {card.name} (sha256 {card.sha256[:12]}): BAC above "
            f"p = {self.bac_above:g}, none below {self.background_below:g}, ignored between",
        }

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        image = self.images[number]
        return Identity(image.patient_id, image.view_id, "teacher", tuple(sorted(image.tags)))

    def load(self, number: int) -> TrainingView:
        """Read view `number` and let the teacher label it."""
        mammogram = self.images[number].read()
        seen = prepare(mammogram, self.teacher.card.preprocessing)
        probability = segment(seen, self.teacher).values
        bac = probability > self.bac_above
        unsure = (probability >= self.background_below) & ~bac
        prepared = seen
        if self.card.preprocessing != self.teacher.card.preprocessing:
            prepared = prepare(mammogram, self.card.preprocessing)
        return training_view(prepared, bac, identity=self.identity(number), card=self.card, ignore=unsure)
