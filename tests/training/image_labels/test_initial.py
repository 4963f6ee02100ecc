"""Weights of VGG16 that a person has: taken as they are, or refused in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import ModelError, UsageError

torch = pytest.importorskip("torch", reason="torch is not installed")

from shared_core.networks.options import NetworkOptions  # noqa: E402  (needs torch)
from shared_core.training.image_labels.initial import (  # noqa: E402  (needs torch)
    _shapes,
    initial_for,
    read_initial,
)
from shared_core.training.image_labels.recipe import load_label_recipe  # noqa: E402  (needs torch)
from shared_core.training.image_labels.stepping import make_classifier  # noqa: E402  (needs torch)

WIDTH = 2
PLACES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
"""Of torchvision's convolutions among its layers."""


def kernels() -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    torch.manual_seed(1)
    for shape in _shapes(WIDTH):
        yield torch.randn(shape), torch.randn(shape[0])


def torch_file(path: Path, **more: torch.Tensor) -> Path:
    state = {}
    for place, (kernel, bias) in zip(PLACES, kernels(), strict=True):
        state |= {f"features.{place}.weight": kernel, f"features.{place}.bias": bias}
    torch.save({**state, "classifier.0.weight": torch.zeros(4, 4), **more}, path)
    return path


def keras_file(path: Path) -> Path:
    h5py = pytest.importorskip("h5py", reason="h5py is not installed")
    names = [
        f"block{block}_conv{one}"
        for block, count in enumerate((2, 2, 3, 3, 3), 1)
        for one in range(1, count + 1)
    ]
    with h5py.File(path, "w") as file:
        for name, (kernel, bias) in zip(names, kernels(), strict=True):
            group = file.create_group(name)
            group[f"{name}_W_1:0"] = kernel.permute(2, 3, 1, 0).numpy()
            group[f"{name}_b_1:0"] = bias.numpy()
    return path


def recipe(**values: object) -> object:
    return replace(load_label_recipe("mobini-2023"), network_options=NetworkOptions(3, width=WIDTH), **values)  # type: ignore[arg-type]


def test_torchvision_s_file_fills_the_convolutions_and_nothing_else(tmp_path: Path) -> None:
    initial = initial_for(recipe(), torch_file(tmp_path / "vgg16-tiny.pth"))  # type: ignore[arg-type]
    assert initial is not None
    network = make_classifier(recipe(), seed=0, initial=initial)  # type: ignore[arg-type]
    for layer, (kernel, bias) in zip(network.convolutions, kernels(), strict=True):
        torch.testing.assert_close(layer.weight.detach(), kernel)
        torch.testing.assert_close(layer.bias.detach(), bias)
    assert initial.words.startswith("vgg16-tiny.pth, sha256 ")
    learning = [layer.weight.requires_grad for layer in network.convolutions]
    assert learning == 8 * [False] + 5 * [True]


def test_one_channel_gets_what_three_equal_ones_would(tmp_path: Path) -> None:
    path = torch_file(tmp_path / "vgg16.pth")
    three, one = (read_initial(path, channels=channels, width=WIDTH).arrays for channels in (3, 1))
    np.testing.assert_allclose(
        one["convolutions.0.weight"][:, 0], three["convolutions.0.weight"].sum(axis=1), rtol=1e-6
    )


def test_keras_file_gives_the_same(tmp_path: Path) -> None:
    keras = read_initial(keras_file(tmp_path / "vgg16_notop.h5"), width=WIDTH).arrays
    known = read_initial(torch_file(tmp_path / "vgg16.pth"), width=WIDTH).arrays
    for name, array in known.items():
        np.testing.assert_array_equal(keras[name], array)


def test_another_network_s_file_is_refused(tmp_path: Path) -> None:
    wrong = torch_file(tmp_path / "wrong.pth", **{"features.5.weight": torch.zeros(3, 3, 3, 3)})
    with pytest.raises(ModelError, match=r"features.5.weight has the shape \(3, 3, 3, 3\), expected"):
        read_initial(wrong, width=WIDTH)
    more = torch_file(
        tmp_path / "more.pth",
        **{"features.30.weight": torch.zeros(1, 1, 3, 3), "features.30.bias": torch.zeros(1)},
    )
    with pytest.raises(ModelError, match="holds 14 convolutions, and VGG16 has 13"):
        read_initial(more, width=WIDTH)
    norms = torch_file(tmp_path / "bn.pth", **{"features.1.weight": torch.ones(WIDTH)})
    with pytest.raises(ModelError, match=r"features.1 is no convolution with a bias"):
        read_initial(norms, width=WIDTH)
    endless = torch_file(tmp_path / "nan.pth", **{"features.0.bias": torch.full((WIDTH,), float("nan"))})
    with pytest.raises(ModelError, match="not finite"):
        read_initial(endless, width=WIDTH)


def test_what_is_no_file_of_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vgg16.pth"
    path.write_bytes(b"no weights at all")
    with pytest.raises(ModelError, match="is no file of torch"):
        read_initial(path)


def test_the_paper_s_recipe_needs_a_file_and_the_other_takes_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the recipe mobini-2023-scratch needs none"):
        initial_for(load_label_recipe("mobini-2023"), None)
    scratch = load_label_recipe("mobini-2023-scratch")
    assert initial_for(scratch, None) is None
    with pytest.raises(UsageError, match="starts from random weights and takes none"):
        initial_for(scratch, tmp_path / "vgg16.pth")
