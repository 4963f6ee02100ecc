"""All checks of one picture, and what they find in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared_core.mammogram import MammogramHeader, View, ViewModifier
from shared_core.notices import Notice
from shared_core.notices.of_quality import (
    BLURRED,
    BREAST_CUT_OFF,
    FEW_GREY_LEVELS,
    GREY_LEVELS_CLIPPED,
    IMPLANT,
    IMPLANT_SEEN,
    NO_NIPPLE,
    NO_SKIN_LINE,
    NOISY,
    NOT_WHOLE_VIEW,
    PROCESSED_AGAIN,
    SIDE_UNLIKE_PICTURE,
    STRAIGHT_LINE,
    VIEW_UNLIKE_PICTURE,
)
from shared_core.preprocessing.prepared import PreparedView
from shared_core.quality.contradiction import LEAST_MUSCLE_SHARE, muscle_share, wall_of_other_side
from shared_core.quality.detail import LEAST_FINE, MOST_NOISE, Detail, detail_of
from shared_core.quality.framing import Framing, framing_of
from shared_core.quality.grey_levels import MOST_UNUSED, GreyLevels, grey_levels_of
from shared_core.quality.implant import implant_share
from shared_core.quality.nipple import LEAST_HEIGHT, nipple_height
from shared_core.quality.sampling import interior
from shared_core.quality.straight_lines import StraightLine, plainest_line

_RIM_SHARE = 0.01
"""Of the longer side: the rim of a breast, which the skin and the mask's edge darken, is left out."""
_ENLARGED = (ViewModifier.MAGNIFICATION, ViewModifier.SPOT_COMPRESSION)


@dataclass(frozen=True)
class PictureQuality:
    """What the checks measured; None where one had nothing to measure."""

    framing: Framing
    detail: Detail | None
    grey_levels: GreyLevels | None
    line: StraightLine | None
    muscle_share: float | None
    """Of views that are called craniocaudal."""
    nipple: float | None
    """Its height; see `nipple_height`."""
    implant_share: float


def picture_quality(prepared: PreparedView) -> PictureQuality:
    """Measure a picture; see `PictureQuality`."""
    header, image, breast = prepared.header, prepared.display_u8, prepared.breast_mask
    inside = interior(breast, _RIM_SHARE * max(breast.shape))
    called_cc = header.view is View.CC
    framing = framing_of(breast)
    return PictureQuality(
        framing=framing,
        detail=detail_of(image, breast, prepared.spacing),
        grey_levels=grey_levels_of(image, inside),
        line=plainest_line(image, inside),
        muscle_share=muscle_share(prepared.image_u8, breast, header.laterality) if called_cc else None,
        nipple=nipple_height(image, breast, framing.wall) if framing.wall is not None else None,
        implant_share=implant_share(image, breast),
    )


def quality_notices(prepared: PreparedView) -> tuple[Notice, ...]:
    """What is doubtful about a picture, in words; empty where nothing is."""
    quality = picture_quality(prepared)
    return (*_of_the_file(prepared.header, quality), *_of_the_picture(quality))


def _of_the_file(header: MammogramHeader, quality: PictureQuality) -> Iterator[Notice]:
    framing = quality.framing
    enlarged = [one.value for one in _ENLARGED if one in header.modifiers]
    if enlarged:
        yield NOT_WHOLE_VIEW.notice(modifiers=" and ".join(enlarged))
    if header.acquisition.implant_present or ViewModifier.IMPLANT_DISPLACED in header.modifiers:
        yield IMPLANT.notice()
    elif quality.implant_share > 0:
        yield IMPLANT_SEEN.notice(share=f"{100 * quality.implant_share:.0f}")
    wall = wall_of_other_side(header, framing)
    if wall is not None:
        yield SIDE_UNLIKE_PICTURE.notice(side=header.laterality.value, edge=wall)
    if framing.without_skin_line:
        yield NO_SKIN_LINE.notice()
    elif framing.cut_off and not enlarged:
        yield BREAST_CUT_OFF.notice(share=f"{100 * framing.outer_share:.0f}")
    elif quality.nipple is not None and quality.nipple < LEAST_HEIGHT and not enlarged:
        yield NO_NIPPLE.notice()


def _of_the_picture(quality: PictureQuality) -> Iterator[Notice]:
    muscle, detail, levels, line = quality.muscle_share, quality.detail, quality.grey_levels, quality.line
    if muscle is not None and muscle >= LEAST_MUSCLE_SHARE:
        yield VIEW_UNLIKE_PICTURE.notice(share=f"{100 * muscle:.0f}")
    if detail is not None and detail.blurred:
        yield BLURRED.notice(fine=f"{detail.fine:.2f}", least=LEAST_FINE)
    if detail is not None and detail.noisy:
        yield NOISY.notice(noise=f"{detail.noise:.1f}", most=MOST_NOISE)
    if levels is not None and levels.too_few:
        yield FEW_GREY_LEVELS.notice(levels=levels.used)
    if levels is not None and levels.clipped:
        yield GREY_LEVELS_CLIPPED.notice(share=f"{100 * levels.clipped_share:.0f}")
    if levels is not None and levels.processed_again:
        unused = levels.unused_share > MOST_UNUSED
        evidence = (
            f"{100 * levels.unused_share:.0f} % of the levels in use are skipped"
            if unused
            else "all levels are about as frequent"
        )
        yield PROCESSED_AGAIN.notice(evidence=evidence)
    if line is not None and line.is_fault:
        yield STRAIGHT_LINE.notice(along=line.along, number=line.number)
