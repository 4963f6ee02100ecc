"""Sources of labelled views from short texts: ``simulated:patients=40,seed=1``, ``folder:PATH``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from shared_core.errors import UsageError
from shared_core.notices import Remedy
from shared_core.reading.listing import candidate_files
from shared_core.reading.reader import read_header
from shared_core.simulation.choices import STYLES
from shared_core.training.data.annotations import AnnotatedViews, join_drawings
from shared_core.training.data.drawings import DrawnImage
from shared_core.training.data.folders import FolderViews
from shared_core.training.data.images import RealImage
from shared_core.training.data.inserted import InsertedViews
from shared_core.training.data.label_studio import read_label_studio
from shared_core.training.data.mdai import read_mdai
from shared_core.training.data.owners import owners_of
from shared_core.training.data.pairs import pair_up, refuse_problems
from shared_core.training.data.real_bac import FOLDS, KINDS, SIDES, real_bac_views
from shared_core.training.data.simulated import SimulatedViews
from shared_core.training.data.unlabelled import Unlabelled, UnlabelledImages
from shared_core.training.example import Joined, ViewSource
from shared_core.training.spec_options import LABELS, SpecOptions
from shared_core.weights.card import ModelCard

_Maker = Callable[[SpecOptions, ModelCard], ViewSource]


def view_source(specs: Sequence[str], card: ModelCard, *, problems: list[str] | None = None) -> ViewSource:
    """Make what one or several texts describe, one after the other.

    Parameters
    ----------
    specs
        ``simulated:patients=N,seed=N[,styles=hologic+ge][,pitch_mm=F]``: views of patients that do not
        exist. ``folder:IMAGES[,masks=MASKS][,spacing_mm=F][,value=N][,patient=RULE]``: images with masks.
        ``corrections:RESULTS[,images=IMAGES]``: a folder of ``bac analyze -o`` whose masks a person looked
        at and corrected.
        ``inserted:IMAGES[,variants=N][,seed=N][,spacing_mm=F][,contrast=F][,contrast_spread=F]``: images
        that are free of BAC, with simulated BAC put in.
        ``real-bac:FOLDER[,fold=N][,side=teaching|held-out][,kinds=vascular+cesm][,spacing_mm=F]``: real
        images with drawn lines, other calcifications, views without BAC; the folds of patients are fixed.
        ``mdai:EXPORT,images=IMAGES`` and ``label-studio:EXPORT,images=IMAGES``: lines drawn on images.
        ``patient=RULE`` says whose images are, but for simulated and ``real-bac`` ones, see `patient_rule`.
    card
        Of the model that is to be trained: preprocessing and spacing.
    problems
        Gets a sentence about each image and mask without partner, which is then left out; None refuses them.

    Raises
    ------
    UsageError
        A text cannot be understood, or what it names is not there.
    """
    if not specs:
        raise UsageError("No training data was named.", Remedy.NAME_TRAINING_DATA)
    found: list[str] = []
    sources = tuple(_one(spec, card, found, _KINDS) for spec in specs)
    if problems is None:
        refuse_problems(found)
    else:
        problems += found
    return sources[0] if len(sources) == 1 else Joined(sources)


def pool_source(specs: Sequence[str], card: ModelCard, *, problems: list[str]) -> ViewSource:
    """Make views whose labels, if there are any, are not used; see `view_source`.

    Parameters
    ----------
    specs
        A folder of images, ``images:DIR[,spacing_mm=F][,patient=RULE]``, or one of `view_source`.
    """
    kinds = {"images": _images, **_KINDS}
    named = [f"images:{spec}" if Path(spec).is_dir() else spec for spec in specs]
    sources = tuple(Unlabelled(_one(spec, card, problems, kinds)) for spec in named)
    return sources[0] if len(sources) == 1 else Joined(sources)


def _one(spec: str, card: ModelCard, problems: list[str], kinds: Mapping[str, _Maker]) -> ViewSource:
    kind, _, rest = spec.partition(":")
    if kind == LABELS:
        raise UsageError(
            f"Training data {spec}: labels of whole images teach no masks; use them with a recipe for "
            "them, such as mobini-2023-scratch."
        )
    if kind not in kinds:
        raise UsageError(f"Training data {spec}: must begin with {', '.join(f'{name}:' for name in kinds)}.")
    options = SpecOptions.of(spec, rest, problems)
    source = kinds[kind](options, card)
    options.require_all_used(kind)
    return source


def _simulated(options: SpecOptions, card: ModelCard) -> ViewSource:
    asked = [style for style in options.text("styles", "+".join(STYLES)).split("+") if style]
    unknown = sorted(set(asked) - set(STYLES))
    if unknown:
        raise UsageError(
            f"Training data {options.spec}: there is no style {unknown[0]!r}; known: {', '.join(STYLES)}."
        )
    return SimulatedViews(
        seed=options.whole("seed", 0),
        patients=options.whole("patients", 12),
        styles=tuple(style for style in STYLES if style in asked),
        pitch_mm=options.number("pitch_mm"),
        whole_field=options.text("field", "whole") == "whole",
        card=card,
    )


def _folder(options: SpecOptions, card: ModelCard) -> ViewSource:
    images = options.folder()
    masks = options.folder("masks") if "masks" in options.values else None
    value = options.whole("value", 0)
    pairing = pair_up(images, masks, patient=options.patient())
    options.problems.extend(pairing.problems)
    return FolderViews(
        pairing.pairs, spacing_mm=options.number("spacing_mm"), mask_value=value or None, card=card
    )


def _corrections(options: SpecOptions, card: ModelCard) -> ViewSource:
    results = options.folder()
    images = options.folder("images") if "images" in options.values else results
    pairing = pair_up(images, results, patient=options.patient())
    options.problems.extend(pairing.problems)
    return FolderViews(
        pairing.pairs,
        origin="correction",
        spacing_mm=options.number("spacing_mm"),
        title="masks of a model, corrected",
        card=card,
    )


def _inserted(options: SpecOptions, card: ModelCard) -> ViewSource:
    images = _images_of(options, bac_free=True)
    return InsertedViews(
        seed=options.whole("seed", 0),
        images=images,
        variants=options.whole("variants", 8),
        contrast=options.number("contrast", 1.0) or 1.0,
        contrast_spread=options.number("contrast_spread", 0.35) or 0.0,
        card=card,
    )


def _images(options: SpecOptions, card: ModelCard) -> ViewSource:
    return UnlabelledImages(_images_of(options, bac_free=False), card)


def _images_of(options: SpecOptions, *, bac_free: bool) -> tuple[RealImage, ...]:
    """The images of a folder, and whose they are."""
    folder = options.folder()
    spacing_mm = options.number("spacing_mm")
    headers = {path: read_header(path) for path in candidate_files([folder])}
    owners = owners_of(headers, folder, options.patient())
    names = Counter((owner.patient_id, path.stem) for path, owner in owners.items())
    return tuple(
        RealImage(
            path,
            owner.patient_id,
            bac_free=bac_free,
            spacing_mm=spacing_mm,
            place="-".join(path.relative_to(folder).with_suffix("").parts)
            if names[owner.patient_id, path.stem] > 1
            else "",
            patient_from=owner.source,
            doubt=owner.doubt,
        )
        for path, owner in owners.items()
    )


def _real_bac(options: SpecOptions, card: ModelCard) -> ViewSource:
    folder = options.folder()
    fold = options.whole("fold", 0) if "fold" in options.values else None
    side = options.text("side", "all" if fold is None else "held-out")
    kinds = options.text("kinds", "+".join(KINDS)).split("+")
    if fold is not None and fold >= FOLDS:
        raise UsageError(f"Training data {options.spec}: there are folds 0 to {FOLDS - 1}, not {fold}.")
    for what, asked, known in (("side", [side], SIDES), ("kinds", kinds, KINDS)):
        unknown = sorted(set(asked) - set(known))
        if unknown:
            raise UsageError(
                f"Training data {options.spec}: {what} is one of {', '.join(known)}, not {unknown[0]!r}."
            )
    return real_bac_views(
        folder,
        card=card,
        fold=fold,
        side=next(one for one in SIDES if one == side),
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        spacing_mm=options.number("spacing_mm"),
    )


def _annotated(
    read: Callable[[Path], tuple[DrawnImage, ...]], options: SpecOptions, card: ModelCard
) -> ViewSource:
    drawings = read(Path(options.text("")))
    images = join_drawings(drawings, options.folder("images"), patient=options.patient())
    return AnnotatedViews(images, spacing_mm=options.number("spacing_mm"), card=card)


_KINDS: dict[str, _Maker] = {
    "simulated": _simulated,
    "folder": _folder,
    "corrections": _corrections,
    "inserted": _inserted,
    "real-bac": _real_bac,
    "mdai": partial(_annotated, read_mdai),
    "label-studio": partial(_annotated, read_label_studio),
}
