"""Parameter names of the published SCU-Net checkpoints, turned into ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shared_core.errors import ModelError

State = Mapping[str, NDArray[np.floating]]

_UNUSED = re.compile(r"^(level3_1\.|up[34]\.up\.)|num_batches_tracked$")
"""A block and two transposed convolutions that the published forward pass never calls."""

_PARTS: tuple[tuple[str, str], ...] = (
    (r"^level1_0\.", "stem_1."),
    (r"^level1_1\.", "stem_2."),
    (r"^level1_2\.", "stem_3."),
    (r"^b1\.", "fusion_2."),
    (r"^b2\.", "fusion_3."),
    (r"^level2_0\.", "context_2."),
    (r"^level3_0\.", "context_3."),
    (r"^up3\.conv\.conv\.0\.", "decoder_2.conv_1."),
    (r"^up3\.conv\.conv\.1\.", "decoder_2.norm_1."),
    (r"^up3\.conv\.conv\.2\.", "decoder_2.act_1."),
    (r"^up3\.conv\.conv\.3\.", "decoder_2.conv_2."),
    (r"^up3\.conv\.conv\.4\.", "decoder_2.norm_2."),
    (r"^up3\.conv\.conv\.5\.", "decoder_2.act_2."),
    (r"^up4\.conv\.conv\.0\.", "decoder_1.conv_1."),
    (r"^up4\.conv\.conv\.1\.", "decoder_1.norm_1."),
    (r"^up4\.conv\.conv\.2\.", "decoder_1.act_1."),
    (r"^up4\.conv\.conv\.3\.", "decoder_1.conv_2."),
    (r"^up4\.conv\.conv\.4\.", "decoder_1.norm_2."),
    (r"^up4\.conv\.conv\.5\.", "decoder_1.act_2."),
    (r"^outc\.conv\.", "head."),
    (r"\.conv1x1\.", ".down."),
    (r"\.F_loc\.conv\.", ".near."),
    (r"\.F_sur\.conv\.", ".surround."),
    (r"\.F_glo\.fc\.0\.", ".gate.squeeze."),
    (r"\.F_glo\.fc\.2\.", ".gate.excite."),
    (r"\.reduce\.conv\.", ".reduce."),
    (r"\.bn\.", ".norm."),
)


def is_published(state: State) -> bool:
    """Tell whether the names are those of the published code."""
    return "level1_0.conv.weight" in state


def scunet_state_from_published(state: State) -> dict[str, NDArray[np.floating]]:
    """Rename a published SCU-Net state to the names of `ScuNet` and leave out what is never used.

    Names come without the prefix ``module.``; a `ModelError` where one is not the published network's.
    """
    renamed: dict[str, NDArray[np.floating]] = {}
    for name, value in state.items():
        if _UNUSED.search(name):
            continue
        ours = name
        for pattern, replacement in _PARTS:
            ours = re.sub(pattern, replacement, ours)
        if ours == name:
            raise ModelError(
                f"The checkpoint holds {name!r}, which is no part of the published SCU-Net; "
                "use a checkpoint of that network."
            )
        renamed[ours] = value
    return renamed
