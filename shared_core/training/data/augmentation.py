"""Patches as they might have been: turned, of another scale and grey, noisier, softer, beside a film edge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.training.data.synthesised import synthesised_look

Patch = NDArray[np.uint8]
_LETTERS: Final = "ACDEIKLMORSTUXZ0123456789"


@dataclass(frozen=True)
class Augmentation:
    """How far patches are changed; 0 leaves them in that respect."""

    flips: bool = True
    quarter_turns: bool = True
    scale: float = 0.08
    """Largest relative change of size."""
    zoom: float = 1.0
    """Crops show an image at up to so many times its size, or at one part in so many; by logarithm, evenly.
    Other than with `scale`, a smaller image shows more of its surroundings."""
    turn_degrees: float = 10.0
    """Largest turn beside the quarter turns."""
    brightness: float = 0.2
    contrast: float = 0.2
    gamma: float = 0.25
    noise: float = 3.0
    """Largest standard deviation, in grey levels."""
    grain_px: float = 0.0
    """Largest standard deviation over which noise is alike, as grain of film; 0: every pixel has its own."""
    blur_px: float = 0.8
    """Largest standard deviation."""
    sharpening: float = 0.0
    """Largest gain of what stands out; half of the patches are sharpened then, the others blurred."""
    film_edge: float = 0.0
    """Probability of a bright strip along one side, as at the edge of scanned film or of a paddle."""
    letters: float = 0.0
    """Probability of burned-in letters."""
    synthesised_2d: float = 0.0
    """Probability of the look of a mammogram that was synthesised from tomosynthesis."""


def augment(
    images_u8: Patch, labels: Patch, rng: np.random.Generator, settings: Augmentation | None = None
) -> tuple[Patch, Patch]:
    """Change patches by chance, each in its own way.

    Parameters
    ----------
    images_u8
        (patches, side, side).
    labels
        (patches, side, side): 0, 1, 255 ignored. What a scale or turn brings in from outside is 255.
    rng
        The same generator gives the same patches.
    settings
        By default no film edges and letters.

    Returns
    -------
    Images and labels of the same shapes. Black stays black.
    """
    settings = settings or Augmentation()
    pairs = [augment_one(image, label, rng, settings) for image, label in zip(images_u8, labels, strict=True)]
    return np.stack([image for image, _ in pairs]), np.stack([label for _, label in pairs])


def augment_one(
    image_u8: Patch, label: Patch, rng: np.random.Generator, settings: Augmentation
) -> tuple[Patch, Patch]:
    """Change one patch (side, side); see `augment`."""
    image, label = _placed(image_u8, label, rng, settings)
    if settings.synthesised_2d and rng.random() < settings.synthesised_2d:
        image = synthesised_look(image, rng)
    image = _softened(image, rng, settings)
    image = _regreyed(image, rng, settings)
    image, label = image.copy(), label.copy()
    if rng.random() < settings.film_edge:
        _lay_film_edge(image, label, rng)
    if rng.random() < settings.letters:
        _lay_letters(image, label, rng)
    return image, label


def _placed(
    image: Patch, label: Patch, rng: np.random.Generator, settings: Augmentation
) -> tuple[Patch, Patch]:
    turns, flipped = int(rng.integers(4)), bool(rng.integers(2))
    scale, turn = np.exp(rng.uniform(-1, 1) * settings.scale), rng.uniform(-1, 1) * settings.turn_degrees
    if settings.quarter_turns:
        image, label = np.rot90(image, turns), np.rot90(label, turns)
    if settings.flips and flipped:
        image, label = image[:, ::-1], label[:, ::-1]
    if not settings.scale and not settings.turn_degrees:
        return np.ascontiguousarray(image), np.ascontiguousarray(label)
    rows, columns = image.shape
    matrix = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), float(turn), float(scale))
    size = (columns, rows)
    warped = cv2.warpAffine(
        np.ascontiguousarray(image), matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    moved = cv2.warpAffine(
        np.ascontiguousarray(label),
        matrix,
        size,
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return np.asarray(warped, np.uint8), np.asarray(moved, np.uint8)


def _softened(image: Patch, rng: np.random.Generator, settings: Augmentation) -> Patch:
    blur = rng.uniform(0, 1) * settings.blur_px
    sd = rng.uniform(0, 1) * settings.noise
    if settings.sharpening and rng.random() < 0.5:
        image = _sharpened(image, rng.uniform(0, 1) * settings.sharpening, rng.uniform(0.7, 2.5))
    elif blur > 0.2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), blur), np.uint8)
    if sd > 0:
        noise = _grain(image.shape, rng, settings.grain_px) * np.float32(sd)
        # Air is black, whatever the noise.
        image = np.where(image > 0, np.clip(np.rint(image + noise), 1, 255), 0).astype(np.uint8)
    return image


def _sharpened(image: Patch, strength: float, reach_px: float) -> Patch:
    """Unsharp masking; black stays black."""
    smooth = cv2.GaussianBlur(image, (0, 0), reach_px)
    sharp = np.asarray(cv2.addWeighted(image, 1 + strength, smooth, -strength, 0), np.uint8)
    return np.where(image > 0, np.maximum(sharp, 1), 0).astype(np.uint8)


def _grain(shape: tuple[int, ...], rng: np.random.Generator, most_px: float) -> NDArray[np.float32]:
    """Noise of standard deviation 1."""
    noise = rng.standard_normal(shape, dtype=np.float32)
    reach_px = rng.uniform(0, 1) * most_px if most_px else 0.0
    if reach_px <= 0.3:
        return noise
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), reach_px), np.float32)
    return np.asarray(smooth / max(smooth.std(), np.float32(1e-6)))


def _regreyed(image: Patch, rng: np.random.Generator, settings: Augmentation) -> Patch:
    gamma, contrast, brightness = rng.uniform(-1, 1, 3)
    grey = (np.arange(256) / 255.0) ** math.exp(gamma * settings.gamma)
    grey = (grey - 0.5) * (1 + contrast * settings.contrast) + 0.5 + brightness * settings.brightness
    table = np.clip(np.rint(grey * 255), 0, 255).astype(np.uint8)
    table[0] = 0
    return np.asarray(table[image])


def _lay_film_edge(image: Patch, label: Patch, rng: np.random.Generator) -> None:
    """A bright or dark strip along a side with an uneven inner rim, in place; nothing to find below it."""
    turns = int(rng.integers(4))
    turned, labels = np.rot90(image, turns), np.rot90(label, turns)
    side = turned.shape[1]
    width = rng.uniform(0.02, 0.2) * side
    knots = rng.normal(0, 0.1 * width, 6)
    rim = width + np.interp(np.arange(turned.shape[0]), np.linspace(0, turned.shape[0], 6), knots)
    soft = rng.uniform(0.7, 6)
    cover = 1 / (1 + np.exp(np.clip((np.arange(side)[None, :] - rim[:, None]) / soft, -30, 30)))
    level = rng.uniform(170, 255) if rng.random() < 0.8 else rng.uniform(0, 40)
    turned[:] = np.rint(turned * (1 - cover) + level * cover).astype(np.uint8)
    labels[cover > 0.5] = 0


def _lay_letters(image: Patch, label: Patch, rng: np.random.Generator) -> None:
    """A few bright letters, in place."""
    text = "".join(_LETTERS[place] for place in rng.integers(len(_LETTERS), size=int(rng.integers(1, 5))))
    layer = np.zeros_like(image)
    size = image.shape[0] / 512 * rng.uniform(0.8, 4)
    row, column = rng.uniform(0.1, 0.95) * image.shape[0], rng.uniform(0, 0.7) * image.shape[1]
    cv2.putText(
        layer,
        text,
        (int(column), int(row)),
        int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_PLAIN])),
        size,
        int(rng.integers(180, 256)),
        max(int(size * rng.uniform(1, 4)), 1),
        cv2.LINE_AA,
    )
    np.maximum(image, layer, out=image)
    label[layer > 127] = 0
