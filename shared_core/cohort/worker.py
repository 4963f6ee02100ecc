"""Analyse one image of a batch and write its files."""

from __future__ import annotations

from collections.abc import Callable
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
from shared_core.records.record_types import ViewRecord
from shared_core.records.view_and_exam import view_record

SHEET_VIEW_PX = 1000
"""Longer side of a view on the exam sheet."""


class Worker:
    """Analyses images one after the other with one loaded model."""

    def __init__(self, settings: BatchSettings, loaded: Model | None = None) -> None:
        self.settings = settings
        self._loaded = loaded

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
        try:
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
            self._write(task, result, record)
        except Cancelled:
            raise
        except OpenBacError as error:
            return refused(task, error)
        except MemoryError:
            return without_memory(task)
        except Exception as error:  # whatever one image does, the others go on
            return faulty(task, error)
        pictures = self.settings.pictures and self.settings.output_dir is not None
        return ViewOutcome(
            task,
            record,
            header=result.header,
            measurement=result.measurement,
            reduced=reduce_view(result.prepared, result.mask, longest_px=SHEET_VIEW_PX, other=result.other)
            if pictures
            else None,
        )

    def _write(self, task: ViewTask, result: ViewResult, record: ViewRecord) -> None:
        if self.settings.output_dir is None:
            return
        base = self.settings.output_dir / task.exam_key
        files = view_files(
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
        for name, content in files:
            write_bytes(base / name, content)
