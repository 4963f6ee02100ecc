"""Whom a model has seen: fingerprints of patients and images, from which nobody can be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_ROUNDS = 20_000
"""Of the fingerprint of a patient ID: IDs are short, and must not be found by trying all."""
_DIGITS = 24


@dataclass(frozen=True)
class SeenViews:
    """Of one training; the fingerprints of another have another salt, and cannot be compared with these."""

    salt: str
    taught: tuple[str, ...]
    """Of patients whose views taught."""
    chose: tuple[str, ...]
    """Of patients whose views told the best weights or the threshold."""
    images: tuple[str, ...]
    """Of the image files of both."""


@dataclass(frozen=True)
class SeenBefore:
    """What of some views a model has seen."""

    taught: tuple[str, ...]
    """IDs of patients."""
    chose: tuple[str, ...]
    images: int
    """Image files."""


def seen_views(
    salt: str, *, taught: Iterable[str], chose: Iterable[str], image_sha256: Iterable[str]
) -> SeenViews:
    """Fingerprints of patient IDs and image files.

    Parameters
    ----------
    salt
        Different for every training, such as the sha256 of the weights.
    """
    return SeenViews(
        salt,
        _prints(taught, salt),
        _prints(chose, salt),
        tuple(sorted({_image_print(one, salt) for one in image_sha256})),
    )


def seen_before(
    records: Sequence[SeenViews], patients: Iterable[str], image_sha256: Iterable[str]
) -> SeenBefore:
    """Which of some patients and images are in the records of a model."""
    names, images = sorted(set(patients)), set(image_sha256)
    taught: set[str] = set()
    chose: set[str] = set()
    found: set[str] = set()
    for record in records:
        prints = {name: patient_print(name, record.salt) for name in names}
        taught |= {name for name in names if prints[name] in record.taught}
        chose |= {name for name in names if prints[name] in record.chose}
        found |= {one for one in images if _image_print(one, record.salt) in record.images}
    return SeenBefore(tuple(sorted(taught)), tuple(sorted(chose - taught)), len(found))


def patient_print(patient_id: str, salt: str) -> str:
    """Of one patient ID (PBKDF2, SHA-256)."""
    return hashlib.pbkdf2_hmac("sha256", patient_id.encode(), salt.encode(), _ROUNDS).hex()[:_DIGITS]


def _prints(patients: Iterable[str], salt: str) -> tuple[str, ...]:
    return tuple(sorted({patient_print(patient, salt) for patient in patients}))


def _image_print(image_sha256: str, salt: str) -> str:
    return hashlib.sha256(f"{salt} {image_sha256}".encode()).hexdigest()[:_DIGITS]
