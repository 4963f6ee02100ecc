"""The data statement of a model: what it was trained on, counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared_core.training.batches import has_bac
from shared_core.training.data.patch_store import PatchStore
from shared_core.training.data.patches import load_patches
from shared_core.training.data.split import Member
from shared_core.training.example import Identity, ViewSource


@dataclass
class Count:
    """Patients, views and patches of one kind."""

    patients: set[str] = field(default_factory=set)
    views: int = 0
    patches: int = 0
    with_bac: int = 0
    """Patches that hold BAC."""

    def __str__(self) -> str:
        return f"{len(self.patients)} | {self.views} | {self.patches} | {self.with_bac}"


@dataclass(frozen=True)
class CutViews:
    """The views of one folder of patches: who they show, their pictures' sha256, their patches."""

    identities: tuple[Identity, ...]
    sha256: tuple[str, ...]
    patches: tuple[int, ...]
    with_bac: tuple[int, ...]

    @classmethod
    def read(cls, folder: Path) -> CutViews:
        """From a finished folder of patches."""
        _, _, records = PatchStore.load(folder)
        patches = load_patches(folder)
        positive, of_view = has_bac(patches), patches.views
        return cls(
            tuple(_identity(record["identity"]) for record in records),
            tuple(record["image_sha256"] for record in records),
            tuple(len(record["corners_px"]) for record in records),
            tuple(int(positive[of_view == record["number"]].sum()) for record in records),
        )

    def members(self) -> list[Member]:
        """For the check of a split by the pixels."""
        return [Member(who, sha) for who, sha in zip(self.identities, self.sha256, strict=True)]

    def count(self, chosen: Iterable[int] | None = None) -> Count:
        """Add up, all or those at the given places."""
        count = Count()
        for place in range(len(self.identities)) if chosen is None else chosen:
            count.patients.add(self.identities[place].patient_id)
            count.views += 1
            count.patches += self.patches[place]
            count.with_bac += self.with_bac[place]
        return count

    def by_tag(self) -> dict[tuple[str, str], Count]:
        """Counts by (what, value), sorted."""
        places: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, identity in enumerate(self.identities):
            for what, values in (("origin", identity.origin), *identity.tags):
                for value in values.split("+"):
                    places[what, value].append(place)
        return {tag: self.count(places[tag]) for tag in sorted(places)}


def data_statement(source: ViewSource, sides: Mapping[str, CutViews], *, split: str) -> str:
    """A page in Markdown.

    Parameters
    ----------
    source
        What its parts say of themselves.
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
        lines.append(f"| all | {views.count()} |")
        lines += [f"| {what}: {value} | {count} |" for (what, value), count in views.by_tag().items()]
        lines.append("")
    lines.append("Patients are listed in split.json. Nothing here says how the model does on other data.")
    return "\n".join(lines) + "\n"


def short_statement(source: ViewSource, sides: Mapping[str, CutViews]) -> str:
    """The same in a few sentences, for the card."""
    parts = [f"{name}: {text}." for name, text in source.description.items()]
    for side, views in sides.items():
        count = views.count()
        parts.append(
            f"{side.capitalize()}: {count.views} views of {len(count.patients)} patients, "
            f"{count.patches} patches, {count.with_bac} with BAC."
        )
    return " ".join(parts)


def _identity(record: Mapping[str, Any]) -> Identity:
    tags = tuple((str(what), str(value)) for what, value in record["tags"])
    return Identity(record["patient_id"], record["view_id"], record["origin"], tags)
