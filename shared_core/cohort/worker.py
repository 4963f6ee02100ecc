"""Analyse one image of a batch, and write its files or hand them on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property

from shared_core.cohort.outcome import ViewOutcome, faulty, refused, without_memory
from shared_core.cohort.settings import BatchSettings, ViewTask, named_model
from shared_core.errors import Cancelled, OpenBacError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.view_files import view_files
from shared_core.inference.model import Model, load_model
from shared_core.pictures.reduced_view import reduce_view
from shared_core.pipeline import ViewResult, analyze_view
from shared_core.progress import ProgressCallback
from shared_core.quality.likeness import likeness_of
from shared_core.records.record_types import ViewRecord
from shared_core.records.view_and_exam import view_record

SHEET_VIEW_PX = 1000
"""Longer side of a view on the exam sheet."""


class Worker:
    """Analyses images one after the other with one loaded model.

    Parameters
    ----------
    loaded
        The model, where somebody has loaded it already.
    writes
        Whether the files of an image are written here; else they stay in its outcome, see `written`.
    """

    def __init__(self, settings: BatchSettings, loaded: Model | None = None, *, writes: bool = True) -> None:
        self.settings = settings
        self._loaded = loaded
        self._writes = writes

    @cached_property
    def model(self) -> Model:
        """The model, loaded at first use where it was not given."""
        settings = self.settings
        return self._loaded or load_model(
            named_model(settings),
            device=settings.device,
            backend=settings.backend,
            precision=settings.precision,
            threads=settings.threads,
        )

    def analyze(
        self,
        task: ViewTask,
        *,
        progress: ProgressCallback | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> ViewOutcome:
        """Analyse one image; what is wrong with it goes into the record.

        Raises
        ------
        Cancelled
            If `cancelled` said so.
        """
        outcome = _whatever_happens(task, lambda: self._analyzed(task, progress, cancelled))
        return written(outcome, self.settings) if self._writes else outcome

    def _analyzed(
        self, task: ViewTask, progress: ProgressCallback | None, cancelled: Callable[[], bool] | None
    ) -> ViewOutcome:
        result = analyze_view(
            task.path,
            model=self.model,
            threshold=self.settings.threshold,
            settings=self.settings.measurement,
            spacing_mm=self.settings.spacing_mm,
            facts=task.header.stated,
            partner=task.partner,
            calibration=self.settings.calibration,
            quality=self.settings.quality,
            progress=progress,
            cancelled=cancelled,
        )
        record = view_record(
            result.header,
            result.prepared,
            result.measurement,
            provenance=result.provenance,
            notices=result.notices,
            exam=task.exam_key,
        )
        pictures = self.settings.pictures and self.settings.output_dir is not None
        return ViewOutcome(
            task,
            record,
            header=result.header,
            measurement=result.measurement,
            reduced=reduce_view(result.prepared, result.mask, longest_px=SHEET_VIEW_PX, other=result.other)
            if pictures
            else None,
            likeness=likeness_of(result.prepared.display_u8, result.prepared.breast_mask)
            if self.settings.quality != "off"
            else "",
            files=tuple(self._files(task, result, record)),
        )

    def _files(self, task: ViewTask, result: ViewResult, record: ViewRecord) -> Iterator[tuple[str, bytes]]:
        if self.settings.output_dir is None:
            return iter(())
        return view_files(
            task.stem,
            result.prepared,
            result.mask,
            result.measurement,
            record,
            other=result.other,
            probability=result.probability.values if self.settings.probability else None,
            spread=result.probability.spread if self.settings.probability else None,
            pictures=self.settings.pictures,
        )


def written(outcome: ViewOutcome, settings: BatchSettings) -> ViewOutcome:
    """The outcome without files, as they are in the folder of the results now; or why they are not."""
    folder = settings.output_dir
    if folder is None or not outcome.files:
        return outcome

    def write() -> ViewOutcome:
        for name, content in outcome.files:
            write_bytes(folder / outcome.task.exam_key / name, content)
        return replace(outcome, files=())

    return _whatever_happens(outcome.task, write)


def _whatever_happens(task: ViewTask, work: Callable[[], ViewOutcome]) -> ViewOutcome:
    """What `work` gives; what is wrong with one image is its failure, and the others go on."""
    try:
        return work()
    except Cancelled:
        raise
    except OpenBacError as error:
        return refused(task, error)
    except MemoryError:
        return without_memory(task)
    except Exception as error:  # whatever one image does, the others go on
        return faulty(task, error)
