"""A finished classifier of whole views: weights and graph, and the card that says what it can do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from importlib.util import find_spec

from shared_core.documents import any_json
from shared_core.exporting.atomic_write import write_bytes
from shared_core.training.image_labels.age_split import AgeSplit
from shared_core.training.image_labels.fitting import LabelFitted
from shared_core.training.image_labels.plan import LabelPlan, label_card
from shared_core.training.image_labels.plots import words
from shared_core.training.image_labels.recipe import label_recipe_toml
from shared_core.training.image_labels.scoring import TestScores
from shared_core.training.plan import INPUTS_FILE
from shared_core.weights.card import GraphFile, ModelCard
from shared_core.weights.card_json import CARD_FILE, GRAPH_FILE, WEIGHTS_FILE, card_json
from shared_core.weights.safetensors import safetensors_bytes
from shared_core.weights.seen_views import seen_views

_CITATION = (
    "Method: Mobini N, et al. Eur Radiol 2023, https://doi.org/10.1007/s00330-023-09668-z. The weights are "
    "not those of the paper."
)
_USE = (
    "Research on breast arterial calcification on two-dimensional full-field digital mammograms For "
    "Presentation. Not a medical device; not for diagnosis, nor for any decision about a patient."
)
_LIMITS = (
    "It was taught whether an image shows BAC, not where: the mask is where the network looked (Grad-CAM++), "
    "is no segmentation, and has neither grades, vessels nor mass.",
    "A heat map is scaled to its largest value, so that every positive view has an area; it never says 0.",
    "Its probability is not calibrated: both kinds of images count alike in training, however rare BAC is.",
    "The quantities have not been validated against clinical outcomes.",
)
_STATISTICS = ("running_mean", "running_var")


@dataclass(frozen=True)
class Side:
    """How much is on a side of the split."""

    patients: int
    patients_with_bac: int
    views: int
    views_with_bac: int


def write_network(plan: LabelPlan, fitted: LabelFitted, split: AgeSplit, sides: dict[str, Side]) -> ModelCard:
    """Write weights and graph; the card for them, which `write_card` writes when its scores are known."""
    weights = safetensors_bytes(fitted.arrays)
    sha256 = hashlib.sha256(weights).hexdigest()
    recipe = plan.recipe
    made_by = {
        "recipe": recipe.name,
        "recipe_sha256": hashlib.sha256(label_recipe_toml(recipe).encode()).hexdigest(),
        "began_from": "random weights" if plan.initial is None else plan.initial.words,
        **fitted.made_by,
    }
    card = replace(
        label_card(recipe),
        name=plan.name,
        title=recipe.title,
        weights_file=WEIGHTS_FILE,
        sha256=sha256,
        size_bytes=len(weights),
        url="",
        licence=plan.licence,
        citation=_CITATION,
        training_data=_statement(plan, split, sides),
        intended_use=_USE,
        parameters=sum(array.size for name, array in fitted.arrays.items() if not name.endswith(_STATISTICS)),
        seen=(
            seen_views(
                sha256,
                taught=split.train,
                chose=split.validation,
                image_sha256=_image_prints(plan, {*split.train, *split.validation}),
            ),
        ),
        made_by=tuple(f"{what}: {value}" for what, value in made_by.items()),
    )
    write_bytes(plan.output_dir / WEIGHTS_FILE, weights)
    graph = _graph(card, fitted)
    if graph is None:
        return card
    write_bytes(plan.output_dir / GRAPH_FILE, graph)
    file = GraphFile(GRAPH_FILE, hashlib.sha256(graph).hexdigest(), len(graph), classes=2)
    return replace(card, graph=file)


def write_card(plan: LabelPlan, card: ModelCard, fitted: LabelFitted, scores: TestScores) -> ModelCard:
    """Write the card with its scores."""
    card = replace(card, limitations=(_scored(fitted, scores), *_LIMITS))
    write_bytes(plan.output_dir / CARD_FILE, card_json(card, str(plan.output_dir / CARD_FILE)))
    return card


def _graph(card: ModelCard, fitted: LabelFitted) -> bytes | None:
    """The network and its heat map for where torch is not installed; None without OpenVINO."""
    if find_spec("openvino") is None or card.heat_map is None:
        return None
    from shared_core.inference.backends.openvino_export import exported
    from shared_core.inference.backends.torch_classifier import explained

    network = explained(card.network, card.network_options, fitted.arrays)
    size = (card.heat_map.rows, card.heat_map.columns)
    return safetensors_bytes(exported(network, channels=card.network_options.channels, tile_px=size))


def _statement(plan: LabelPlan, split: AgeSplit, sides: dict[str, Side]) -> str:
    parts = [f"{name}: {text}." for name, text in plan.source.description.items()]
    if plan.initial is not None:
        parts.insert(0, f"Began from {plan.initial.words}.")
    parts += [
        f"{name.capitalize()}: {side.views} views of {side.patients} patients; with BAC "
        f"{side.views_with_bac} views of {side.patients_with_bac} patients."
        for name, side in sides.items()
    ]
    if split.left_out:
        parts.append(f"Patients without BAC who were left out of training: {len(split.left_out)}.")
    parts.append("No pixel was labelled.")
    return " ".join(parts)


def _scored(fitted: LabelFitted, scores: TestScores) -> str:
    return (
        f"On its test side ({scores.counts.n} views of {scores.patients} patients, scored once): AUC "
        f"{words(scores.auc)}, AUC-PR {words(scores.auc_pr)}, sensitivity "
        f"{words(scores.rates['sensitivity'])}, specificity {words(scores.rates['specificity'])}, with 95 % "
        f"intervals over patients; epoch {fitted.epoch} was chosen by a validation AUC-PR of "
        f"{fitted.scores['auc_pr']:.2f}; other images may do worse."
    )


def _image_prints(plan: LabelPlan, patients: set[str]) -> tuple[str, ...]:
    """sha256 of the images of some patients, as they were when the run began."""
    prints = any_json((plan.output_dir / INPUTS_FILE).read_bytes())
    views = (plan.source.identity(number) for number in range(len(plan.source)))
    return tuple(sorted({prints[f"{one.view_id}: image"] for one in views if one.patient_id in patients}))
