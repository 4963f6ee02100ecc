"""Real mammograms without BAC, into which arteries of simulated patients are put."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, get_args

import cv2
import numpy as np

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality, Mammogram, Mask, View
from shared_core.preprocessing.greyscale import model_image_u8
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.prepared import PreparedView
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.simulation.insertion import InsertionSettings, insert_calcium
from shared_core.simulation.patient import PatientSettings, Severity, make_patient
from shared_core.simulation.projection import mirrored
from shared_core.simulation.randomness import stream
from shared_core.training.data.grid import training_view
from shared_core.training.data.images import RealImage, described
from shared_core.training.data.implanted_arteries import ImplantedArteries, implant_arteries
from shared_core.training.data.subtle_calcium import faint_band, texture_levels
from shared_core.training.example import Identity, Sided, TrainingView, ViewFiles
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import default_model

_ARTERIES: Final[dict[Severity, tuple[int, int]]] = {"mild": (1, 1), "moderate": (1, 2), "severe": (2, 4)}
_SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)[1:]


@dataclass(frozen=True)
class InsertedViews:
    """Variants of real mammograms: some as they are, as hard negatives, the others with calcified arteries.

    Variant v of image i has the number ``i x variants + v``. Labels are those of the arteries that were put
    in, so that only images stated to be free of BAC can be used.
    """

    seed: int
    images: tuple[RealImage, ...]
    variants: int = 8
    """Of each image."""
    untouched_share: float = 0.25
    """Of the variants, the first among them."""
    flips: bool = True
    """Every other variant is mirrored, left to right."""
    contrast: float = 1.0
    """Median of a factor on all calcium of a view."""
    contrast_spread: float = 0.35
    """Standard deviation of the logarithm of that factor."""
    faint: float = 0.25
    """Where calcium makes a band brighter by less than this part of the standard deviation of the tissue's
    texture, on average over its width and a few mm, the band is ignored: nobody would have seen it."""
    card: ModelCard = field(default_factory=default_model, repr=False)
    """Preprocessing and spacing of the model that is to be trained."""

    def __post_init__(self) -> None:
        if self.seed < 0 or self.variants < 1 or not self.images:
            raise UsageError("Views with inserted BAC need a seed from 0 on, an image and a variant.")
        if not 0 <= self.untouched_share <= 1:
            raise UsageError(f"The untouched share lies between 0 and 1, not {self.untouched_share:g}.")
        for image in self.images:
            if not image.bac_free:
                raise UsageError(
                    f"{image.path.name}: nobody states that it is free of BAC, and its own would count as "
                    "background; leave it out, or label it."
                )

    def __len__(self) -> int:
        return len(self.images) * self.variants

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        people = len({image.patient_id for image in self.images})
        return {
            "real views with BAC put in": f"{len(self.images)} views of {people} patients, {self.variants} "
            f"variants each, {self.untouched_share:.0%} of them untouched, seed {self.seed}, calcium factor "
            f"{self.contrast:g} exp(N(0, {self.contrast_spread:g})), bands fainter than {self.faint:g} of "
            "the texture ignored",
            "real images": described(self.images),
            "BAC made by": f"OpenBAC {SOFTWARE_VERSION} simulator",
        }

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        image, variant = self._parts(number)
        tags = {**dict(image.tags), "severity": self._severity(number)}
        tags.setdefault("style", "real")
        view_id = f"{image.view_id}-{variant:03d}"
        return Identity(image.patient_id, view_id, "inserted", tuple(sorted(tags.items())))

    def files(self, number: int) -> ViewFiles:
        """Of view `number`: the image that it is made from."""
        image, _ = self._parts(number)
        return ViewFiles(image.path, None, image.patient_from, image.doubt)

    def sided(self, number: int) -> Sided | None:
        """None: variants of one image are no views of one visit."""
        return None

    def load(self, number: int) -> TrainingView:
        """Make view `number`."""
        image, variant = self._parts(number)
        mammogram, clean = _clean(image, self.card.preprocessing)
        if self._severity(number) == "none":
            nothing = np.zeros(clean.image_u8.shape, np.bool_)
            view = training_view(clean, nothing, identity=self.identity(number), card=self.card)
        else:
            prepared, laid, faint = self._inserted(number, mammogram, clean)
            view = training_view(
                prepared, laid.band, identity=self.identity(number), card=self.card, ignore=faint
            )
        return mirrored_view(view) if self.flips and variant % 2 else view

    def _inserted(
        self, number: int, mammogram: Mammogram, clean: PreparedView
    ) -> tuple[PreparedView, ImplantedArteries, Mask]:
        severity = self._severity(number)
        rng = stream(self.seed, "insertion", number)
        low, high = _ARTERIES[severity]
        count = int(rng.integers(low, high + 1))
        patient = make_patient(
            int(rng.integers(2**32)), settings=PatientSettings(severity=severity, vessels=(count, count))
        )
        spacing = clean.spacing
        # Where nobody knows the spacing, inference takes the pixels for the model's.
        spacing_mm = self.card.input_spacing_mm if spacing is None else math.sqrt(spacing.pixel_area_mm2)
        seen = clean.header.view
        drawn = (View.CC, View.MLO)[rng.integers(2)]
        laid = implant_arteries(
            patient,
            (Laterality.LEFT, Laterality.RIGHT)[rng.integers(2)],
            seen if seen in (View.CC, View.MLO) else drawn,
            breast=clean.breast_mask,
            spacing_mm=spacing_mm,
            positioning_seed=int(rng.integers(1, 2**31)),
        )
        factor = float(self.contrast * np.exp(rng.normal(0, self.contrast_spread)))
        done = insert_calcium(
            mammogram,
            laid.calcium_g_cm2 * np.float32(factor),
            breast=clean.breast_mask,
            spacing_mm=spacing_mm,
            seed=int(rng.integers(2**32)),
            settings=InsertionSettings(
                thickness_mm=float(rng.uniform(35, 70)),
                scatter_to_primary=float(rng.uniform(0.05, 0.2)),
                blur_mm=float(rng.uniform(0.05, 0.12)),
            ),
        )
        prepared = _with_pixels(clean, done.mammogram, self.card.preprocessing)
        faint = faint_band(
            laid.band,
            np.asarray(cv2.subtract(prepared.image_u8, clean.image_u8, dtype=cv2.CV_32F), np.float32),
            spacing_mm=spacing_mm,
            least=self.faint * texture_levels(clean.image_u8, clean.breast_mask),
        )
        return prepared, laid, faint

    def _parts(self, number: int) -> tuple[RealImage, int]:
        if not 0 <= number < len(self):
            raise IndexError(f"There are {len(self)} views; there is no number {number}.")
        image, variant = divmod(number, self.variants)
        return self.images[image], variant

    def _severity(self, number: int) -> Severity:
        _, variant = self._parts(number)
        share = self.untouched_share
        if math.ceil((variant + 1) * share) > math.ceil(variant * share):
            return "none"
        return _SEVERITIES[stream(self.seed, "severity", number).integers(len(_SEVERITIES))]


def mirrored_view(view: TrainingView) -> TrainingView:
    """The view with its columns reversed."""
    return replace(
        view,
        image_u8=mirrored(view.image_u8),
        label=mirrored(view.label),
        valid=mirrored(view.valid),
        ignore=None if view.ignore is None else mirrored(view.ignore),
        display_u8=None if view.display_u8 is None else mirrored(view.display_u8),
    )


@lru_cache(maxsize=2)
def _clean(image: RealImage, preset: PreprocessingPreset) -> tuple[Mammogram, PreparedView]:
    """A real image as it is; kept, since its variants follow each other."""
    mammogram = image.read()
    return mammogram, prepare(mammogram, preset)


def _with_pixels(clean: PreparedView, mammogram: Mammogram, preset: PreprocessingPreset) -> PreparedView:
    """The same preparation of changed pixels, whose breast and valid area are known."""
    display_u8, _ = model_image_u8(mammogram)
    return replace(clean, display_u8=display_u8, image_u8=median(display_u8, preset.median_px))
