"""What a comparison of networks is: which, how often, on what, and how many steps the hours allow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from shared_core.documents import DocumentError, from_json
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.networks.table import NetworkName
from shared_core.records.canonical_json import json_bytes
from shared_core.training.budget import FOR_STEPS, seconds_a_step, with_steps
from shared_core.training.computing_device import Machine
from shared_core.training.recipe import RULE, Recipe, load_recipe
from shared_core.training.state import require_same
from shared_core.version import SOFTWARE_VERSION

LARGE: Final[tuple[NetworkName, ...]] = ("segnet", "deeplabv3", "unet")
"""Trained once: one of them takes longer than all others together."""
SEEDS: Final = 3
STUDY_FILE: Final = "study.json"


@dataclass(frozen=True)
class Job:
    """One training."""

    network: NetworkName
    seed: int

    @property
    def name(self) -> str:
        """Of its folder and of its model."""
        return f"{self.network}-seed-{self.seed}"


@dataclass(frozen=True)
class Measured:
    """What a step of a network takes on the machine of the study."""

    network: str
    seconds_a_step: float


@dataclass(frozen=True)
class Study:
    """Fixed when the study begins; the file of it is what a later run goes on with."""

    hours: float
    """Asked for, of all trainings together."""
    steps: int
    """Of every training."""
    crop_px: int
    """Side of the crops that are trained on; 0 for whole patches."""
    training: tuple[str, ...]
    """Data to train on, as ``bac train --data`` takes them."""
    simulated: str
    positives: str
    others: str
    """Data to judge on: simulated views, real views with BAC, real images without."""
    most_others: int
    """Of `others`, evenly spaced; 0 for all."""
    networks: tuple[str, ...]
    seeds: int
    machine: str
    threads: int
    measured: tuple[Measured, ...]
    software: str = SOFTWARE_VERSION

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The small networks first, each with all of its seeds."""
        known = [network for network in self.measured if network.network in self.networks]
        order = sorted(known, key=lambda one: one.seconds_a_step)
        return tuple(
            Job(one.network, seed)  # type: ignore[arg-type]  # the names come from the table
            for one in order
            for seed in range(seeds_of(one.network, self.seeds))
        )

    @property
    def trained_steps(self) -> int:
        """Of every training: `steps`, and what it takes to make its epochs equally long."""
        recipe = self.recipe(self.networks[0])
        return recipe.epochs * -(-self.steps // recipe.epochs)

    def recipe(self, network: str) -> Recipe:
        """By the rule, with the study's steps."""
        return with_steps(_cropped(load_recipe(f"{RULE}-{network}"), self.crop_px), self.steps)


def seeds_of(network: str, seeds: int) -> int:
    """How often a network is trained."""
    return 1 if network in LARGE else seeds


def begin(
    folder: Path,
    *,
    hours: float,
    crop_px: int,
    training: Sequence[str],
    simulated: str,
    positives: str,
    others: str,
    most_others: int,
    networks: Sequence[NetworkName],
    seeds: int,
    machine: Machine,
) -> Study:
    """Measure, divide the hours, and write the study down; or go on with the one in the folder.

    A `UsageError` where the folder holds a study of other data, networks or hours.
    """
    asked = {
        "hours": hours,
        "crop_px": crop_px,
        "training": list(training),
        "simulated": simulated,
        "positives": positives,
        "others": others,
        "most_others": most_others,
        "networks": list(networks),
        "seeds": seeds,
        "threads": machine.threads,
        "software": SOFTWARE_VERSION,
    }
    path = folder / STUDY_FILE
    if path.exists():
        study = read_study(folder)
        require_same(path, json.loads(path.read_bytes()), asked)
        return study
    measured = tuple(
        Measured(name, round(seconds_a_step(_cropped(load_recipe(f"{RULE}-{name}"), crop_px), machine), 3))
        for name in networks
    )
    one_step_each = sum(one.seconds_a_step * seeds_of(one.network, seeds) for one in measured)
    steps = int(FOR_STEPS * 3600 * hours / one_step_each)
    if steps < 1:
        raise UsageError(f"{hours:g} hours are too few for one step of every training.")
    study = Study(
        hours,
        steps,
        crop_px,
        tuple(training),
        simulated,
        positives,
        others,
        most_others,
        tuple(networks),
        seeds,
        machine.name,
        machine.threads,
        measured,
    )
    write_bytes(path, json_bytes(asdict(study)))
    return study


def read_study(folder: Path) -> Study:
    """The study that a folder holds; a `UsageError` where it holds none."""
    path = folder / STUDY_FILE
    try:
        return from_json(path.read_text(encoding="utf-8"), Study)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except DocumentError as error:
        raise UsageError(error.sentence(str(path))) from None


def _cropped(recipe: Recipe, crop_px: int) -> Recipe:
    return replace(recipe, patches=replace(recipe.patches, crop_px=crop_px))
