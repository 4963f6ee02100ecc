"""A simulated patient: two breasts, their vessels and the calcium in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality
from shared_core.simulation.arteries import Tube, grow_plain_vessels, grow_trees
from shared_core.simulation.breast import BreastShape, Density, Size, draw_shape
from shared_core.simulation.choices import MOST_ARTERIES
from shared_core.simulation.deposits import LOAD_MG_MM, Deposit, calcifiable_room, draw_sections
from shared_core.simulation.look_alikes import checked_look_alikes
from shared_core.simulation.projected_view import Pattern
from shared_core.simulation.randomness import stream

Severity = Literal["none", "mild", "moderate", "severe"]
SIDES = (Laterality.LEFT, Laterality.RIGHT)
CHEST_WALL_MARGIN_MM = 14.0
"""Calcium starts in front of this, so that usual positioning never cuts it off."""


@dataclass(frozen=True)
class PatientSettings:
    """What is asked of a patient; None leaves it to chance."""

    vessels: tuple[int, int] | None = None
    """Calcified arteries in the left and the right breast."""
    mass_mg: float | None = None
    """Hydroxyapatite in each breast with calcified arteries, exactly, at year 0."""
    severity: Severity | None = None
    """How much disease, where `vessels` or `mass_mg` do not say."""
    density: Density | None = None
    """BI-RADS breast composition."""
    compressed_mm: float | None = None
    size: Size | None = None
    look_alikes: tuple[str, ...] = ()
    """Names of `shared_core.simulation.look_alikes.LookAlike`."""
    growth_mg_per_year: float | None = None
    """Per breast with calcified arteries."""


@dataclass(frozen=True, eq=False)
class CalcifiedArtery:
    """One artery with calcium; the deposits belong to its trunk and branches in that order."""

    number: int
    parts: tuple[tuple[Tube, Deposit], ...]

    @property
    def pattern(self) -> Pattern:
        """Pattern of the trunk."""
        return self.parts[0][1].pattern

    def mass_at(self, years: float) -> float:
        """Hydroxyapatite in mg after `years`."""
        return sum(deposit.mass_at(years) for _, deposit in self.parts)


@dataclass(frozen=True, eq=False)
class Breast:
    """One breast of a patient."""

    laterality: Laterality
    shape: BreastShape
    arteries: tuple[CalcifiedArtery, ...]
    plain_vessels: tuple[Tube, ...]
    """Vessels, and branches of calcified arteries, without calcium."""


@dataclass(frozen=True, eq=False)
class Patient:
    """Parameters and vessels only: images are made by `project`."""

    seed: int
    settings: PatientSettings
    severity: Severity
    density: Density
    size: Size
    left: Breast
    right: Breast

    def breast(self, laterality: Laterality) -> Breast:
        """The breast of one side, left or right."""
        if laterality not in SIDES:
            raise UsageError(f"A simulated breast is left or right, not {laterality.value}.")
        return self.left if laterality is Laterality.LEFT else self.right


def make_patient(seed: int, *, settings: PatientSettings | None = None) -> Patient:
    """Draw a patient; the same seed, from 0 on, and settings give the same one.

    A `UsageError` where a setting is out of range or settings contradict each other.
    """
    settings = settings if settings is not None else PatientSettings()
    _check(seed, settings)
    rng = stream(seed, "patient")
    severities, densities, sizes = get_args(Severity), get_args(Density), get_args(Size)
    severity: Severity = severities[rng.choice(4, p=(0.3, 0.3, 0.25, 0.15))]
    density: Density = densities[rng.choice(4, p=(0.12, 0.4, 0.38, 0.1))]
    size: Size = sizes[rng.choice(3, p=(0.25, 0.5, 0.25))]
    severity = settings.severity or severity
    density = settings.density or density
    size = settings.size or size
    counts = settings.vessels or _counts(seed, severity, settings.mass_mg)
    if not any(counts):
        severity = "none"
    breasts = [
        _breast(seed, side, count=count, severity=severity, size=size, settings=settings)
        for side, count in zip(SIDES, counts, strict=True)
    ]
    return Patient(seed, settings, severity, density, size, left=breasts[0], right=breasts[1])


def _check(seed: int, settings: PatientSettings) -> None:
    """Refuse settings that no patient can have."""
    if seed < 0:
        raise UsageError(f"The seed of a simulated patient must be 0 or more, not {seed}.")
    checked_look_alikes(settings.look_alikes)
    vessels = settings.vessels or (0, 0)
    if not all(0 <= count <= MOST_ARTERIES for count in vessels):
        raise UsageError(f"Each breast takes 0 to {MOST_ARTERIES} calcified arteries, not {vessels}.")
    for name, low, high in (
        ("mass_mg", 0.0, 400.0),
        ("compressed_mm", 15.0, 120.0),
        ("growth_mg_per_year", 0.0, 50.0),
    ):
        value = getattr(settings, name)
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            raise UsageError(f"{name} must lie between {low:g} and {high:g}, not {value:g}.")
    if settings.mass_mg == 0 and any(vessels):
        raise UsageError("A breast with calcified arteries needs a mass above 0 mg.")
    if settings.mass_mg and settings.severity == "none":
        raise UsageError("Severity none has no calcium: leave mass_mg out, or choose another severity.")


def _counts(seed: int, severity: Severity, mass_mg: float | None) -> tuple[int, int]:
    """Draw the number of calcified arteries of the left and the right breast."""
    rng = stream(seed, "counts")
    if mass_mg == 0 or (severity == "none" and mass_mg is None):
        return 0, 0
    if mass_mg is not None:
        first, second = (1 + int(mass_mg / 30) + int(rng.integers(0, 2)) for _ in range(2))
        return min(first, 6), min(second, 6)
    if severity == "mild":
        return ((1, 0), (0, 1), (1, 1))[rng.integers(3)]
    if severity == "moderate":
        return ((1, 1), (2, 0), (0, 2), (1, 0), (0, 1))[rng.integers(5)]
    return int(rng.integers(2, 5)), int(rng.integers(1, 5))


def _breast(
    seed: int, side: Laterality, *, count: int, severity: Severity, size: Size, settings: PatientSettings
) -> Breast:
    """Draw one breast."""
    shape = draw_shape(seed, side.value, size=size, compressed_mm=settings.compressed_mm)
    trees = grow_trees(shape, count, stream(seed, "arteries", side.value))
    plain = list(grow_plain_vessels(shape, stream(seed, "vessels", side.value)))
    lengths, loads = [], []
    tubes: list[list[Tube]] = []
    patterns: list[Pattern] = []
    for number, tree in enumerate(trees, start=1):
        rng = stream(seed, "calcium", side.value, number)
        pattern = _pattern(severity, rng)
        calcified_branch = pattern in ("tram-track", "coarse") and rng.random() < 0.35
        parts = [tree.trunk]
        for place, branch in enumerate(tree.branches):
            room = _room(branch)
            if place == 0 and calcified_branch and room[1] - room[0] > 6:
                parts.append(branch)
            else:
                plain.append(branch)
        patterns.append(pattern)
        tubes.append(parts)
        low, high = LOAD_MG_MM[pattern]
        loads.append(float(np.exp(rng.uniform(np.log(low), np.log(high)))) * _thickness(tree.trunk))
        lengths.append(_wished_length(severity, pattern, rng))
    masses = _masses(lengths, loads, settings.mass_mg)
    growth = settings.growth_mg_per_year
    if growth is None:
        growth = float(stream(seed, "growth", side.value).uniform(0.03, 0.12)) * sum(masses)
    arteries = []
    for index, parts in enumerate(tubes):
        share = masses[index] / sum(masses)
        calcified = _deposits(
            seed,
            (side.value, index + 1),
            parts,
            pattern=patterns[index],
            mass_mg=masses[index],
            load=loads[index],
            growth=growth * share,
        )
        arteries.append(CalcifiedArtery(index + 1, calcified))
    return Breast(side, shape, tuple(arteries), tuple(plain))


def _pattern(severity: Severity, rng: np.random.Generator) -> Pattern:
    """Draw the look of an artery's calcium; little disease is more often punctate."""
    patterns: tuple[Pattern, ...] = get_args(Pattern)
    weights = (0.45, 0.1, 0.1, 0.35) if severity == "mild" else (0.65, 0.2, 0.13, 0.02)
    return patterns[rng.choice(4, p=weights)]


def _thickness(tube: Tube) -> float:
    """How much more calcium a wider artery carries than one of 0.6 mm radius."""
    return float(np.clip(tube.radius_mm.mean() / 0.6, 0.5, 2.0))


def _wished_length(severity: Severity, pattern: Pattern, rng: np.random.Generator) -> float:
    """Draw the calcified length in mm of an artery."""
    low, high = {"none": (8, 30), "mild": (8, 30), "moderate": (15, 55), "severe": (25, 75)}[severity]
    length = float(rng.uniform(low, high))
    return min(length, 20.0) if pattern == "punctate" else length


def _masses(lengths: list[float], loads: list[float], total_mg: float | None) -> list[float]:
    """Mass of every artery; with `total_mg` their sum is that, exactly up to rounding."""
    masses = [length * load for length, load in zip(lengths, loads, strict=True)]
    if total_mg is None:
        return masses
    return [mass * total_mg / sum(masses) for mass in masses]


def _room(tube: Tube) -> tuple[float, float]:
    """Part of a tube that may calcify; empty where it runs behind the margin."""
    try:
        return calcifiable_room(tube, CHEST_WALL_MARGIN_MM)
    except IndexError:
        return 0.0, 0.0


def _deposits(
    seed: int,
    name: tuple[str, int],
    tubes: list[Tube],
    *,
    pattern: Pattern,
    mass_mg: float,
    load: float,
    growth: float,
) -> tuple[tuple[Tube, Deposit], ...]:
    """Lay the calcium of an artery along its trunk and branch."""
    rng = stream(seed, "sections", *name)
    shares = [1.0] if len(tubes) == 1 else [0.8, 0.2]
    deposits = []
    for part, (tube, share) in enumerate(zip(tubes, shares, strict=True)):
        length = max(mass_mg * share / load, 3.0)
        sections = draw_sections(length, _room(tube), rng)
        deposit = Deposit(
            pattern=pattern,
            mass_mg=mass_mg * share,
            growth_mg_per_year=growth * share,
            sections_mm=sections,
            seed=seed,
            name=(*name, part),
        )
        deposits.append((tube, deposit))
    return tuple(deposits)
