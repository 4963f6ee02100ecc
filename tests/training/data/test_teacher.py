"""A teacher labels what it is sure of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.inference.engine import segment
from shared_core.inference.model import load_model
from shared_core.preprocessing.prepare import prepare
from shared_core.training.data.images import RealImage
from shared_core.training.data.teacher import TaughtViews
from tests.training.data.small import breast_picture, write_png


def test_sure_pixels_are_labelled_and_unsure_ones_ignored(tmp_path: Path) -> None:
    path = write_png(tmp_path / "LCC.png", breast_picture((700, 520)))
    image = RealImage(path, "anna", spacing_mm=0.07)
    model = load_model()
    probability = segment(prepare(image.read(), model.card.preprocessing), model).values
    # The picture has no BAC: what the model says of it is little, and sure enough for this test.
    low, high = float(probability.max()) * 0.3, float(probability.max()) * 0.6
    views = TaughtViews((image,), model, background_below=low, bac_above=high)
    view = views.load(0)
    assert view.identity.origin == "teacher"
    assert view.label.any()
    assert np.array_equal(view.label, probability > high)
    assert view.ignore is not None
    assert np.array_equal(view.ignore, (probability >= low) & (probability <= high))
    assert model.card.name in views.description["labels"]
    with pytest.raises(UsageError, match="must rise"):
        TaughtViews((image,), model, background_below=0.8, bac_above=0.5)
