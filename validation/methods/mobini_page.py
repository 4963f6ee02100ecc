"""The part of the page on labels of whole images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared_core.exporting.atomic_write import write_bytes
from shared_core.networks.classifiers import USUAL_WIDTH
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from shared_core.statistics.clusters import STATISTIC_RESAMPLES, Estimate
from shared_core.statistics.regression import Correlation
from shared_core.training.image_labels.plots import words
from shared_core.training.image_labels.recipe import LabelRecipe, load_label_recipe
from shared_core.training.image_labels.scoring import TestScores, known_limits
from validation.markdown import shown, shown_limits, table
from validation.methods.mobini import CROPS_RECIPE, VIEWS_RECIPE, Study, ViewStudy
from validation.methods.mobini_crops import CropStudy
from validation.methods.page import PICTURES, looked_at
from validation.real_data import LICENCES

VIEWS_SHEET: Final = "methods-mobini-views.jpg"
CROPS_SHEET: Final = "methods-mobini-crops.jpg"


def mobini_part(study: Study, page: Path, *, small: bool, notes: str = "") -> list[str]:
    """Lines of Markdown; the pictures are written beside the page.

    `notes` is what a person saw on them.
    """
    for name, sheet in ((VIEWS_SHEET, study.views.sheet), (CROPS_SHEET, study.crops.sheet)):
        write_bytes(page.parent / PICTURES / name, sheet)
    return ["## Labels of whole images (Mobini 2023)", "", *_lines(study, small=small, notes=notes)]


def _lines(study: Study, *, small: bool, notes: str) -> Iterator[str]:
    asked = study.budget
    if small:
        own, paper = load_label_recipe(VIEWS_RECIPE), load_label_recipe("mobini-2023")
        crops = load_label_recipe(CROPS_RECIPE)
        yield (
            f"**A small budget**: some twenty minutes of one processor in all; the paper's network starts "
            f"from ImageNet, sees {paper.picture.rows} x {paper.picture.columns} px and takes days. Here it "
            f"is VGG16 with batch norm, {_times_thinner(own)} times as thin, from random weights "
            f"(`{VIEWS_RECIPE.name}`, {own.picture.rows} x {own.picture.columns} px; `{CROPS_RECIPE.name}`, "
            f"{crops.picture.rows} x {crops.picture.columns} px). It shows that the method runs and what it "
            "does; it is no repetition of the paper."
        )
    else:
        yield f"Recipe `{asked.recipe}` as it is."
    yield ""
    yield (
        f"Intervals are 95 % percentiles of {STATISTIC_RESAMPLES:,} draws of whole patients; below "
        f"{LEAST_FOR_INTERVAL} patients there is none."
    )
    yield ""
    yield from _of_views(study)
    yield ""
    yield from _of_crops(study.crops)
    yield from looked_at(notes)


def _of_views(study: Study) -> Iterator[str]:
    asked, views = study.budget, study.views
    sides = views.taught.sides
    yield "### Simulated views, and real ones with inserted arteries"
    yield ""
    yield (
        f"- {asked.patients} simulated patients, four views each, and {asked.variants} variants of each real "
        f"mammogram without BAC, the first untouched, at {asked.pixel_mm:g} mm; seed {asked.seed}. "
        "Only the label of each view is passed on. Views with the edge of a paddle are left out, as two of "
        "them look like one picture to the check of the data."
    )
    yield "- " + "; ".join(
        f"{name}: {side.views} views of {side.patients} patients, {side.views_with_bac} with BAC"
        for name, side in sides.items()
    )
    yield (
        f"- Epoch {views.taught.fitted.epoch} was chosen by the validation side "
        f"(AUC-PR {shown(views.taught.fitted.scores['auc_pr'], 2)}); the test side was scored once."
    )
    yield ""
    parts = {"all": views.scores, **views.by_kind}
    yield from table(
        [
            *("test side", "patients", "views", "with BAC", "AUC", "AUC-PR", "sensitivity", "specificity"),
            *("rho of area and length", "views with BAC alone"),
        ],
        (_scores(name, scores) for name, scores in parts.items()),
    )
    yield ""
    yield from _views_in_words(views)
    yield ""
    yield f"![Heat maps of the surest answers on simulated and inserted views]({PICTURES}/{VIEWS_SHEET})"


def _scores(name: str, scores: TestScores) -> list[str]:
    counts = scores.counts
    return [
        name,
        str(scores.patients),
        str(counts.n),
        str(counts.true_positives + counts.false_negatives),
        words(scores.auc),
        words(scores.auc_pr),
        words(scores.rates["sensitivity"]),
        words(scores.rates["specificity"]),
        _rho(scores.length),
        _rho(scores.length_of_positives),
    ]


def _rho(found: Correlation | None) -> str:
    return "-" if found is None else f"{found.r:.2f} ({found.words})"


def _views_in_words(views: ViewStudy) -> Iterator[str]:
    yield f"The answer is {_verdict(views.scores.auc)}."
    area, alarms = views.negatives_area
    if alarms:
        yield (
            f"{alarms} views without BAC count as positive, and their heat maps have a mean area of "
            f"{shown(area, 0)} mm²: a map is scaled to its largest value, so that the area is large "
            "wherever the answer is yes, and 0 where it is no. Over all views the area therefore says "
            "little more than the answer; only the views with BAC say whether it measures anything."
        )
    own = views.scores.length_of_positives
    if own is None:
        missing = views.scores.length_missing or "their heat maps all have one area, as all have one answer"
        yield f"Among views with BAC of known length, Spearman's rho is not known: {missing}."
    else:
        yield (
            f"Among views with BAC, area and true length have a Spearman's rho of {own.r:.2f} "
            f"({own.words}, n {own.n}, P {own.p:.2g}). The paper reports moderate to strong ones."
        )


def _verdict(auc: Estimate | None) -> str:
    """In words, whatever came out."""
    if auc is None:
        return "not known, as the test side has views of one kind only"
    limits = known_limits(auc)
    if limits is None:
        return "given for too few patients to be told from chance"
    low, high = limits
    if low > 0.5:
        return f"better than chance (AUC {words(auc)})"
    return f"{'worse than' if high < 0.5 else 'no better than'} chance (AUC {words(auc)})"


def _of_crops(crops: CropStudy) -> Iterator[str]:
    yield "### Real crops: vascular or other calcification"
    yield ""
    count = sum(one.crops for one in crops.folds)
    patients, vascular = (
        sum(getattr(one, name) for one in crops.folds) for name in ("patients", "vascular_patients")
    )
    yield (
        f"{count} crops of {patients} patients (CBIS-DDSM, film; {vascular} patients have vascular ones), "
        "labelled by the data set's radiologists. One fold of patients is held out, the next chooses the "
        "epoch, the others teach; the folds are those of every study of these crops. Crops are squeezed "
        "to one size whole: they are no breasts, and have no background."
    )
    yield ""
    yield from table(
        ["held-out fold", "crops", "vascular", "patients", "with vascular", "epoch", "AUC"],
        (
            [
                *(str(number), str(one.crops), str(one.vascular), str(one.patients)),
                *(str(one.vascular_patients), str(one.epoch), shown(one.auc, 2)),
            ]
            for number, one in enumerate(crops.folds)
        ),
    )
    yield ""
    yield from table(
        ["pairs of one fold", "AUC", "95 % interval"],
        (
            [name, shown(one.value, 2), shown_limits(one.limits, 2)]
            for name, one in (("network", crops.auc), *crops.controls.items())
        ),
    )
    yield ""
    yield (
        f"The network is {_verdict(crops.auc)}; AUC-PR {words(crops.auc_pr)}, where guessing has "
        f"{shown(crops.prevalence, 2)}. The other rows need no network: numbers of a crop's outline and "
        "grey levels that tell vascular crops from others by how the data set cut them out. A network "
        "that sees the squeezed crop can use them too, and only what it has beyond them can be the artery. "
        "Below a half means that the smaller number is the vascular one."
    )
    if crops.pointing is not None:
        one = crops.pointing
        yield (
            f"On {one.crops} crops rightly called vascular with a line that laymen are sure of, "
            f"{one.on_arteries:.0%} of the heat map above {_threshold(crops.recipe)} lies on the drawn band, "
            f"which covers {one.arteries:.0%} of these crops: a map put anywhere would have as much."
            if one.on_arteries < 1.2 * one.arteries
            else f"On {one.crops} crops rightly called vascular with a line that laymen are sure of, "
            f"{one.on_arteries:.0%} of the heat map above {_threshold(crops.recipe)} lies on the drawn "
            f"band, which covers {one.arteries:.0%} of these crops."
        )
    yield ""
    yield f"![Heat maps of the surest answers on real crops]({PICTURES}/{CROPS_SHEET})"
    yield ""
    yield LICENCES


def _threshold(recipe: LabelRecipe) -> str:
    return f"{recipe.heat_threshold:g}"


def _times_thinner(recipe: LabelRecipe) -> str:
    return f"{USUAL_WIDTH / (recipe.network_options.width or USUAL_WIDTH):g}"
