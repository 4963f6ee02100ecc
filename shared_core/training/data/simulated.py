"""Simulated views with their bands, made in memory by number."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, get_args

import numpy as np

from shared_core.errors import UsageError
from shared_core.mammogram import (
    Laterality,
    Mammogram,
    PresentationIntent,
    View,
)
from shared_core.preprocessing.prepare import prepare
from shared_core.reading.partners import BreastView
from shared_core.reading.reader import mammogram_from_array
from shared_core.simulation.choices import LOOK_ALIKES, STYLES, Style
from shared_core.simulation.cohort import STANDARD_VIEWS
from shared_core.simulation.image_formation import RawImage, expose
from shared_core.simulation.look_alikes import checked_look_alikes
from shared_core.simulation.machine import Machine, machine_of
from shared_core.simulation.patient import Patient, PatientSettings, Severity, make_patient
from shared_core.simulation.projected_view import ProjectedView
from shared_core.simulation.projection import project
from shared_core.simulation.randomness import stream
from shared_core.simulation.vendor_processing import TOP, Look, PresentationImage, present
from shared_core.training.data.grid import training_view
from shared_core.training.data.subtle_calcium import faint_band, starved_band
from shared_core.training.example import Identity, Sided, TrainingView
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import default_model

FAINT_G_CM2: Final = 0.001
"""Calcium on the width of the band below which a person would hardly draw it."""
_OF_THE_EXPOSURE: Final = frozenset({"label", "collimation", "paddle-edge", "bb", "skin-fold"})
_RARE: Final = {"pacemaker": 0.15, "implant": 0.15, "collimation": 0.5}
_SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)[1:]
_SEVERITY_ODDS: Final = (0.4, 0.35, 0.25)


@dataclass(frozen=True)
class Site:
    """A machine and processing of its own, like none of the styles."""

    name: str
    machine: Machine
    look: Look


@dataclass(frozen=True)
class SimulatedViews:
    """Views of patients that do not exist, exposed by machines in the style of three vendors in turn.

    Every patient keeps her machine; severities, densities, sizes, positioning and look-alikes are drawn.
    The image goes through the same preparation as a file does in inference.
    """

    seed: int
    patients: int
    views: tuple[tuple[Laterality, View], ...] = STANDARD_VIEWS
    """Of every patient."""
    styles: tuple[Style, ...] = STYLES
    share_none: float = 0.4
    """Of patients without any arterial calcium, the same in every style; mild, moderate and severe disease
    stand 40 : 35 : 25 among the others."""
    look_alikes: tuple[str, ...] = LOOK_ALIKES
    """That may be drawn."""
    look_alikes_mean: float = 1.5
    """Mean count in an image."""
    faint_g_cm2: float = FAINT_G_CM2
    """Where a band has less calcium than this, averaged over its width and a few mm, it is ignored."""
    pitch_mm: float | None = None
    """Size of detector elements in place of the machine's own: coarser is quicker, to try things out."""
    whole_field: bool = True
    """The whole detector; otherwise the smallest image that holds the breast, which is quicker."""
    site: Site | None = None
    """All views come from there, in place of the styles."""
    card: ModelCard = field(default_factory=default_model, repr=False)
    """Preprocessing and spacing of the model that is to be trained."""

    def __post_init__(self) -> None:
        checked_look_alikes(self.look_alikes)
        if self.seed < 0 or self.patients < 1 or not self.views or not self.styles:
            raise UsageError(
                "Simulated views need a seed from 0 on, and at least one patient, view and style."
            )
        if not 0 <= self.share_none <= 1:
            raise UsageError(
                f"The share of patients without BAC lies between 0 and 1, not {self.share_none:g}."
            )
        for style in self.styles:
            machine_of(style)

    def __len__(self) -> int:
        return self.patients * len(self.views)

    @property
    def description(self) -> dict[str, str]:
        """For the data statement of the card."""
        asked = f"seed {self.seed}, {self.patients} patients, {len(self.views)} views each"
        return {
            "simulated views": f"{asked}, {self._looks()}, {self.share_none:.0%} of patients "
            f"without arterial calcium, look-alikes {', '.join(self.look_alikes) or 'none'} "
            f"({self.look_alikes_mean:g} an image), bands below {self.faint_g_cm2:g} g/cm2 ignored",
            "made by": f"OpenBAC {SOFTWARE_VERSION} simulator",
        }

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        patient_number, laterality, view = self._parts(number)
        patient = self._patient(patient_number)
        calcified = bool(patient.breast(laterality).arteries)
        names = self._look_alikes(patient_number, laterality, view)
        patient_id = f"sim-{self.seed}-{patient_number:05d}"
        tags = {
            "severity": patient.severity if calcified else "none",
            "density": patient.density,
            "style": self._style(patient_number) if self.site is None else self.site.name,
            "look-alike": "+".join(sorted(set(names))) or "none",
            "projection": view.value,
        }
        view_id = f"{patient_id}-{laterality.value}{view.value}"
        return Identity(patient_id, view_id, "simulated", tuple(sorted(tags.items())))

    def sided(self, number: int) -> Sided:
        """Of view `number`."""
        patient_number, laterality, view = self._parts(number)
        return Sided(f"sim-{self.seed}-{patient_number:05d}", BreastView(laterality, view))

    def load(self, number: int) -> TrainingView:
        """Make view `number`."""
        projected, raw, mammogram = self._exposed(number)
        prepared = prepare(mammogram, self.card.preprocessing)
        hidden = projected.opaque | projected.collimated
        band = projected.truth.band_mask & ~hidden
        faint = faint_band(
            band,
            projected.calcium_g_cm2,
            spacing_mm=projected.spacing_mm,
            least=self.faint_g_cm2,
        )
        faint |= starved_band(band, raw.pixels, projected.truth.breast_mask, spacing_mm=projected.spacing_mm)
        return training_view(prepared, band, identity=self.identity(number), card=self.card, ignore=faint)

    def mammogram(self, number: int) -> tuple[ProjectedView, Mammogram]:
        """The rays of view `number` with their truth, and the FOR PRESENTATION image."""
        projected, _, mammogram = self._exposed(number)
        return projected, mammogram

    def _exposed(self, number: int) -> tuple[ProjectedView, RawImage, Mammogram]:
        patient_number, laterality, view = self._parts(number)
        machine = self._machine(patient_number)
        rng = stream(self.seed, "exposure", number)
        magnification = round(float(rng.uniform(1.05, 1.09)), 3)
        projected = project(
            self._patient(patient_number),
            laterality,
            view,
            spacing_mm=machine.pitch_mm / magnification,
            shape=machine.field if self.whole_field else None,
            positioning_seed=int(rng.integers(1, 2**31)),
            magnification=magnification,
            look_alikes=self._look_alikes(patient_number, laterality, view),
        )
        raw = expose(projected, machine, seed=(self.seed, number))
        letters = laterality.value + view.value
        shown = present(
            raw,
            breast=projected.truth.breast_mask,
            opaque=projected.opaque,
            collimated=projected.collimated,
            letters=letters if rng.random() < 0.9 else "",
            look=None if self.site is None else self.site.look,
        )
        return projected, raw, mammogram_of(shown, projected)

    def _parts(self, number: int) -> tuple[int, Laterality, View]:
        if not 0 <= number < len(self):
            raise IndexError(f"There are {len(self)} views; there is no number {number}.")
        patient, view = divmod(number, len(self.views))
        return patient, *self.views[view]

    def _looks(self) -> str:
        return f"styles {', '.join(self.styles)}" if self.site is None else f"site {self.site.name}"

    def _style(self, patient: int) -> Style:
        return self.styles[patient % len(self.styles)]

    def _machine(self, patient: int) -> Machine:
        machine = machine_of(self._style(patient)) if self.site is None else self.site.machine
        if self.pitch_mm is None:
            return machine
        factor = machine.pitch_mm / self.pitch_mm
        rows, columns = (round(size * factor) for size in machine.field)
        return replace(machine, pitch_mm=self.pitch_mm, field=(rows, columns))

    def _patient(self, number: int) -> Patient:
        turn, style = divmod(number, len(self.styles))
        # Each style has its own phase, so that few patients already have the share, in whatever style.
        phase = style / len(self.styles)
        none = math.floor((turn + 1) * self.share_none + phase) > math.floor(turn * self.share_none + phase)
        rng = stream(self.seed, "patient", number)
        severity: Severity = "none" if none else _SEVERITIES[rng.choice(3, p=_SEVERITY_ODDS)]
        return _made(int(rng.integers(2**32)), severity)

    def _look_alikes(self, patient: int, laterality: Laterality, view: View) -> tuple[str, ...]:
        """What lies in a breast lies in all its views; what belongs to the exposure is drawn for each."""
        of_view = [name for name in self.look_alikes if name in _OF_THE_EXPOSURE]
        of_breast = [name for name in self.look_alikes if name not in _OF_THE_EXPOSURE]
        drawn: list[str] = []
        for names, key in ((of_breast, (laterality.value,)), (of_view, (laterality.value, view.value))):
            if not names:
                continue
            rng = stream(self.seed, "look-alikes", patient, *key)
            count = rng.poisson(self.look_alikes_mean * len(names) / len(self.look_alikes))
            odds = np.array([_RARE.get(name, 1.0) for name in names])
            chosen = rng.choice(len(names), size=min(count, len(names)), replace=False, p=odds / odds.sum())
            drawn += [names[index] for index in chosen]
        return tuple(drawn)


@lru_cache(maxsize=8)
def _made(seed: int, severity: Severity) -> Patient:
    return make_patient(seed, settings=PatientSettings(severity=severity))


def mammogram_of(shown: PresentationImage, view: ProjectedView) -> Mammogram:
    """A simulated image as the reader gives it, without the way over a DICOM file."""
    mammogram = mammogram_from_array(
        shown.pixels,
        spacing_mm=view.spacing_mm,
        view=view.view,
        laterality=view.laterality,
        display=shown.display,
        name=f"simulated {view.laterality.value}{view.view.value}",
    )
    header = replace(mammogram.header, bits=TOP.bit_length(), intent=PresentationIntent.PRESENTATION)
    return replace(mammogram, header=header)
