"""Images of which it is known whether they show BAC, as a list of views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared_core.errors import UsageError
from shared_core.mammogram import Mammogram
from shared_core.notices import Remedy
from shared_core.training.data.fingerprints import fingerprint
from shared_core.training.data.images import read_with_spacing
from shared_core.training.example import Identity, ViewFiles
from shared_core.training.image_labels.table import LabelledFile, read_label_table
from shared_core.training.spec_options import LABELS, SpecOptions


@dataclass(frozen=True)
class LabelledImages:
    """A `ViewList` of the rows of tables."""

    rows: tuple[LabelledFile, ...]
    tables: tuple[str, ...]
    """Names of the files of the tables."""

    def __len__(self) -> int:
        return len(self.rows)

    def identity(self, number: int) -> Identity:
        """Who and what view `number` shows."""
        row = self.rows[number]
        severity = "present" if row.has_bac else "none"
        return Identity(row.patient, f"{row.patient}/{row.name}", "image label", (("severity", severity),))

    def files(self, number: int) -> ViewFiles:
        """The image of view `number`, and a fingerprint of what the table says of it."""
        row = self.rows[number]
        said = fingerprint(row.patient, row.age, row.has_bac, row.length_mm, row.spacing_mm)
        return ViewFiles(row.path, patient_from="the table", drawing_sha256=said)

    def read(self, number: int) -> Mammogram:
        """The image of view `number`."""
        return read_with_spacing(self.rows[number].path, self.rows[number].spacing_mm)

    @property
    def description(self) -> dict[str, str]:
        """Counts."""
        patients = len({row.patient for row in self.rows})
        positive = sum(row.has_bac for row in self.rows)
        return {
            "labels of whole images": f"{', '.join(self.tables)}: {len(self.rows)} images of {patients} "
            f"patients, {positive} of them with BAC"
        }


def labelled_images(specs: Sequence[str], recipe: str) -> LabelledImages:
    """Make what texts like ``labels:table.csv,images=DIR[,spacing_mm=F]`` describe.

    Parameters
    ----------
    recipe
        Its name, for the sentence where another kind of data is given.

    Raises
    ------
    UsageError
        A text cannot be understood, a table is wrong, or an image is in two of them.
    """
    if not specs:
        raise UsageError("No training data was named.", Remedy.NAME_TRAINING_DATA)
    rows: list[LabelledFile] = []
    tables: list[str] = []
    for spec in specs:
        kind, _, rest = spec.partition(":")
        if kind != LABELS:
            raise UsageError(
                f"Training data {spec}: recipe {recipe} learns from labels of whole images alone; give "
                f"{LABELS}:TABLE.csv,images=DIR."
            )
        options = SpecOptions.of(spec, rest, [])
        table = Path(options.text(""))
        images, spacing_mm = options.folder("images"), options.number("spacing_mm")
        options.require_all_used(kind)
        rows += read_label_table(table, images, spacing_mm=spacing_mm)
        tables.append(table.name)
    seen: set[Path] = set()
    for row in rows:
        if row.path in seen:
            raise UsageError(f"{row.path} is in two tables of labels; leave it in one.")
        seen.add(row.path)
    return LabelledImages(tuple(rows), tuple(tables))
