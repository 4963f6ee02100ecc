"""Which parts of a thresholded map count as arteries: the numbers of the rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CandidateRule:
    """What a connected part of the mask must show to be kept; 0 switches a condition off.

    An artery is long, thin, goes on in other pieces and has a bright spot somewhere; film edges, skin
    folds, ligaments and wires lack one of these. The rule only takes parts away, whole.
    """

    seed_probability: float = 0.0
    """The part holds a pixel above it. With a low threshold this is hysteresis: certain somewhere, followed
    as far as it is likely."""
    least_mean_probability: float = 0.0
    """Of its pixels."""
    least_area_mm2: float = 0.0
    least_length_mm: float = 0.0
    """Of its longest centre line together with those that it goes on in over gaps of up to `gap_mm`."""
    gap_mm: float = 0.0
    """Pieces of one artery may lie this far apart; 0 takes each part alone."""
    least_elongation: float = 0.0
    """That length / mean width."""
    most_width_mm: float = 0.0
    """Mean width."""
    least_border_distance_mm: float = 0.0
    """Half of its centre line lies at least this far inside the valid area: what runs along the border
    is a film edge, a skin fold or the margin of a label."""
    wire_length_mm: float = 0.0
    """From this length on a part that is straight, even and saturated is metal; 0 looks for none."""
    wire_bend: float = 0.01
    """Metal leaves the straight line between its ends by no more than this share of its length."""
    wire_width_variation: float = 0.15
    """SD / mean of its width is no more than this."""
    wire_level: float = 250.0
    """Its mean display value along the centre line is at least this."""
