"""From a plan with a pool to a finished model in its folder: split, patches, base, rounds, the best card."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.training.card_making import Origin, write_model
from shared_core.training.data.input_files import image_prints
from shared_core.training.data.pool_check import refuse_equal_pixels
from shared_core.training.data.split import Split
from shared_core.training.data_statement import CutView, cut_views, data_statement, short_statement
from shared_core.training.fit import Fitted
from shared_core.training.plan import INPUTS_FILE, POOL_INPUTS_FILE, Plan, Watch
from shared_core.training.pseudo_labels.pool import POOL, cut_pool
from shared_core.training.pseudo_labels.rounds_log import Round, best_round
from shared_core.training.pseudo_labels.teaching import BASE, Teacher
from shared_core.training.training_run import STATEMENT_FILE, checked_split, cut_sides, split_in_words
from shared_core.weights.card import ModelCard

_POOL_SIDE: Final = "pool (without labels)"


def train_with_pool(plan: Plan, watch: Watch | None = None) -> ModelCard:
    """Train a base model and its rounds in `plan.output_dir`, which `open_output` has begun; go on there.

    In the end ``base`` has the base model, and the folder itself the model of the round that did best on
    annotated validation patients; that may be the base.

    Raises
    ------
    UsageError
        As of `shared_core.training.training_run.train`; or a patient or picture of the pool judges.
    ModelError
        The base model learnt nothing.
    Cancelled
        The person stopped it; calling again goes on.
    """
    watch = watch or Watch()
    if plan.cut_pool is None:
        raise UsageError(f"Recipe {plan.recipe.name} learns from a pool of views without labels; name one.")
    split = checked_split(plan, watch)
    sides = cut_sides(plan, split, watch)
    pool = cut_pool(plan, plan.cut_pool, watch)
    pool_views = cut_views(plan.output_dir / POOL)
    refuse_equal_pixels(pool_views, sides.views["validation"])
    if not len(pool):
        raise UsageError("No view of the pool has a patch in its valid area; name other images.")
    teacher = Teacher(plan, teaching=sides.training, validation=sides.validation, pool=pool, watch=watch)
    teacher.teach()
    views = {**sides.views, _POOL_SIDE: pool_views}
    statement = data_statement(plan.source, views, split=split_in_words(plan, split))
    write_bytes(plan.output_dir / STATEMENT_FILE, statement.encode())
    base = replace(plan, output_dir=plan.output_dir / BASE, name=f"{plan.name}-base")
    write_model(
        base.output_dir, _made(teacher, 0), base, _origin(plan, split, sides.views, teacher.rounds[:1])
    )
    chosen = best_round(teacher.rounds)
    return write_model(
        plan.output_dir,
        _made(teacher, chosen.number),
        plan,
        _origin(plan, split, views, teacher.rounds[: chosen.number + 1]),
    )


def _made(teacher: Teacher, number: int) -> Fitted:
    """The weights of a round, with what its card says of them."""
    fitted = teacher.fitted[number]
    learnt = [one for one in teacher.rounds if one.result is not None]
    said = {
        **fitted.made_by,
        "seed": str(teacher.plan.seed),
        "base": f"{teacher.plan.name}-base, validation Jaccard {learnt[0].jaccard:.4f}",
        "chosen_round": f"{number} of {len(learnt) - 1}, by the Jaccard of annotated validation patients",
    }
    return replace(fitted, made_by=said)


def _origin(plan: Plan, split: Split, views: dict[str, tuple[CutView, ...]], rounds: list[Round]) -> Origin:
    """What the card says of where the weights of the last of some rounds come from."""
    last, recipe = rounds[-1], plan.recipe
    taken = [patch for one in rounds if one.selection is not None for patch in one.selection.taken]
    assert last.result is not None
    scores = last.result.annotated
    limits = [
        f"On patches of annotated validation patients at 0.5 (round {last.number}, chosen by their Jaccard): "
        f"Jaccard {scores['jaccard']:.3f}, recall {scores['recall']:.3f}, precision "
        f"{scores['precision']:.3f}; other images may do worse."
    ]
    said = short_statement(plan.source, views)
    if taken:
        patients = len({patch.patient_id for patch in taken})
        limits.append("It was taught by its own answers on unlabelled views, and nobody corrected them.")
        said += f" Pseudo-labels: {len(taken)} patches of {patients} patients, listed in taken.csv."
    known = (INPUTS_FILE, POOL_INPUTS_FILE) if taken else (INPUTS_FILE,)
    return Origin(
        recipe.title,
        said,
        tuple(limits),
        taught=tuple(sorted({*split.train, *(patch.patient_id for patch in taken)})),
        chose=split.validation,
        image_sha256=image_prints(*(plan.output_dir / name for name in known)),
    )
