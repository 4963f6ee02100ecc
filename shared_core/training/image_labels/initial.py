"""Weights of VGG16 that a person has, as torchvision or Keras save them, checked by names and shapes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import ModelError, UsageError
from shared_core.networks.classifiers import BLOCKS, CONVOLUTIONS
from shared_core.networks.vgg16 import MULTIPLES
from shared_core.notices import Remedy
from shared_core.training.data.fingerprints import file_sha256
from shared_core.training.image_labels.recipe import LabelRecipe
from shared_core.weights.checkpoint import read_torch_file

Arrays = Mapping[str, NDArray[Any]]
_KERAS: Final = (".h5", ".hdf5")
_WIDTH: Final = 64
_COLOURS: Final = 3


@dataclass(frozen=True, eq=False)
class Initial:
    """The convolutions that training starts from."""

    file: str
    sha256: str
    arrays: dict[str, NDArray[np.float32]]
    """Under our names."""

    @property
    def words(self) -> str:
        """For the card."""
        return f"{self.file}, sha256 {self.sha256}"


def initial_for(recipe: LabelRecipe, path: Path | None) -> Initial | None:
    """Read the weights that a recipe starts from.

    Raises
    ------
    UsageError
        The recipe needs a file and none was named, or takes none.
    ModelError
        The file is not that of VGG16.
    """
    if recipe.initial == "none":
        if path is not None:
            raise UsageError(
                f"Recipe {recipe.name} starts from random weights and takes none of a file; for a start from "
                "weights of ImageNet use mobini-2023."
            )
        return None
    if path is None:
        raise UsageError(
            f"Recipe {recipe.name} starts from VGG16's weights of ImageNet, which are not in this package; "
            "the recipe mobini-2023-scratch needs none.",
            Remedy.NAME_INITIAL_WEIGHTS,
        )
    return read_initial(path, channels=recipe.network_options.channels, width=recipe.network_options.width)


def read_initial(path: Path, *, channels: int = 3, width: int | None = None) -> Initial:
    """Read the convolutions of VGG16 from torchvision's ``vgg16-*.pth`` or Keras' ``*_notop.h5``.

    No code in the file is run. For an input of one channel the kernels of the three colours are added up,
    which gives what three equal channels would.

    Parameters
    ----------
    width
        Channels of the first block that the file must have; 64 in VGG16.

    Raises
    ------
    ModelError
        It cannot be read, or is not that of VGG16 without batch norm.
    """
    keras = path.suffix.lower() in _KERAS
    found = list(_keras_pairs(path) if keras else _torch_pairs(path))
    shapes = list(_shapes(width or _WIDTH))
    if len(found) != CONVOLUTIONS:
        raise ModelError(
            f"{path} holds {len(found)} convolutions, and VGG16 has {CONVOLUTIONS}; use VGG16's own weights."
        )
    arrays: dict[str, NDArray[np.float32]] = {}
    for number, ((name, kernel, bias), shape) in enumerate(zip(found, shapes, strict=True)):
        if kernel.shape != shape or bias.shape != shape[:1]:
            raise ModelError(
                f"{path} is not that of VGG16: {name} has the shape {kernel.shape}, expected {shape}; use "
                "VGG16's own weights."
            )
        if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
            raise ModelError(f"{path} cannot be used: {name} holds numbers that are not finite.")
        if number == 0 and channels == 1:
            kernel = kernel.sum(axis=1, keepdims=True)
        arrays[f"convolutions.{number}.weight"] = np.ascontiguousarray(kernel, np.float32)
        arrays[f"convolutions.{number}.bias"] = np.ascontiguousarray(bias, np.float32)
    return Initial(path.name, file_sha256(path), arrays)


def _shapes(width: int) -> Iterator[tuple[int, int, int, int]]:
    before = _COLOURS
    for count, multiple in zip(BLOCKS, MULTIPLES, strict=True):
        for _ in range(count):
            yield multiple * width, before, 3, 3
            before = multiple * width


_Pair = tuple[str, NDArray[Any], NDArray[Any]]


def _torch_pairs(path: Path) -> Iterator[_Pair]:
    """Kernels and biases in the order of the layers, ``features.0`` to ``features.28``."""
    arrays = read_torch_file(path)
    numbers = sorted(
        int(parts[1])
        for parts in (name.split(".") for name in arrays)
        if len(parts) == 3 and parts[0] == "features" and parts[1].isdecimal() and parts[2] == "weight"
    )
    for number in numbers:
        kernel, bias = arrays[f"features.{number}.weight"], arrays.get(f"features.{number}.bias")
        if kernel.ndim != 4 or bias is None:
            raise ModelError(
                f"{path} is not that of VGG16: features.{number} is no convolution with a bias; use the "
                "weights without batch norm."
            )
        yield f"features.{number}.weight", kernel, bias


def _keras_pairs(path: Path) -> Iterator[_Pair]:
    """The same of ``block1_conv1`` to ``block5_conv3``, whose kernels are (rows, columns, before, after)."""
    if find_spec("h5py") is None:
        raise ModelError(
            f"Reading {path} needs h5py, which is not installed; run pip install h5py, or use torchvision's "
            "file."
        )
    import h5py

    try:
        with warnings.catch_warnings(), h5py.File(path, "r") as file:
            root = file.get("model_weights", file)
            for block, count in enumerate(BLOCKS, 1):
                for number in range(1, count + 1):
                    name = f"block{block}_conv{number}"
                    if name in root:
                        kernel, bias = _of_group(root[name])
                        yield name, kernel.transpose(3, 2, 0, 1), bias
    except (OSError, KeyError, ValueError, TypeError):
        raise ModelError(f"{path} is no file of Keras' VGG16, or damaged; get the file again.") from None


def _of_group(group: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """The array of four axes and that of one, however deep."""
    arrays: list[NDArray[Any]] = []
    group.visititems(lambda _, item: arrays.append(np.asarray(item)) if hasattr(item, "dtype") else None)
    (kernel,) = (array for array in arrays if array.ndim == 4)
    (bias,) = (array for array in arrays if array.ndim == 1)
    return kernel, bias
