"""MONAI bundles: what they say of their network, and the network itself as TorchScript or ONNX.

A bundle is a folder or a zip with ``configs/metadata.json`` and ``models/``. Its configurations can name any
Python object and hold expressions, so they are never read; a bundle with ``model.pt`` alone, which only its
configuration could turn into a network, is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from shared_core.documents import any_json
from shared_core.errors import ModelError
from shared_core.inference.foreign.facts import StatedFacts
from shared_core.inference.foreign.torchscript import UNPACKING_RAISES, members

METADATA: Final = "configs/metadata.json"
NETWORKS: Final = ("models/model.onnx", "models/model.ts")
WEIGHTS_ALONE: Final = "models/model.pt"
MOST_METADATA_BYTES: Final = 5_000_000


@dataclass(frozen=True)
class Bundle:
    """One that was found."""

    path: Path
    prefix: str
    """Of the names within a zip."""

    def read(self, name: str) -> bytes | None:
        """A file of the bundle; None where there is none."""
        try:
            if self.path.is_dir():
                file = self.path / name
                return file.read_bytes() if file.is_file() else None
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(self.prefix + name) if self.prefix + name in archive.namelist() else None
        except (OSError, *UNPACKING_RAISES) as error:
            raise ModelError(f"The bundle {self.path} cannot be read: {error}.") from None


def bundle_at(path: Path) -> Bundle | None:
    """The bundle that a folder or a zip holds; None where it holds none."""
    if path.is_dir():
        return Bundle(path, "")
    found = [name for name in members(path) if name.endswith(METADATA)]
    return Bundle(path, found[0].removesuffix(METADATA)) if found else None


def network_of(bundle: Bundle) -> tuple[str, bytes]:
    """Name and content of the network in a bundle.

    A `ModelError` where there is none, or weights alone.
    """
    for name in NETWORKS:
        content = bundle.read(name)
        if content is not None:
            return name, content
    if bundle.read(WEIGHTS_ALONE) is not None:
        raise ModelError(
            f"The bundle {bundle.path} holds weights without their network, which only its configuration "
            "could build by running code; export it with ckpt_export of monai.bundle, as models/model.ts."
        )
    raise ModelError(f"The bundle {bundle.path} holds neither models/model.ts nor models/model.onnx.")


def stated_by(bundle: Bundle, stated: StatedFacts) -> StatedFacts:
    """What a person stated, completed with what the metadata says of classes and size.

    A `ModelError` where the metadata cannot be read, or is of a network for other data.
    """
    content = bundle.read(METADATA)
    if content is None:
        raise ModelError(f"{bundle.path} holds no {METADATA}, so it is no MONAI bundle.")
    try:
        if len(content) > MOST_METADATA_BYTES:
            raise ValueError
        data_format = any_json(content)["network_data_format"]
        image, answer = data_format["inputs"]["image"], data_format["outputs"]["pred"]
        classes = int(answer["num_channels"])
        shape = [int(side) for side in image.get("spatial_shape", []) if str(side).isdigit()]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise ModelError(
            f"{METADATA} of {bundle.path} does not say what the network takes and gives; import its "
            "models/model.ts and state that."
        ) from None
    if len(image.get("spatial_shape", [0, 0])) != 2:
        raise ModelError(
            f"The bundle {bundle.path} is for volumes; a network for mammograms takes 2D images."
        )
    filled = replace(stated, classes=classes)
    if stated.bac_class is None and classes > 1:
        filled = replace(filled, bac_class=_bac_class(answer.get("channel_def")))
    if stated.tile_px is None and len(shape) == 2 and shape[0] == shape[1]:
        filled = replace(filled, tile_px=shape[0])
    return filled


def _bac_class(named: Any) -> int | None:
    """The class that is named as BAC, or the only one beside background."""
    if not isinstance(named, dict):
        return None
    is_bac: tuple[Callable[[str], bool], ...] = (
        lambda text: text == "bac" or "arter" in text or "calcif" in text,
        lambda text: text != "background",
    )
    for fits in is_bac:
        found = [key for key, text in named.items() if fits(str(text).lower()) and str(key).isdigit()]
        if len(found) == 1:
            return int(found[0])
    return None
