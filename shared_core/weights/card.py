"""A model card: everything about a model that changes or explains its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared_core.networks.options import USUAL, NetworkOptions
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.weights.candidate_rule import CandidateRule
from shared_core.weights.heat_map_rule import HeatMapRule
from shared_core.weights.picture_scale import PictureScale
from shared_core.weights.seen_views import SeenViews
from shared_core.weights.track_rule import Sensitivity, TrackRule

Stitching = Literal["maximum", "weighted", "whole", "seamless"]
InputKind = Literal["view", "bilateral"]
"""What a network sees at once: one view, or the views of both breasts side by side."""
MaskStyle = Literal["vessel-band", "calcium", "heat-map"]
"""What a mask covers: the vessel as wide as it is, its calcium alone, or where a classifier looked."""


@dataclass(frozen=True)
class TilingPreset:
    """How the image is cut into tiles and the answers put together again."""

    tile_px: int = 512
    stride_px: int = 480
    stitching: Stitching = "seamless"
    """``maximum``: published tiles, overlaps merged by maximum. ``weighted``: overlaps blended by
    linear ramps. ``whole``: of each tile only the inside is kept that the network answers as it would in
    the whole image (networks that see a known distance only). ``seamless``: windowed gates, no tile grid in
    the result (networks with gates only)."""
    skip: Literal["outside-valid-area", "mean-and-sd"] = "outside-valid-area"
    """``mean-and-sd``: published rule, tile dropped when mean <= 20 or SD <= 10."""


@dataclass(frozen=True)
class GraphFile:
    """A network as a graph of plain arithmetic, see `shared_core.inference.backends.openvino_graph`."""

    file: str
    """Beside the weights."""
    sha256: str
    size_bytes: int
    classes: int = 1
    """Maps that the graph gives; of a network for whole views the heat map, and everywhere the logit."""
    bac_class: int = 0
    """Which of them is BAC; with several, the others are the alternatives to it."""


@dataclass(frozen=True)
class ModelCard:
    """Identity, processing, provenance and licence of one model."""

    name: str
    title: str
    network: str
    """One of `shared_core.networks.table` or, with a `heat_map`, of `shared_core.networks.classifiers`; or
    ``imported`` where the weights are a graph from elsewhere."""
    weights_file: str
    sha256: str
    size_bytes: int
    url: str
    """Where the publisher's checkpoint lies, pinned to a commit; empty for weights trained here."""
    output: Literal["logits", "raw"]
    """``logits``: a sigmoid follows. ``raw``: thresholded as it is."""
    normalisation_mean: float
    normalisation_sd: float
    """Network input = (x / 255 - mean) / sd."""
    input_spacing_mm: float
    """Pixel spacing that the model was trained on."""
    resample: Literal["when-spacing-known", "never"]
    resample_tolerance: float
    """Relative difference of spacing up to which the image is taken as it is."""
    preprocessing: PreprocessingPreset
    tiling: TilingPreset
    threshold: float
    """BAC where probability > threshold: of a pixel, or with `tracks` of a part being an artery; with
    `heat_map` where the heat map lies above it."""
    mask_style: MaskStyle
    licence: str
    citation: str
    training_data: str
    intended_use: str
    limitations: tuple[str, ...] = ()
    network_options: NetworkOptions = USUAL
    graph: GraphFile | None = None
    """The network and its weights once more, for where torch is not installed; None where there is none."""
    input: InputKind = "view"
    """``bilateral``: beside each view stands one of the other breast, see `inference.bilateral`."""
    input_median_px: int | None = None
    """Side of the median filter of what the network sees, 0 for none; None for that of `preprocessing`, whose
    filtered image is also what intensities are measured in."""
    parameters: int = 0
    """Trainable parameters that take part in the result."""
    members: int = 1
    """Networks in the weights file whose probabilities are averaged, see `shared_core.weights.ensemble`."""
    temperature: float = 1.0
    """Logits are divided by it before the sigmoid (Guo, C. 2017, temperature scaling); 1 changes nothing."""
    candidates: CandidateRule | None = None
    """Which parts of the mask count as arteries; None keeps all."""
    tracks: TrackRule | None = None
    """A second stage that judges whole parts, in place of `candidates`; None has none."""
    picture_scale: PictureScale | None = None
    """Brings pictures of unknown spacing to one size; None takes them as they are."""
    heat_map: HeatMapRule | None = None
    """Of a network that judges whole views, in place of tiles, `tracks` and `candidates`; None for others."""
    sensitivity: Sensitivity | None = None
    """Goes with every result that finds nothing; None where it is not known."""
    seen: tuple[SeenViews, ...] = ()
    """Fingerprints of whom it and those that it began from have seen; empty where that is not known."""
    made_by: tuple[str, ...] = ()
    """``what: value`` of the run that trained it (recipe, seed, software, machine, sha256 of its data), or of
    the checkpoint that it was imported from (``origin``, with its sha256)."""
