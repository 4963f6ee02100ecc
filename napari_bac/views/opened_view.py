"""A view read and prepared, before it has layers."""

from __future__ import annotations

import zlib
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
    crc32: int
    """Of the pixels of the layer that shows it."""
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

    def is_shown_by(self, pixels: NDArray[np.generic]) -> bool:
        """Whether a layer with these pixels shows the image that was read."""
        return pixels.shape == self.prepared.display_u8.shape and pixels_crc32(pixels) == self.crc32

    def is_same_image(self, other: OpenedView) -> bool:
        """Whether both are one image: the same pixels of the same file, or, without a file, of one layer."""
        if self.crc32 != other.crc32 or (self.path is None) != (other.path is None):
            return False
        if self.path is None or other.path is None:
            return self.name == other.name != ""
        return self.path.resolve() == other.path.resolve()

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
    return replace(_prepared(made, opened.exam_key, pixels), name=opened.name)


def open_array(
    pixels: NDArray[np.generic],
    *,
    name: str,
    spacing_mm: float | tuple[float, float] | None,
    view: bac.View = bac.View.UNKNOWN,
    laterality: bac.Laterality = bac.Laterality.UNKNOWN,
) -> OpenedView:
    """Prepare the pixels of a layer that is in the viewer already.

    Its name tells a patient only where it tells the view as well; other layers are of one exam.

    Raises
    ------
    OpenBacError
        Not a single grey image, or no breast in it.
    """
    mammogram = bac.mammogram_from_array(
        pixels, spacing_mm=spacing_mm, view=view, laterality=laterality, name=name
    )
    patient = bac.patient_beside_view(name)
    header = mammogram.header
    known = replace(header, identity=replace(header.identity, patient_id=patient))
    key = bac.exams_of([known])[0].key if patient else ""
    return replace(_prepared(replace(mammogram, header=known), key, pixels), name=name)


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


def pixels_crc32(pixels: NDArray[np.generic]) -> int:
    """A number that changes with the pixels; takes some 10 ms for 13 megapixels."""
    return zlib.crc32(np.ascontiguousarray(pixels).data.cast("B"))


def _prepared(
    mammogram: bac.Mammogram, exam_key: str, pixels: NDArray[np.generic] | None = None
) -> OpenedView:
    """`pixels` are those of the layer that shows it; without them it is shown as it is displayed."""
    prepared = bac.prepare(mammogram, bac.default_model().preprocessing)
    raw = mammogram if bac.mass_refusal(mammogram.header) is None else None
    crc32 = pixels_crc32(prepared.display_u8 if pixels is None else pixels)
    return OpenedView(prepared, raw, exam_key, crc32)
