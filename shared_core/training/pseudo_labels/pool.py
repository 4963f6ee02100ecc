"""The pool: views without labels, cut into patches."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shared_core.training.data.patches import PatchSettings, build_patches
from shared_core.training.example import ViewSource
from shared_core.training.patch import PatchSet
from shared_core.training.plan import Plan, Watch

POOL: Final = Path("patches/pool")
_ALL: Final = 1_000_000
"""More patches than a view has."""


def cut_pool(plan: Plan, pool: ViewSource, watch: Watch) -> PatchSet:
    """Cut the pool into patches, all of those in the valid area, or take what is there."""
    recipe = plan.recipe.patches
    settings = PatchSettings(recipe.tile_px, recipe.overlap_px, least_negatives=_ALL, seed=plan.seed)
    return build_patches(
        pool,
        range(len(pool)),
        plan.output_dir / POOL,
        settings=settings,
        workers=plan.workers,
        progress=watch.views(POOL.name),
        cancelled=watch.cancelled,
    )
