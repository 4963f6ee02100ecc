"""Fine-tune a model on five exams of a machine that it never saw; write ``docs/validation_site.md``.

    python -m validation.site --out STUDY

The machine and its processing are simulated, and in no style that models are trained on: a storage plate with
coarse pixels, much blur and noise, and flat, bright pictures. On two free CPU cores it takes a quarter of
an hour. Stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.png import encode_png
from shared_core.mammogram import Laterality, View, VoiFunction, Window
from shared_core.physics.beam import Beam
from shared_core.simulation.machine import Machine
from shared_core.simulation.vendor_processing import Look
from shared_core.training import computing_device as computing
from shared_core.training.data.simulated import SimulatedViews, Site
from shared_core.training.evaluation.difference import differences
from shared_core.training.evaluation.model_runs import evaluate_models
from shared_core.training.evaluation.row import ViewRow
from shared_core.training.evaluation.scores import scores_of
from shared_core.training.fine_tuning import REJECTED, fine_tune
from shared_core.training.plan import Plan, Watch, open_output
from shared_core.training.recipe import load_recipe
from shared_core.training.starting_model import Start
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import ModelCard
from shared_core.weights.card_json import CARD_FILE
from validation import DOCS
from validation.judged import Judged, judged
from validation.markdown import shown, shown_limits, table
from validation.progress import each_fourth

PLATE: Final = Site(
    "plate",
    Machine(
        # The style decides on nothing here but the name in headers: processing and machine are these.
        style="fuji",
        model_name="Plate 100",
        serial="OPENBAC-SIM-P1",
        detector="CsI",
        pitch_mm=0.100,
        field=(2370, 1770),
        blur_mm=0.17,
        programme=((999, Beam("Mo", "Mo", 0.030, 28)),),
        quanta_per_mm2=1.2e5,
        value_there=350.0,
    ),
    Look(
        equalised=0.60,
        scales_mm=(0.2, 1.5, 10.0),
        gains=(-0.3, 0.0, 0.3),
        middle=0.50,
        high=0.80,
        windows=(Window(2048, 4096, VoiFunction.LINEAR, "STANDARD"),),
    ),
)
TEACHING, NEW, KNOWN, REPLAY = 610_000, 620_000, 630_000, 640_000
"""Seeds; no other study or training has them."""
TAUGHT_EXAMS: Final = 5
MARGIN: Final = 0.02
"""Of pooled Dice, that may be lost in the styles that the model knew."""
PICTURE: Final = "site.png"
_TWO_VIEWS: Final = ((Laterality.LEFT, View.CC), (Laterality.RIGHT, View.MLO))

BeforeAfter = tuple[Sequence[ViewRow], Sequence[ViewRow]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fine-tune, measure and write; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.site",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--model", default="openbac-1", help="to be fine-tuned: name or card (openbac-1)")
    add("--out", type=Path, default=Path("validation-rows/site"), metavar="DIR", help="keeps what is done")
    add("--exams", type=int, default=TAUGHT_EXAMS, metavar="N", help="that teach, and as many that judge (5)")
    add("--known", type=int, default=15, metavar="N", help="patients in known styles, two views each (15)")
    add("--replay", type=int, default=12, metavar="N", help="as many more that are shown again (12)")
    add("--epochs", type=int, default=6, metavar="N", help="of the fine-tuning (6)")
    add("--positives", type=int, default=160, metavar="N", help="patches with BAC in an epoch (160)")
    add("--workers", type=int, default=2, metavar="N", help="views at a time (2)")
    add("-o", "--output", type=Path, default=DOCS / "validation_site.md", help="page")
    args = parser.parse_args(arguments)
    try:
        _run(args)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    return 0


def _run(args: argparse.Namespace) -> None:
    before = judged(args.model)
    card_file = _tuned(args, Start.load(args.model))
    rejected = card_file.parent.name == REJECTED
    tuned = judged(card_file)
    after = replace(tuned, card=replace(tuned.card, name="after"))
    before = replace(before, card=replace(before.card, name="before"))
    card = before.card
    sets = {
        "site": _measured(_site(NEW, args.exams, card), before, after, args),
        "known": _measured(_known(KNOWN, args.known, card), before, after, args),
    }
    picture = args.output.parent / "validation" / PICTURE
    write_bytes(picture, encode_png(_both_looks(card)))
    page = site_page(sets["site"], sets["known"], model=before.model, exams=args.exams, rejected=rejected)
    write_bytes(args.output, page.encode())


def _site(seed: int, patients: int, card: ModelCard) -> SimulatedViews:
    return SimulatedViews(
        seed=seed, patients=patients, site=PLATE, share_none=0.2, whole_field=False, card=card
    )


def _known(seed: int, patients: int, card: ModelCard) -> SimulatedViews:
    return SimulatedViews(
        seed=seed, patients=patients, views=_TWO_VIEWS, share_none=0.2, whole_field=False, card=card
    )


def _tuned(args: argparse.Namespace, start: Start) -> Path:
    """The card of the fine-tuned model."""
    folder = args.out / "tuned"
    recipe = start.fitted(load_recipe("scunet-fine-tune"))
    recipe = replace(
        recipe,
        epochs=args.epochs,
        sampling=replace(recipe.sampling, positives=args.positives),
        validation=replace(recipe.validation, every_epochs=args.epochs),
        fine_tuning=replace(recipe.fine_tuning, margin=MARGIN),
    )
    plan = Plan(
        recipe=recipe,
        source=_site(TEACHING, args.exams, start.card),
        output_dir=folder,
        name=f"{start.card.name}-plate",
        machine=computing.Machine(),
        workers=args.workers,
        start=start,
    )
    # Also where it is finished: a folder of other options is taken for no other study.
    open_output(plan, resume=True)
    for card in (folder / CARD_FILE, folder / REJECTED / CARD_FILE):
        if card.exists():
            return card
    watch = Watch(
        patches=lambda _, done, total: each_fourth("views for patches")(done, total),
        epoch=lambda row: print(f"epoch {row['epoch']}: loss {row['loss']:.3f}", file=sys.stderr, flush=True),
    )
    done = fine_tune(plan, replay=_known(REPLAY, args.replay, start.card), watch=watch)
    return done.folder / CARD_FILE


def _measured(source: SimulatedViews, before: Judged, after: Judged, args: argparse.Namespace) -> BeforeAfter:
    folder = args.out / f"rows-{source.seed}"
    both = evaluate_models(
        [before.entry(folder), after.entry(folder)],
        source,
        thresholds=(),
        workers=args.workers,
        progress=each_fourth(f"views of seed {source.seed}"),
    )
    return both[0].rows, both[1].rows


def site_page(site: BeforeAfter, known: BeforeAfter, *, model: str, exams: int, rejected: bool) -> str:
    """The page.

    Parameters
    ----------
    site, known
        Rows before and after, of the site and of the known styles.
    model
        That was fine-tuned.
    rejected
        Whether the fine-tuning itself found the new model no better.
    """
    styles = sorted({row.tags["style"] for row in known[0]})
    groups = {"the site": site, "the known styles": known}
    for style in styles:
        groups[f"of these, {style}"] = _where(known, style)
    of_styles = {style: _gain(_where(known, style)) for style in styles}
    parts: list[str | list[str]] = [
        "# Fine-tuning for a site",
        f"Made by `python -m validation.site`; do not edit by hand. OpenBAC {SOFTWARE_VERSION}. `{model}` "
        f"was fine-tuned with the bands of {exams} simulated exams from a machine that is in none of the "
        "styles it was trained on: a plate with pixels of 0.1 mm, much blur and noise, and flat, bright "
        "pictures. It was then measured on other exams from there, and on patients in the styles it knew. "
        "Corrections are the true bands here; a person's are less even.",
        f"![The same breast on a known machine and at the site](validation/{PICTURE})",
        "*The same breast as a model gets it: on a machine of a known style, and at the site.*",
        _scores_table(groups),
        "Pooled Dice; faint BAC is left open; in brackets 95 % intervals over patients, and for what changed "
        "the paired bootstrap. Few patients: the intervals are somewhat too narrow.",
        _gains_in_words(_gain(site), _gain(known), of_styles),
    ]
    if rejected:
        parts.append("The fine-tuning rejected this model by its own held-out patches; it would not be used.")
    return "\n\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts) + "\n"


def _gains_in_words(site: float | None, known: float | None, of_styles: Mapping[str, float | None]) -> str:
    """What Dice gained at the site, in the known styles together, and in the one that does worst."""
    margin = "" if known is None else f", {_beside(known)} the margin of {MARGIN:g} that was set before"
    said = f"At the site Dice {_in_words(site)}. In the known styles together it {_in_words(known)}{margin}"
    gains = {style: gain for style, gain in of_styles.items() if gain is not None}
    if not gains:
        return f"{said}."
    worst = min(gains, key=lambda style: gains[style])
    least = gains[worst]
    return (
        f"{said}; of single styles, of few patients each, {worst} does worst: it {_in_words(least)}, "
        f"{_beside(least)} the margin."
    )


def _beside(gain: float) -> str:
    return "within" if -gain <= MARGIN else "beyond"


def _in_words(gain: float | None) -> str:
    if gain is None:
        return "is not known, as no view there has BAC"
    return f"{'gains' if gain >= 0 else 'loses'} {abs(gain):.3f}"


def _scores_table(groups: dict[str, BeforeAfter]) -> list[str]:
    lines = []
    for name, (before, after) in groups.items():
        scores = [scores_of(rows) for rows in (before, after)]
        changed = next((one for one in differences(before, after) if one.name == "dice_pooled"), None)
        cells = [
            f"{shown(one['dice_pooled'].value, 3)} ({shown_limits(one['dice_pooled'].limits, 3)})"
            if "dice_pooled" in one
            else "-"
            for one in scores
        ]
        # They are told as before less after.
        cells.append(
            "-"
            if changed is None
            else f"{shown(-changed.difference.difference, 3, signed=True)} "
            f"({shown_limits((-changed.difference.limits[1], -changed.difference.limits[0]), 3)})"
        )
        for score, digits in (("vessel_recall", 2), ("false_mm2_mean", 1)):
            cells += [shown(one[score].value if score in one else None, digits) for one in scores]
        patients = len({row.identity.patient_id for row in before})
        lines.append([name, f"{len(before)} of {patients} patients", *cells])
    head = ("", "views", "Dice before", "Dice after", "change", "length found before", "after")
    return table((*head, "false mm² without BAC before", "after"), lines, texts=2)


def _gain(rows: BeforeAfter) -> float | None:
    """Of pooled Dice; None where there is no BAC to find."""
    before, after = (scores_of(one) for one in rows)
    if "dice_pooled" not in before:
        return None
    return after["dice_pooled"].value - before["dice_pooled"].value


def _where(rows: BeforeAfter, style: str) -> BeforeAfter:
    before, after = ([row for row in one if row.tags["style"] == style] for one in rows)
    return before, after


def _both_looks(card: ModelCard) -> NDArray[np.uint8]:
    """(rows, columns, 3) uint8: one view on a known machine and at the site, prepared as for the model."""
    pictures = []
    for source in (replace(_site(TEACHING, 1, card), site=None), _site(TEACHING, 1, card)):
        image = source.load(0).image_u8
        size = max(round(image.shape[1] * 800 / image.shape[0]), 1), 800
        pictures.append(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        pictures.append(np.full((800, 6), 255, np.uint8))
    return np.asarray(cv2.cvtColor(np.hstack(pictures[:-1]), cv2.COLOR_GRAY2RGB), np.uint8)


if __name__ == "__main__":
    sys.exit(main())
