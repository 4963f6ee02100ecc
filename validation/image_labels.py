"""Learn from labels of whole images alone, on simulated views, and say how well it went.

    python -m validation.image_labels --out DIR --patients 60
    python -m validation.image_labels --out DIR --patients 60 --images FOLDER

Views are written as pictures with a table of labels, and nothing else of the simulation is passed on but
the true length of the arteries, for the comparison with the heat map's area. With `--images`, real
mammograms that are free of BAC take part as well, some with simulated arteries put in. Stopped, the same
command goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from shared_core.arteries.vessels import find_vessels
from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.png import encode_png
from shared_core.mammogram import PixelSpacing, SpacingSource
from shared_core.networks.options import NetworkOptions
from shared_core.training.computing_device import Machine
from shared_core.training.data_specs import view_source
from shared_core.training.example import TrainingView, ViewSource
from shared_core.training.image_labels.labelled_images import labelled_images
from shared_core.training.image_labels.plan import LabelPlan, open_label_output
from shared_core.training.image_labels.plots import words
from shared_core.training.image_labels.recipe import LabelRecipe, PictureRecipe, load_label_recipe
from shared_core.training.image_labels.run import train_on_labels
from shared_core.training.image_labels.scoring import TestScores
from shared_core.weights.registry import load_card

BASE: Final = "mobini-2023-scratch"
TABLE, IMAGES, MODEL = "labels.csv", "images", "model"


def main(arguments: Sequence[str] | None = None) -> int:
    """Make, train and judge; return the exit code."""
    args = _parser().parse_args(arguments)
    try:
        scores = study(args)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    for line in lines_of(scores):
        print(line)
    return 0


def study(args: argparse.Namespace) -> TestScores:
    """Train on the views that the arguments ask for, and score the test side."""
    recipe = recipe_for(args.rows, args.width, args.epochs)
    folder: Path = args.out
    if not (folder / TABLE).exists():
        card = replace(load_card("scunet-emory-2021"), input_spacing_mm=args.pixel_mm)
        specs = [f"simulated:patients={args.patients},seed={args.seed},field=breast,pitch_mm={args.pixel_mm}"]
        if args.images is not None:
            specs.append(f"inserted:{args.images},seed={args.seed}")
        write_views(view_source(specs, card), folder)
    spec = f"labels:{folder / TABLE},images={folder / IMAGES},spacing_mm={args.pixel_mm}"
    plan = LabelPlan(
        recipe=recipe,
        source=labelled_images([spec], recipe.name),
        output_dir=folder / MODEL,
        name="image-labels-study",
        seed=args.seed,
        machine=Machine(args.device, threads=args.threads),
    )
    open_label_output(plan, resume=(folder / MODEL).exists())
    _, scores = train_on_labels(plan)
    return scores


def recipe_for(rows: int, width: int, epochs: int) -> LabelRecipe:
    """The recipe for those who have no weights of ImageNet, smaller."""
    recipe = load_label_recipe(BASE)
    return replace(
        recipe,
        name=f"{BASE}-study",
        epochs=epochs,
        picture=PictureRecipe(rows, rows // 2),
        network_options=NetworkOptions(3, width=width),
    )


def write_views(source: ViewSource, folder: Path) -> Path:
    """Write views as pictures, and last the table of their labels; its path.

    Views in which nobody would be sure of BAC, because all there is of it is faint, are left out.
    """
    lines = ["file,patient,age,label,length_mm"]
    for number in range(len(source)):
        view = source.load(number)
        has_bac = bool(view.label.any())
        if not has_bac and view.ignore is not None and view.ignore.any():
            continue
        name = f"{number:05d}.png"
        picture = view.image_u8 if view.display_u8 is None else view.display_u8
        write_bytes(folder / IMAGES / name, encode_png(picture))
        patient = view.identity.patient_id.replace(",", "_")
        length = _length_mm(view)
        lines.append(f"{name},{patient},,{int(has_bac)},{'' if length is None else f'{length:.1f}'}")
    write_bytes(folder / TABLE, ("\n".join(lines) + "\n").encode())
    return folder / TABLE


def lines_of(scores: TestScores) -> list[str]:
    """What came out, for people."""
    found = [
        f"views {scores.counts.n}, patients {scores.patients}",
        f"AUC {words(scores.auc)}",
        f"AUC-PR {words(scores.auc_pr)}",
    ]
    for what, one in (("all", scores.length), ("with BAC", scores.length_of_positives)):
        if one is not None:
            found.append(f"area and length, views {what}: Spearman {one.r:.2f} ({one.words}), n {one.n}")
    return found


def _length_mm(view: TrainingView) -> float | None:
    """Of all arteries, along the true bands; None where the spacing is not known."""
    mm = view.spacing_mm
    if mm is None:
        return None
    return find_vessels(view.label, spacing=PixelSpacing(mm, mm, SpacingSource.USER)).total_length_mm


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.image_labels",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="keeps what is done")
    parser.add_argument(
        "--patients", type=int, default=60, metavar="N", help="simulated, four views each (60)"
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="real images without BAC")
    parser.add_argument("--seed", type=int, default=40_001, metavar="N")
    parser.add_argument("--pixel-mm", type=float, default=0.28, metavar="MM", help="of the pictures (0.28)")
    parser.add_argument("--rows", type=int, default=384, metavar="N", help="of what the network sees (384)")
    parser.add_argument("--width", type=int, default=16, metavar="N", help="of the network (16)")
    parser.add_argument("--epochs", type=int, default=25, metavar="N")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), default="cpu")
    parser.add_argument("--threads", type=int, default=1, metavar="N")
    return parser


if __name__ == "__main__":
    sys.exit(main())
