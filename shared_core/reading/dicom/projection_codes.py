"""Codes of mammographic views and modifiers (PS3.16 CID 4014 and 4015), SNOMED CT and the old SRT."""

from __future__ import annotations

from shared_core.mammogram import View, ViewModifier

_VIEWS = {
    View.CC: ("399162004", "R-10242"),
    View.MLO: ("399368009", "R-10226"),
    View.ML: ("399260004", "R-10224"),
    View.LM: ("399352003", "R-10228"),
    View.LMO: ("399099002", "R-10230"),
    View.XCC: ("399265009",),
    View.XCCL: ("399192008", "R-1024A"),
    View.XCCM: ("399101009", "R-1024B"),
    View.FB: ("399196006", "R-10244"),
    View.SIO: ("399188001", "R-102D0"),
    View.ISO: ("441555000", "R-40AAA"),
    View.SPECIMEN: ("127457009", "G-8310"),
}
_ROLLED = ("399226006", "R-102D4", "399197002", "R-102D3", "415670009", "R-102C9", "414493004", "R-102CA")
_MODIFIERS = {
    ViewModifier.MAGNIFICATION: ("magnif", "399163009", "R-102D6"),
    ViewModifier.SPOT_COMPRESSION: ("spot", "399055006", "R-102D7"),
    ViewModifier.TANGENTIAL: ("tangent", "399110001", "R-102C2"),
    ViewModifier.ROLLED: ("rolled", *_ROLLED),
    ViewModifier.CLEAVAGE: ("cleavage", "399161006", "R-102D2"),
    ViewModifier.IMPLANT_DISPLACED: ("implant displaced", "399209000", "R-102D5"),
    ViewModifier.AXILLARY_TAIL: ("axillary tail", "399011000", "R-102D1"),
    ViewModifier.AXILLARY_TISSUE: ("axillary tissue", "442580003", "R-40AB2"),
    ViewModifier.NIPPLE_IN_PROFILE: ("nipple in profile", "442581004", "R-40AB3"),
    ViewModifier.INFRAMAMMARY_FOLD: ("mammary fold", "442593008", "R-40ABE"),
}
"""The words that a Code Meaning has, then the codes."""
VIEW_OF_CODE = {code: view for view, codes in _VIEWS.items() for code in codes}
MODIFIER_OF_CODE = {code: modifier for modifier, (_, *codes) in _MODIFIERS.items() for code in codes}


def modifier_of_meaning(meaning: str) -> ViewModifier | None:
    """Modifier by the Code Meaning, for writers with codes of their own."""
    lowered = meaning.lower()
    return next((modifier for modifier, (words, *_) in _MODIFIERS.items() if words in lowered), None)
