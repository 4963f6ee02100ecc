"""Labels of whole images after Mobini 2023: tried on simulated and inserted views, and on real crops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from shared_core.errors import UsageError
from shared_core.training.computing_device import Machine
from shared_core.training.data.inserted import InsertedViews
from shared_core.training.data.simulated import SimulatedViews
from shared_core.training.example import Joined, ViewSource
from shared_core.training.image_labels.labelled_images import labelled_images
from shared_core.training.image_labels.plan import LabelPlan, open_label_output
from shared_core.training.image_labels.recipe import LabelRecipe, load_label_recipe
from shared_core.training.image_labels.run import Judged, Taught, judge, pictures_of, teach
from shared_core.training.image_labels.scoring import TestedView, TestScores, score_views
from shared_core.training.plan import PLAN_FILE, Watch
from shared_core.weights.registry import load_card
from validation.methods.heat_maps import COLUMNS, Answer, Shown, answers, heat_sheet, surest
from validation.methods.label_views import IMAGES, write_views
from validation.methods.mobini_crops import CropBudget, CropStudy, run_crops
from validation.real_data import bac_free_images, real_files

VIEWS_RECIPE: Final = Path(__file__).with_name("mobini_small.toml")
CROPS_RECIPE: Final = Path(__file__).with_name("mobini_crops.toml")
SIMULATED, INSERTED = "simulated", "real, some with inserted arteries"


@dataclass(frozen=True)
class Budget:
    """What is taught and judged."""

    recipe: str
    patients: int
    """Simulated, four views each."""
    variants: int
    """Of each real image, some with inserted arteries."""
    pixel_mm: float
    crops: CropBudget
    seed: int = 40_001


@dataclass(frozen=True, eq=False)
class ViewStudy:
    """What came out on simulated and inserted views."""

    taught: Taught
    scores: TestScores
    by_kind: dict[str, TestScores]
    """Of the test side, apart."""
    negatives_area: tuple[float, int]
    """Mean area in mm² of the heat maps of views without BAC that count as positive, and how many."""
    sheet: bytes


@dataclass(frozen=True, eq=False)
class Study:
    """All that the page says."""

    budget: Budget
    views: ViewStudy
    crops: CropStudy


def budget(*, small: bool) -> Budget:
    """The full study, or one of some twenty minutes of one processor."""
    if not small:
        return Budget(
            "mobini-2023-scratch", 200, 16, 0.14, CropBudget("mobini-2023-scratch", size=(384, 384))
        )
    return Budget(str(VIEWS_RECIPE), 26, 2, 0.28, CropBudget(str(CROPS_RECIPE)))


def run_study(
    folder: Path, asked: Budget, *, images: Path, real: Path, machine: Machine, workers: int = 1
) -> Study:
    """Teach and judge both; what is done is not done again.

    Parameters
    ----------
    images
        Real mammograms, of which those known to be without BAC are taken, see `validation.real_data`.
    real
        Real crops, as of real-bac.
    """
    crops = run_crops(folder / "crops", real, asked.crops, machine=machine, workers=workers)
    return Study(asked, run_views(folder / "views", asked, images, machine, workers), crops)


def run_views(folder: Path, asked: Budget, images: Path, machine: Machine, workers: int) -> ViewStudy:
    """The part on simulated and inserted views."""
    source, simulated = views_source(asked, images)
    table = write_views(source, folder, progress=_counting("views"))
    recipe = load_label_recipe(asked.recipe)
    spec = f"labels:{table},images={folder / IMAGES},spacing_mm={asked.pixel_mm}"
    plan = LabelPlan(
        recipe=recipe,
        source=labelled_images([spec], recipe.name),
        output_dir=folder / "model",
        name="image-labels-study",
        seed=asked.seed,
        machine=machine,
        workers=workers,
    )
    open_label_output(plan, resume=(plan.output_dir / PLAN_FILE).exists())
    watch = Watch(epoch=_epochs, says=partial(print, flush=True))
    taught = teach(plan, watch)
    judged = judge(plan, taught, watch)
    kinds = {
        view.name: SIMULATED if int(Path(view.name).stem) < simulated else INSERTED for view in judged.views
    }
    alarms = [
        view.area_mm2
        for view in judged.views
        if not view.has_bac and view.area_mm2 is not None and view.probability >= recipe.positive_from
    ]
    return ViewStudy(
        taught,
        judged.scores,
        {
            kind: score_views(own, positive_from=recipe.positive_from, seed=plan.seed)
            for kind in (SIMULATED, INSERTED)
            if (own := [view for view in judged.views if kinds[view.name] == kind])
        },
        (float(np.mean(alarms)) if alarms else float("nan"), len(alarms)),
        _sheet(plan, taught, judged, watch),
    )


def views_source(asked: Budget, images: Path) -> tuple[ViewSource, int]:
    """Simulated views, then real ones, some with arteries put in; and how many the first are."""
    card = replace(load_card("scunet-emory-2021"), input_spacing_mm=asked.pixel_mm)
    free = bac_free_images(real_files(images))
    if not free:
        raise UsageError(f"{images}: holds no mammogram that is known to be without BAC; check the path.")
    simulated = SimulatedViews(
        seed=asked.seed, patients=asked.patients, pitch_mm=asked.pixel_mm, whole_field=False, card=card
    )
    inserted = InsertedViews(seed=asked.seed, images=free, variants=asked.variants, card=card)
    return Joined((simulated, inserted)), len(simulated)


def _sheet(plan: LabelPlan, taught: Taught, judged: Judged, watch: Watch) -> bytes:
    pictures = pictures_of(plan, taught.split, "test", watch)
    said = answers(plan.recipe, taught.fitted.arrays, pictures)
    found = [(bool(truth), one.probability) for truth, one in zip(pictures.positive, said, strict=True)]
    rows = []
    for title, has_bac, positive in (
        ("With BAC, said to have it", True, True),
        ("Without BAC, said to have it", False, True),
        ("With BAC, said to have none", True, False),
    ):
        places = surest(found, has_bac=has_bac, positive=positive, positive_from=plan.recipe.positive_from)
        tiles = [
            _shown(pictures.load(place)[0], said[place], judged.views[place], plan.recipe)
            for place in places[:COLUMNS]
        ]
        rows.append((f"{title}: {len(places)}, the surest", tiles))
    return heat_sheet(rows)


def _shown(image_u8: Any, answer: Answer, view: TestedView, recipe: LabelRecipe) -> Shown:
    positive = answer.probability >= recipe.positive_from
    length = "" if view.length_mm is None else f"{view.length_mm:.0f} mm of arteries"
    return Shown(
        image_u8,
        (f"{view.name}: {answer.probability:.2f}", length),
        answer.on(image_u8.shape) > recipe.heat_threshold if positive else None,
    )


def _epochs(row: dict[str, Any]) -> None:
    print(f"epoch {row['epoch']}: loss {row['loss']:.3f}, AUC {row['auc']:.2f}", flush=True)


def _counting(what: str) -> Callable[[int, int], None]:
    def say(done: int, total: int) -> None:
        if done % 20 == 0 or done == total:
            print(f"{what}: {done} of {total}", flush=True)

    return say
