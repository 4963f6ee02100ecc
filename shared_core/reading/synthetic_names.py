"""Names that the makers of tomosynthesis machines give to 2-D images computed from it."""

from __future__ import annotations

import re
from typing import Final

# a letter before or after makes another word: C-View is in no "CC VIEW"
_BEGIN, _END = r"(?<![A-Z0-9'’])", r"(?![A-Z0-9])"
_PRODUCTS: Final = re.compile(
    rf"{_BEGIN}(C[ _-]?VIEW|S[ _-]?VIEW|V[ _-]?PREVIEW|(INTELLIGENT|INSIGHT)[ _-]?2[ _-]?D){_END}", re.I
)
_DESCRIPTIONS: Final = re.compile(
    rf"{_BEGIN}(SYNTH(ETIC|ESI[SZ]ED|ETI[SZ]ED)?([ _-]?(2[ _-]?D|MAMMO\w*|VIEW|IMAGE))?"
    rf"|S[ _-]?MAMMO|(SM|SYN|TOMO|GENERATED)[ _]?2D){_END}",
    re.I,
)


def synthetic_product(text: str) -> str:
    """The name of a product in a text (C-View, S-View, Intelligent 2D ...); empty where there is none.

    Examples
    --------
    >>> synthetic_product("R_MLO_CView_3"), synthetic_product("L CC VIEW")
    ('CView', '')
    """
    found = _PRODUCTS.search(text)
    return found[0] if found else ""


def synthetic_words(text: str) -> str:
    """What in a description says that the image is synthetic: a product, or the word; empty where nothing.

    Examples
    --------
    >>> synthetic_words("L CC SynthesizedMammo"), synthetic_words("TOMO_2D"), synthetic_words("Tomo + 2D")
    ('SynthesizedMammo', 'TOMO_2D', '')
    """
    found = _DESCRIPTIONS.search(text)
    return synthetic_product(text) or (found[0] if found else "")
