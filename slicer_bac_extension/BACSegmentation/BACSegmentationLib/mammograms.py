"""Volume nodes as mammograms of the engine, and the volumes of a scene as exams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared_core.mammogram import Exam, Mammogram, MammogramHeader


@dataclass(frozen=True, eq=False)
class SceneExam:
    """An exam whose views are volumes of the scene."""

    exam: Exam
    """Key, patient, date, headers in the order of views, missing views and warnings."""
    volumes: tuple[Any, ...]
    """Volume nodes, one for each of `exam.headers`."""


def mammogram_of(volume_node: Any, *, dicom_files: Sequence[str | Path] | None = None) -> Mammogram:
    """The mammogram that a volume shows.

    Where the pixels are those of the volume's file, after what GDCM is known to change, it is exactly what
    the engine reads from the file, and ``header.path`` names the file: it may be run from there. Else
    ``header.path`` is None, the pixels are the volume's, and a warning says "measured from the volume, not
    from its file" and why.

    The spacing is that of the engine's rule for the file, unless a person changed it in Slicer: then that
    of the volume. All warnings stand in ``header.warnings``.

    Raises
    ------
    shared_core.errors.OpenBacError
        See `volumes.read_volume`.
    """
    raise NotImplementedError


def header_of(volume_node: Any) -> MammogramHeader:
    """What is known of a volume without decoding its file: view, side, patient, date.

    From its file, from the DICOM database where the file is gone, else from the node's name.
    """
    raise NotImplementedError


def exams_in_scene(volume_nodes: Iterable[Any] | None = None) -> tuple[SceneExam, ...]:
    """Group volumes into exams: the views of one patient on one date.

    Parameters
    ----------
    volume_nodes
        None for all scalar volumes of the scene; what is no single grey image is left out.
    """
    raise NotImplementedError


def exam_of(volume_node: Any) -> SceneExam:
    """The exam that a volume belongs to, with its other views in the scene."""
    raise NotImplementedError
