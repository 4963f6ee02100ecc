"""Calcium that is not in arteries, and the masses that carry it."""

from __future__ import annotations

import numpy as np

from shared_core.simulation.stamps import Scene, Stamp, grain, line, stroke


def rod_like(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """Secretory calcification: smooth rods in ducts, aligned to the nipple, some hollow."""
    spacing = scene.placement.spacing_mm
    middle = scene.somewhere(rng, within=0.6)
    nipple = np.array([scene.breast.depth_mm, 0.0, 0.0])
    stamps = []
    for _ in range(rng.integers(4, 15)):
        start = middle[0] + rng.normal(0, 9, 3)
        ahead = nipple - start
        ahead = ahead / np.linalg.norm(ahead) + rng.normal(0, 0.18, 3)
        ends = scene.placement.pixels(np.stack([start, start + ahead * rng.uniform(1.5, 7)]))
        curve = line(ends[0], ends[1], bend=rng.normal(0, 0.04))
        hollow = 0.45 if rng.random() < 0.3 else 0.0
        radius = rng.uniform(0.15, 0.4)
        stamps.append(
            stroke("mineral", curve, radius_px=radius / spacing, peak=0.16 * radius / 0.3, hollow=hollow)
        )
    return tuple(stamps)


def popcorn(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """An involuting fibroadenoma: large lumps grown together."""
    middle = scene.somewhere(rng, within=0.65)
    size = rng.uniform(2, 5)
    lumps = middle + rng.normal(0, size * 0.45, (rng.integers(5, 12), 3))
    return tuple(
        grain(
            scene, "mineral", place, rng, radius_mm=size * rng.uniform(0.2, 0.5), peak=rng.uniform(0.06, 0.14)
        )
        for place in scene.placement.pixels(lumps)
    )


def round_grains(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """Scattered round and punctate calcification of lobules."""
    places = scene.placement.pixels(scene.somewhere(rng, count=int(rng.integers(4, 22)), within=0.8))
    stamps = []
    for place in places:
        radius = float(np.clip(rng.lognormal(np.log(0.22), 0.5), 0.1, 0.9))
        stamps.append(grain(scene, "mineral", place, rng, radius_mm=radius, peak=0.22 * min(radius / 0.5, 1)))
    return tuple(stamps)


def skin(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """Skin calcification: small rings with a lucent centre, in loose groups."""
    middle = scene.somewhere(rng, within=0.9)
    stamps = []
    for place in scene.placement.pixels(middle + rng.normal(0, 7, (rng.integers(4, 14), 3))):
        radius = rng.uniform(0.3, 0.6)
        stamps.append(grain(scene, "mineral", place, rng, radius_mm=radius, peak=0.07))
        stamps.append(grain(scene, "mineral", place, rng, radius_mm=radius * 0.55, peak=-0.045))
    return tuple(stamps)


def cluster(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """A cluster of fine pleomorphic grains."""
    middle = scene.somewhere(rng, within=0.7)
    around = rng.normal(0, rng.uniform(1.5, 4), (rng.integers(8, 32), 3))
    return tuple(
        grain(scene, "mineral", place, rng, radius_mm=rng.uniform(0.08, 0.25), peak=rng.uniform(0.02, 0.08))
        for place in scene.placement.pixels(middle + around)
    )


def fibroadenoma(scene: Scene, rng: np.random.Generator) -> tuple[Stamp, ...]:
    """A smooth oval mass with a few coarse lumps at its border."""
    middle = scene.somewhere(rng, within=0.6)
    radius = rng.uniform(4, 10)
    mass = scene.placement.pixels(middle)[0]
    rim = rng.normal(size=(rng.integers(2, 6), 3))
    rim *= 0.8 * radius / np.linalg.norm(rim, axis=1, keepdims=True)
    lumps = scene.placement.pixels(middle + rim)
    return (
        grain(scene, "soft", mass, rng, radius_mm=radius, peak=1.7 * radius),
        *(
            grain(scene, "mineral", place, rng, radius_mm=rng.uniform(0.4, 1.2), peak=rng.uniform(0.04, 0.12))
            for place in lumps
        ),
    )
