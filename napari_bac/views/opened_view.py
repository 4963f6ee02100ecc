"""A view read and prepared, before it has layers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_bac.remedies import error_words
from shared_core import hosting as bac

METADATA = "openbac"
"""Key in the metadata of a layer under which its `OpenedView` lies."""


@dataclass(frozen=True, eq=False)
class OpenedView:
    """One view and its exam."""

    prepared: bac.PreparedView
    raw: bac.Mammogram | None
    """The pixels as read, kept only where calcium can be weighed on them."""
    exam_key: str
    """Patient and date, as `find_exams` names them; empty for a single image."""
    name: str = ""
    """Of the layer, where there is no file."""

    @property
    def path(self) -> Path | None:
        """The file; None for a layer that was there before."""
        return self.prepared.header.path

    @property
    def title(self) -> str:
        """``R-CC`` as hung, or the name of the file where side or view is not known."""
        header = self.prepared.header
        if header.laterality is bac.Laterality.UNKNOWN or header.view is bac.View.UNKNOWN:
            return self.name or header.name
        return f"{header.laterality.value}-{header.view.value}"

    def unique_title(self, taken: Container[str]) -> str:
        """The title, with a number where it is taken."""
        number, title = 1, self.title
        while title in taken:
            number += 1
            title = f"{self.title} {number}"
        return title


def open_view(
    path: Path,
    *,
    exam_key: str = "",
    spacing_mm: float | None = None,
    facts: bac.StatedFacts | None = None,
) -> OpenedView:
    """Read and prepare one file, with what a person states of it.

    Raises
    ------
    OpenBacError
        One sentence: what is wrong with the file and what to do.
    """
    return _prepared(bac.read_mammogram(path, spacing_mm=spacing_mm, facts=facts), exam_key)


def with_stated(opened: OpenedView, facts: bac.StatedFacts, pixels: NDArray[np.generic]) -> OpenedView:
    """The view with what a person states of it besides what was stated before.

    Parameters
    ----------
    pixels
        Of its layer, for a view without a file.

    Raises
    ------
    OpenBacError
        The file cannot be read any more.
    """
    header = opened.prepared.header
    known = header.stated if header.stated is not None else bac.StatedFacts()
    merged = replace(known, **{name: value for name, value in vars(facts).items() if value})
    if opened.path is not None:
        spacing = header.spacing
        given = spacing if spacing is not None and spacing.source is bac.SpacingSource.USER else None
        read = bac.read_mammogram(
            opened.path,
            spacing_mm=(given.row_mm, given.column_mm) if given is not None else None,
            facts=merged,
        )
        return replace(_prepared(read, opened.exam_key), name=opened.name)
    made = bac.mammogram_from_array(pixels, header=bac.with_facts(header, merged), name=opened.name)
    return replace(_prepared(made, opened.exam_key), name=opened.name)


def open_array(
    pixels: NDArray[np.generic],
    *,
    name: str,
    spacing_mm: float | tuple[float, float] | None,
    view: bac.View = bac.View.UNKNOWN,
    laterality: bac.Laterality = bac.Laterality.UNKNOWN,
) -> OpenedView:
    """Prepare the pixels of a layer that is in the viewer already.

    Raises
    ------
    OpenBacError
        Not a single grey image, or no breast in it.
    """
    mammogram = bac.mammogram_from_array(
        pixels, spacing_mm=spacing_mm, view=view, laterality=laterality, name=name
    )
    return replace(_prepared(mammogram, ""), name=name)


def open_each(
    exams: Iterable[bac.Exam], *, spacing_mm: float | None = None
) -> Iterator[OpenedView | bac.UnusedFile]:
    """Read and prepare the images of exams, one after another; a bad file stops no other."""
    for exam in exams:
        for header in exam.headers:
            assert header.path is not None
            found: OpenedView | bac.UnusedFile
            try:
                found = open_view(header.path, exam_key=exam.key, spacing_mm=spacing_mm)
            except bac.OpenBacError as error:
                found = bac.UnusedFile(
                    header.path, bac.failure_reason(header.path, error), error_words(error)
                )
            except RuntimeError as error:
                # A worker swallows what is raised on, and would never end.
                found = bac.UnusedFile(
                    header.path, bac.UnusedReason.NOT_ANALYSED, f"{header.path.name}: {error}"
                )
            yield found


def _prepared(mammogram: bac.Mammogram, exam_key: str) -> OpenedView:
    prepared = bac.prepare(mammogram, bac.default_model().preprocessing)
    raw = mammogram if bac.mass_refusal(mammogram.header) is None else None
    return OpenedView(prepared, raw, exam_key)
