"""Codes of mammographic views and modifiers (PS3.16 CID 4014 and 4015), SNOMED CT and the old SRT."""

from __future__ import annotations

from shared_core.mammogram import View, ViewModifier

VIEW_OF_CODE = {
    "399162004": View.CC,
    "R-10242": View.CC,
    "399368009": View.MLO,
    "R-10226": View.MLO,
    "399260004": View.ML,
    "R-10224": View.ML,
    "399352003": View.LM,
    "R-10228": View.LM,
    "399099002": View.LMO,
    "R-10230": View.LMO,
    "399265009": View.XCC,
    "399192008": View.XCCL,
    "R-1024A": View.XCCL,
    "399101009": View.XCCM,
    "R-1024B": View.XCCM,
    "399196006": View.FB,
    "R-10244": View.FB,
    "399188001": View.SIO,
    "R-102D0": View.SIO,
    "441555000": View.ISO,
    "R-40AAA": View.ISO,
    "127457009": View.SPECIMEN,
    "G-8310": View.SPECIMEN,
}

MODIFIER_OF_CODE = {
    "399163009": ViewModifier.MAGNIFICATION,
    "R-102D6": ViewModifier.MAGNIFICATION,
    "399055006": ViewModifier.SPOT_COMPRESSION,
    "R-102D7": ViewModifier.SPOT_COMPRESSION,
    "399110001": ViewModifier.TANGENTIAL,
    "R-102C2": ViewModifier.TANGENTIAL,
    "399226006": ViewModifier.ROLLED,
    "R-102D4": ViewModifier.ROLLED,
    "399197002": ViewModifier.ROLLED,
    "R-102D3": ViewModifier.ROLLED,
    "415670009": ViewModifier.ROLLED,
    "R-102C9": ViewModifier.ROLLED,
    "414493004": ViewModifier.ROLLED,
    "R-102CA": ViewModifier.ROLLED,
    "399161006": ViewModifier.CLEAVAGE,
    "R-102D2": ViewModifier.CLEAVAGE,
    "399209000": ViewModifier.IMPLANT_DISPLACED,
    "R-102D5": ViewModifier.IMPLANT_DISPLACED,
    "399011000": ViewModifier.AXILLARY_TAIL,
    "R-102D1": ViewModifier.AXILLARY_TAIL,
    "442580003": ViewModifier.AXILLARY_TISSUE,
    "R-40AB2": ViewModifier.AXILLARY_TISSUE,
    "442581004": ViewModifier.NIPPLE_IN_PROFILE,
    "R-40AB3": ViewModifier.NIPPLE_IN_PROFILE,
    "442593008": ViewModifier.INFRAMAMMARY_FOLD,
    "R-40ABE": ViewModifier.INFRAMAMMARY_FOLD,
}

_MEANINGS = (
    ("magnif", ViewModifier.MAGNIFICATION),
    ("spot", ViewModifier.SPOT_COMPRESSION),
    ("tangent", ViewModifier.TANGENTIAL),
    ("rolled", ViewModifier.ROLLED),
    ("cleavage", ViewModifier.CLEAVAGE),
    ("implant displaced", ViewModifier.IMPLANT_DISPLACED),
    ("axillary tail", ViewModifier.AXILLARY_TAIL),
    ("axillary tissue", ViewModifier.AXILLARY_TISSUE),
    ("nipple in profile", ViewModifier.NIPPLE_IN_PROFILE),
    ("mammary fold", ViewModifier.INFRAMAMMARY_FOLD),
)


def modifier_of_meaning(meaning: str) -> ViewModifier | None:
    """Modifier by the Code Meaning, for writers with codes of their own."""
    lowered = meaning.lower()
    return next((modifier for word, modifier in _MEANINGS if word in lowered), None)
