"""Data sets of pydicom, filled in one go."""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset


def dataset_of(**attributes: Any) -> Dataset:
    """A data set, or the item of a sequence, with these attributes."""
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset
