"""Calcium in the wall of an artery: where it lies, how it looks, how it grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import fft

from shared_core.simulation.arteries import STEP_MM, Tube
from shared_core.simulation.projected_view import Pattern
from shared_core.simulation.randomness import Floats, Map, smooth_noise, stream

TEXTURE_STEP_MM = 0.05
TEXTURE_ANGLES = 64
CREEP_MM = 0.8
"""Beyond the end of a section calcium thins out within this."""

LOAD_MG_MM: dict[Pattern, tuple[float, float]] = {
    "tram-track": (0.2, 0.6),
    "coarse": (0.2, 0.7),
    "ring": (0.15, 0.4),
    "punctate": (0.06, 0.14),
}
"""Hydroxyapatite per length of artery of 0.6 mm radius."""


@dataclass(frozen=True)
class Look:
    """How the calcium of a pattern is spread over the wall."""

    grain_mm: float
    """Size of the grains."""
    cover: float
    """Level against unit noise: larger covers more of the wall."""
    softness: float
    """Noise units from bare to full."""
    solid: float
    """0: in the wall only; 1: through the lumen."""
    sides: float
    """How much of what lies flat in the ray is missing: more makes two clearer lines."""
    ragged: float
    """How uneven the outline is, as part of the radius."""


LOOKS: dict[Pattern, Look] = {
    "tram-track": Look(grain_mm=0.9, cover=0.35, softness=1.1, solid=0.0, sides=0.5, ragged=0.09),
    "coarse": Look(grain_mm=1.8, cover=-0.25, softness=0.7, solid=0.5, sides=0.1, ragged=0.13),
    "ring": Look(grain_mm=0.6, cover=-0.6, softness=0.8, solid=0.0, sides=0.2, ragged=0.06),
    "punctate": Look(grain_mm=0.55, cover=-1.85, softness=0.5, solid=0.3, sides=0.0, ragged=0.05),
}


@dataclass(frozen=True)
class Deposit:
    """Calcium along one tube."""

    pattern: Pattern
    mass_mg: float
    """At year 0."""
    growth_mg_per_year: float
    sections_mm: tuple[tuple[float, float], ...]
    """Calcified stretches along the centre line at year 0."""
    seed: int
    name: tuple[str | int, ...]
    """Of the stream of chance that makes the texture."""

    def mass_at(self, years: float) -> float:
        """Mass in mg after `years`."""
        return self.mass_mg + self.growth_mg_per_year * years

    def extension_at(self, years: float) -> float:
        """How far every section has grown at each end, in mm; more than half of the growth is thickening."""
        length = sum(end - start for start, end in self.sections_mm)
        ratio = max(self.mass_at(years) / self.mass_mg, 1.0)
        return 0.5 * length * float(ratio**0.4 - 1) / len(self.sections_mm)


def draw_sections(
    length_mm: float, room_mm: tuple[float, float], rng: np.random.Generator
) -> tuple[tuple[float, float], ...]:
    """Place calcified stretches of a total length within a part of the tube, with short and long gaps."""
    first, last = room_mm
    length = min(length_mm, last - first)
    pieces = 1 + int(rng.integers(0, 4)) if length > 9 else 1
    spare = last - first - length
    gaps: list[float] = []
    for _ in range(pieces - 1):
        gap = float(rng.uniform(11, 24) if rng.random() < 0.4 else rng.uniform(1.5, 8.5))
        if sum(gaps) + gap <= spare:
            gaps.append(gap)
    shares = rng.dirichlet(np.full(len(gaps) + 1, 3.0)) * length
    place = first + rng.uniform(0, max(spare - sum(gaps), 0))
    sections = []
    for share, gap in zip(shares, [*gaps, 0.0], strict=True):
        sections.append((float(place), float(place + share)))
        place += share + gap
    return tuple(sections)


def wall_texture(deposit: Deposit, tube: Tube, years: float) -> Map:
    """Relative thickness of calcium over the unrolled wall, 0 where it is bare.

    Rows are `TEXTURE_STEP_MM` apart along the tube, columns are angles around it.
    """
    look = LOOKS[deposit.pattern]
    rng = stream(deposit.seed, "wall", *deposit.name)
    rows = int(tube.length_mm / TEXTURE_STEP_MM) + 2
    circumference = 2 * np.pi * float(tube.radius_mm.mean())
    broad = _grainy(rng, rows, circumference, grain_mm=look.grain_mm)
    fine = _grainy(rng, rows, circumference, grain_mm=0.3)
    noise = 0.8 * broad + 0.6 * fine
    along = np.arange(rows, dtype=np.float64) * TEXTURE_STEP_MM
    noise += (0.45 * smooth_noise(rng, rows, 7 / TEXTURE_STEP_MM))[:, None]
    side = np.cos(2 * np.pi * np.arange(TEXTURE_ANGLES) / TEXTURE_ANGLES + rng.uniform(0, 2 * np.pi))
    noise += side * (0.35 * smooth_noise(rng, rows, 12 / TEXTURE_STEP_MM))[:, None]
    if deposit.pattern == "ring":
        noise = 0.45 * noise + _rings(rng, along)[:, None]
    extension = deposit.extension_at(years)
    inside = np.full(rows, -np.inf)
    for start, end in deposit.sections_mm:
        inside = np.maximum(inside, np.minimum(along - start, end - along) + extension)
    level = look.cover + 0.03 * extension + np.minimum(inside, 0) * (2.5 / CREEP_MM)
    cover = np.clip((noise + level[:, None]) / look.softness, 0, 1)
    cover[inside < -CREEP_MM] = 0
    if not cover.any():
        # However short the section: a deposit with a mass is somewhere.
        cover[int(np.argmax(inside))] = 0.2
    thick = np.clip(1 + 0.35 * smooth_noise(rng, rows, 5 / TEXTURE_STEP_MM), 0.35, 2)
    bright = np.exp(0.35 * fine)
    return np.asarray(cover * bright * thick[:, None], np.float32)


def ragged_radius(deposit: Deposit, tube: Tube) -> Floats:
    """Outer radius (n,) of the calcium along a tube, in mm."""
    rng = stream(deposit.seed, "ragged", *deposit.name)
    uneven = smooth_noise(rng, len(tube.radius_mm), rng.uniform(0.5, 1.5) / STEP_MM)
    return np.asarray(tube.radius_mm * (1 + LOOKS[deposit.pattern].ragged * np.clip(uneven, -2, 2)))


def _grainy(rng: np.random.Generator, rows: int, circumference_mm: float, *, grain_mm: float) -> Floats:
    """Unit noise on the unrolled wall, periodic around the tube, with grains of a size."""
    spectrum = fft.rfft2(rng.standard_normal((rows, TEXTURE_ANGLES)))
    along = fft.fftfreq(rows, TEXTURE_STEP_MM)[:, None]
    around = fft.rfftfreq(TEXTURE_ANGLES, circumference_mm / TEXTURE_ANGLES)[None, :]
    spectrum *= (1 + (along**2 + around**2) * grain_mm**2) ** -1.2
    spectrum[0, 0] = 0
    noise = fft.irfft2(spectrum, s=(rows, TEXTURE_ANGLES), axes=(0, 1))
    return np.asarray(noise / (noise.std() + 1e-12))


def _rings(rng: np.random.Generator, along_mm: Floats) -> Floats:
    """Ridges around the tube at uneven distances."""
    pitch = rng.uniform(0.9, 1.8)
    phase = along_mm / pitch + 0.35 * smooth_noise(rng, len(along_mm), 4 / TEXTURE_STEP_MM)
    return np.asarray(2.2 * np.abs(np.cos(np.pi * phase)) ** 6 - 0.3)


def calcifiable_room(tube: Tube, margin_mm: float) -> tuple[float, float]:
    """Stretch of a tube that lies at least `margin_mm` in front of the chest wall, in mm along it."""
    ahead = np.flatnonzero(tube.points_mm[:, 0] >= margin_mm)
    return float(ahead[0]) * STEP_MM, float(ahead[-1]) * STEP_MM
