"""Judge a model on real arteries and other calcifications; write ``docs/validation_real_bac.md``.

    python -m validation.real_bac openbac-1 --data ../shared/data/real-bac --out STUDY

Probability maps are kept in STUDY: stopped, the same command goes on, and other decisions on the same maps
take minutes. ``--sizes`` gives the crops with arteries at other sizes as well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import cv2

from shared_core.arteries.judged_parts import JudgedParts
from shared_core.errors import OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.mammogram import Mask
from shared_core.statistics.clusters import Estimate
from shared_core.tracks.deciding import decide_by_card
from shared_core.training.data.line_file import LineDrawing, read_lines
from shared_core.training.data.real_bac import FOLDS, RealBacImage, open_stretches, real_bac_images
from validation import DOCS
from validation.judged import Judged, judged
from validation.real_bac.maps import FoldMaps, ImageMap, MapStore, fold_card, sized
from validation.real_bac.marks import Marks, judged_vessels, marks_of
from validation.real_bac.opinions import opinions
from validation.real_bac.overlaps import find_overlaps
from validation.real_bac.overlays import overlay, write_sheet
from validation.real_bac.page import Scaled, Way, real_bac_page
from validation.real_bac.scores import scores_of
from validation.real_bac.track_card import write_card
from validation.real_bac.tracks import (
    CrossValidated,
    Described,
    cross_validate,
    described,
    reliability,
    taught_judge,
)
from validation.real_bac.whole_views import whole_views

SEEN = Path(__file__).parent / "seen.md"
WORST = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge and write; return the exit code."""
    args = _parser().parse_args(arguments)
    cv2.setNumThreads(1)
    try:
        _run(args)
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    return 0


def _command(args: argparse.Namespace) -> str:
    """Makes the page again, wherever the data is."""
    sizes = f" --sizes {' '.join(f'{size:g}' for size in args.sizes)}" if args.sizes else ""
    networks = " --networks NETWORKS" if args.networks is not None else ""
    whole = " --whole MAMMOGRAMS" if args.whole is not None else ""
    card = f" --card {args.card}" if args.card else ""
    beside = f" --beside {args.beside}" if args.beside else ""
    options = f"{networks}{whole}{beside}{sizes}{card}"
    return f"python -m validation.real_bac {args.model} --data REAL_BAC --out STUDY{options}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.real_bac",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="name or card file")
    add("--data", type=Path, required=True, metavar="DIR", help="with lines.json and a folder for each kind")
    add("--out", type=Path, required=True, metavar="DIR", help="keeps maps and overlays")
    add("--whole", type=Path, metavar="DIR", help="with whole views; those without BAC teach and are judged")
    add(
        "--sizes",
        type=float,
        nargs="*",
        default=[],
        metavar="F",
        help="other sizes of the crops with arteries",
    )
    add(
        "--networks",
        type=Path,
        metavar="DIR",
        help="of validation.real_bac.networks: each fold is judged by the network that never saw it",
    )
    add(
        "--most-marked",
        type=float,
        default=0.1,
        metavar="F",
        help="other calcifications with a mark, in teaching",
    )
    add("--beside", metavar="MODEL", help="another model, by its own card, in the same tables")
    add("--card", metavar="NAME", help="also write a model of this name with the classifier, into STUDY/NAME")
    add("-o", "--output", type=Path, default=DOCS / "validation_real_bac.md", help="page")
    return parser


def _maps_of(model: Judged, out: Path) -> MapStore:
    return MapStore(out / "maps" / model.folder, lru_cache(maxsize=1)(model.load))


@dataclass(frozen=True)
class _Study:
    """The images of a study and the answers of one model."""

    model: Judged
    images: tuple[RealBacImage, ...]
    drawings: dict[str, LineDrawing]
    maps: MapStore | FoldMaps

    @classmethod
    def open(cls, args: argparse.Namespace, name: str) -> _Study:
        model = judged(name)
        maps: MapStore | FoldMaps = _maps_of(model, args.out)
        if args.networks is not None and name == args.model:
            cards = {fold: fold_card(args.networks, fold) for fold in range(FOLDS)}
            maps = FoldMaps({fold: _maps_of(judged(card), args.out) for fold, card in cards.items()})
        drawings = read_lines(args.data / "lines.json", also_open=open_stretches())
        added = whole_views(args.whole) if args.whole is not None else ()
        return cls(model, (*real_bac_images(args.data), *added), drawings, maps)

    def drawing(self, image: RealBacImage) -> LineDrawing | None:
        return self.drawings.get(image.path.name)

    @cached_property
    def with_arteries(self) -> tuple[RealBacImage, ...]:
        """Crops with a sure line."""
        drawings = ((image, self.drawing(image)) for image in self.images)
        return tuple(image for image, drawing in drawings if drawing is not None and drawing.sure)

    def by_card(self, answer: ImageMap) -> Mask:
        """What the model's card decides."""
        card = self.model.card
        return decide_by_card(
            answer.probability,
            card=card,
            threshold=card.threshold,
            valid=answer.valid,
            spacing=None,
            display_u8=answer.image_u8,
        ).mask

    def by_own_card(self, image: RealBacImage, size: float = 1.0) -> Marks:
        """What it marks on an image at `size` times its size."""
        answer = self.maps.get(image, size)
        return marks_of(image, self.drawing(image), None if answer is None else self.by_card(answer), size)


def _run(args: argparse.Namespace) -> None:
    study = _Study.open(args, args.model)
    beside = _Study.open(args, args.beside) if args.beside else None
    own, candidates = _judge_all(study)
    tracks = cross_validate(candidates, most_marked=args.most_marked)
    decided = {
        image.image.path: (image, judged) for image, judged in zip(candidates, tracks.judged, strict=True)
    }
    masks = {path: judged.mask("artery", image.shape) for path, (image, judged) in decided.items()}
    by_tracks = [_marks(study, image, decided.get(image.path)) for image in study.images]
    name = study.model.name
    ways = [_way(name, own), _way(f"{name}, by tracks", by_tracks)]
    if beside is not None:
        ways.append(_way(beside.model.name, [beside.by_own_card(image) for image in beside.images]))
    sizes = sorted({1.0, *args.sizes}) if args.sizes else []
    scaled = [_at_size(study, tracks, size, ways, beside) for size in sizes]
    _overlays(study, by_tracks, masks, args.out)
    if args.card:
        judge = taught_judge(candidates, most_marked=args.most_marked)
        command, folder = _command(args), args.out / args.card
        write_card(folder, study.model.card, judge, name=args.card, scores=ways[1].scores, command=command)
    page = real_bac_page(
        ways,
        command=_command(args),
        scaled=scaled,
        reliable=reliability(tracks.probabilities, tracks.labels),
        opinions=opinions(tracks),
        overlaps=find_overlaps([image.path for image in study.images if image.kind == "vascular"]),
        seen=SEEN.read_text(encoding="utf-8"),
        by_fold=args.networks is not None,
    )
    write_bytes(args.output, page.encode())


def _judge_all(study: _Study) -> tuple[list[Marks], list[Described]]:
    own, candidates = [], []
    for number, image in enumerate(study.images, start=1):
        answer, drawing = study.maps.get(image), study.drawing(image)
        own.append(marks_of(image, drawing, None if answer is None else study.by_card(answer)))
        if answer is not None and not (image.kind == "cesm" and not own[-1].bac_free):
            candidates.append(described(image, drawing, answer, study.model.card))
        if number % 50 == 0:
            print(f"{number} of {len(study.images)} images", flush=True)
    return own, candidates


def _marks(
    study: _Study, image: RealBacImage, decided: tuple[Described, JudgedParts] | None, size: float = 1.0
) -> Marks:
    """By the second stage."""
    if decided is None:
        return marks_of(image, study.drawing(image), None, size)
    described_image, judged_parts = decided
    mask = judged_parts.mask("artery", described_image.shape)
    marks = marks_of(image, study.drawing(image), mask, described_image.size)
    return replace(marks, vessels=judged_vessels(mask, judged_parts)) if marks.vessels else marks


def _way(name: str, rows: Sequence[Marks]) -> Way:
    return Way(name, scores_of(rows), tuple(rows))


def _at_size(
    study: _Study, tracks: CrossValidated, size: float, ways: Sequence[Way], beside: _Study | None
) -> Scaled:
    own, by_tracks = [], []
    for image in study.with_arteries:
        answer, drawing = study.maps.get(image, size), study.drawing(image)
        if answer is None:
            own.append(marks_of(image, drawing, None, size))
            by_tracks.append(own[-1])
            continue
        own.append(marks_of(image, drawing, study.by_card(answer), size))
        found = described(image, drawing, answer, study.model.card, size=size)
        by_tracks.append(_marks(study, image, (found, tracks.judges[image.fold].judged(found)), size))
    rows_of = [own, by_tracks]
    if beside is not None:
        rows_of.append([beside.by_own_card(image, size) for image in beside.with_arteries])
    recalls: dict[str, tuple[Estimate, Estimate]] = {}
    for way, rows in zip(ways, rows_of, strict=True):
        scores = scores_of(rows)
        recalls[way.name] = scores.clear, scores.doubtful
    return Scaled(size, recalls)


def _overlays(study: _Study, rows: Sequence[Marks], masks: dict[Path, Mask], out: Path) -> None:
    """The worst of each kind: the least found, the most marked."""
    sheets = {
        "clear": sorted((row for row in rows if row.artery == "clear"), key=lambda row: row.recall),
        "doubtful": sorted((row for row in rows if row.artery == "doubtful"), key=lambda row: row.recall),
        "other": sorted(
            (row for row in rows if row.kind == "other-calcification"), key=lambda r: -r.marked_px
        ),
        "cesm": sorted(
            (row for row in rows if row.kind == "cesm" and row.marked_px), key=lambda r: -r.marked_px
        ),
    }
    by_name = {image.path.name: image for image in study.images}
    for name, worst in sheets.items():
        pictures = [
            overlay(
                sized(by_name[row.image].path, 1.0),
                masks.get(by_name[row.image].path),
                study.drawing(by_name[row.image]),
                f"{row.image.split('.')[0]} {f'{row.recall:.2f}' if row.artery else row.marked_px}",
            )
            for row in worst[:WORST]
        ]
        if pictures:
            write_sheet(out / f"worst-{name}.jpg", pictures)


if __name__ == "__main__":
    sys.exit(main())
