"""Whether calcium mass can be had from an image, and if not, why."""

from __future__ import annotations

from typing import Final, Literal

from shared_core.mammogram import MammogramHeader, PresentationIntent

MassStatus = Literal[
    "computed:calibrated",
    "computed:uncalibrated",
    "not_computed:presentation_image",
    "not_computed:synthetic_2d",
    "not_computed:unknown_intent",
    "not_computed:pixel_relationship",
    "not_computed:no_spacing",
    "not_computed:no_beam",
    "not_computed:no_thickness",
    "not_computed:unsupported_beam",
    "not_computed:heat_map",
    "not_computed:no_background",
    "not_computed:no_pixels",
]
MassStratum = Literal["0", "0-20", "20-40", "40-60", "60-80", ">80"]
"""Li 2025, mg: 0; above the left, up to and with the right number."""

NO_PIXELS: Final = (
    "No calcium mass: only the mask and the displayed image were at hand, not the pixels as read."
)
_EDGES: Final[tuple[tuple[float, MassStratum], ...]] = (
    (0.0, "0"),
    (20.0, "0-20"),
    (40.0, "20-40"),
    (60.0, "40-60"),
    (80.0, "60-80"),
)

Refusal = tuple[MassStatus, str]
"""Status and one sentence."""


def mass_stratum(mass_ha_mg: float) -> MassStratum:
    """Stratum of a mass of hydroxyapatite (Li 2025); what is measured below 0 counts as 0."""
    return next((name for edge, name in _EDGES if mass_ha_mg <= edge), ">80")


def image_refusal(header: MammogramHeader) -> Refusal | None:
    """Why the kind of image allows no calcium mass; None where it does.

    Mass needs pixels proportional to the X-ray intensity: FOR PROCESSING (Presentation Intent Type,
    0008,0068) with Pixel Intensity Relationship LIN (0028,1040) and its Sign (0028,1041), PS3.3 C.8.11.3,
    and a pixel size in the plane of the breast.
    """
    acquisition = header.acquisition
    if acquisition.synthetic_2d:
        return "not_computed:synthetic_2d", (
            "No calcium mass: the image was computed from tomosynthesis; its pixels do not measure X-rays."
        )
    if header.intent is PresentationIntent.PRESENTATION:
        return "not_computed:presentation_image", (
            "No calcium mass: FOR PRESENTATION pixels were processed for viewing; use FOR PROCESSING."
        )
    if header.intent is not PresentationIntent.PROCESSING:
        return "not_computed:unknown_intent", (
            "No calcium mass: the file does not say that it is FOR PROCESSING; use the raw DICOM image."
        )
    relationship = (acquisition.pixel_intensity_relationship or "unknown").upper()
    if relationship != "LIN":
        return "not_computed:pixel_relationship", (
            f"No calcium mass: Pixel Intensity Relationship is {relationship}, and only LIN can be measured."
        )
    if acquisition.pixel_intensity_sign not in (1, -1):
        return "not_computed:pixel_relationship", (
            "No calcium mass: Pixel Intensity Relationship Sign is missing; use the maker's own raw file."
        )
    if header.spacing is None:
        return "not_computed:no_spacing", ("No calcium mass: the pixel spacing is unknown.")
    return None
