"""The data statement of a model: what it was trained on, counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared_core.training.batches import has_bac
from shared_core.training.data.patch_store import PatchStore
from shared_core.training.data.patches import load_patches
from shared_core.training.data.split import Member
from shared_core.training.example import Identity, ViewSource


@dataclass(frozen=True)
class CutView(Member):
    """A view of a folder of patches."""

    patches: int = 0
    with_bac: int = 0
    """Patches that hold BAC."""


def cut_views(folder: Path) -> tuple[CutView, ...]:
    """The views of a finished folder of patches."""
    _, _, records = PatchStore.load(folder)
    patches = load_patches(folder)
    positive = has_bac(patches)
    return tuple(
        CutView(
            _identity(record["identity"]),
            record["image_sha256"],
            len(record["corners_px"]),
            int(positive[patches.views == record["number"]].sum()),
        )
        for record in records
    )


@dataclass(frozen=True)
class Count:
    """Patients, views and patches of some views."""

    patients: int
    views: int
    patches: int
    with_bac: int

    @classmethod
    def of(cls, views: Sequence[CutView]) -> Count:
        """Add up."""
        patients = {view.identity.patient_id for view in views}
        patches, with_bac = sum(view.patches for view in views), sum(view.with_bac for view in views)
        return cls(len(patients), len(views), patches, with_bac)

    def __str__(self) -> str:
        return f"{self.patients} | {self.views} | {self.patches} | {self.with_bac}"


def by_tag(views: Sequence[CutView]) -> dict[tuple[str, str], Count]:
    """Counts by (what, value), sorted."""
    tagged: dict[tuple[str, str], list[CutView]] = defaultdict(list)
    for view in views:
        for what, values in (("origin", view.identity.origin), *view.identity.tags):
            for value in values.split("+"):
                tagged[what, value].append(view)
    return {tag: Count.of(tagged[tag]) for tag in sorted(tagged)}


def data_statement(source: ViewSource, sides: Mapping[str, Sequence[CutView]], *, split: str) -> str:
    """A page in Markdown.

    Parameters
    ----------
    sides
        The views of each side, such as ``training`` and ``validation``.
    split
        A sentence on how patients were put on the sides.
    """
    lines = ["# Data statement", ""]
    lines += [f"- {name}: {text}." for name, text in source.description.items()]
    lines += ["", split, ""]
    for side, views in sides.items():
        lines += [
            f"## {side.capitalize()}",
            "",
            "| views | patients | views | patches | with BAC |",
            "|---|---|---|---|---|",
        ]
        lines.append(f"| all | {Count.of(views)} |")
        lines += [f"| {what}: {value} | {count} |" for (what, value), count in by_tag(views).items()]
        lines.append("")
    lines.append("Patients are listed in split.json. Nothing here says how the model does on other data.")
    return "\n".join(lines) + "\n"


def short_statement(source: ViewSource, sides: Mapping[str, Sequence[CutView]]) -> str:
    """The same in a few sentences, for the card."""
    parts = [f"{name}: {text}." for name, text in source.description.items()]
    for side, views in sides.items():
        count = Count.of(views)
        parts.append(
            f"{side.capitalize()}: {count.views} views of {count.patients} patients, "
            f"{count.patches} patches, {count.with_bac} with BAC."
        )
    return " ".join(parts)


def _identity(record: Mapping[str, Any]) -> Identity:
    tags = tuple((str(what), str(value)) for what, value in record["tags"])
    return Identity(record["patient_id"], record["view_id"], record["origin"], tags)
