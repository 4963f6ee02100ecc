"""Kinds of notices about the quality of a picture: how it was taken, stored and named."""

from __future__ import annotations

from typing import Final

from shared_core.notices.notice import NoticeKind, info, warning

BREAST_CUT_OFF: Final = warning(
    "breast-cut-off",
    "The breast goes on beyond the picture at {share} % of the edge opposite the chest wall: areas and "
    "percentages are of what is shown.",
)
NO_SKIN_LINE: Final = warning(
    "no-skin-line",
    "The breast fills the picture, which shows no skin line: a crop or a spot view, whose percentage of the "
    "breast means nothing.",
)
BLURRED: Final = warning(
    "blurred",
    "Fine detail is weak ({fine} of the coarser detail, where sound pictures have {least} and more): the "
    "picture may be blurred by motion or by filtering, which hides faint calcium.",
)
NOISY: Final = warning(
    "noisy",
    "Noise is strong ({noise} times the coarser detail, where sound pictures have up to {most}): the "
    "exposure may have been too low, which hides faint calcium.",
)
FEW_GREY_LEVELS: Final = warning(
    "few-grey-levels",
    "The breast is shown in {levels} of 256 grey levels: the window does not fit, or the exposure was too "
    "low.",
)
GREY_LEVELS_CLIPPED: Final = warning(
    "grey-levels-clipped",
    "Of the breast, {share} % are wholly white or wholly black: what lies there cannot be seen.",
)
PROCESSED_AGAIN: Final = warning(
    "processed-again",
    "The grey levels were stretched or equalised after the picture had been stored ({evidence}); models and "
    "intensities do not fit such pictures.",
)
STRAIGHT_LINE: Final = warning(
    "straight-line",
    "The whole {along} {number} stands out from its neighbours: a fault of the detector or of the scanner.",
)
SIDE_UNLIKE_PICTURE: Final = info(
    "side-unlike-picture",
    "The image is called {side}, but the chest wall lies at its {edge} edge, where that of the other breast "
    "is shown: side or picture may be exchanged.",
)
VIEW_UNLIKE_PICTURE: Final = warning(
    "view-unlike-picture",
    "The image is called craniocaudal, but something like a pectoral muscle fills {share} % of the breast, "
    "as on a mediolateral oblique view.",
)
IMPLANT: Final = info(
    "implant", "The file says that the breast has an implant, which hides what lies behind it."
)
IMPLANT_SEEN: Final = info(
    "implant-seen",
    "An even bright shape with a sharp edge takes {share} % of the breast, as an implant does: what lies "
    "behind it cannot be seen.",
)
NO_NIPPLE: Final = info(
    "no-nipple",
    "No nipple stands out from the skin line: it is not in profile, flat, or not in the picture.",
)
NOT_WHOLE_VIEW: Final = warning(
    "enlarged-view",
    "The image is a {modifiers} view: it shows a part of the breast, and is no view of the exam.",
)

QUALITY_CODES: Final = frozenset(kind.code for kind in list(vars().values()) if isinstance(kind, NoticeKind))
"""Of all of these."""
