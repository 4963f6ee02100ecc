"""Run models on every view of a source once, and keep what they did."""

from __future__ import annotations

import hashlib
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from shared_core.errors import Cancelled, DeviceError, OpenBacError, OutputError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.mask_files import mask_png
from shared_core.inference.backends.interface import Precision
from shared_core.inference.engine import segment
from shared_core.inference.model import Model
from shared_core.inference.probability import ProbabilityMap
from shared_core.notices import Remedy
from shared_core.reading.partners import BreastView
from shared_core.thread_budget import ThreadBudget
from shared_core.training.data.bilateral import partner_numbers
from shared_core.training.evaluation.operating_point import TOLERANCE_MM
from shared_core.training.evaluation.row import SWEEP, ViewRow, prepared_view, score_view
from shared_core.training.evaluation.rows_file import RowsFile
from shared_core.training.example import TrainingView, ViewSource, sided_of
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.card import ModelCard

ROWS_FILE, MASKS_FOLDER = "rows.jsonl", "masks"
_WORDS_OF_A_CARD = (
    *(
        "title",
        "url",
        "licence",
        "citation",
        "training_data",
        "intended_use",
        "limitations",
        "made_by",
        "seen",
    ),
)
"""Fields that change no pixel."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A model that is to be scored."""

    card: ModelCard
    folder: Path
    """Gets ``rows.jsonl`` and the masks at the card's threshold."""
    load: Callable[[], Model]
    """Called once in every process; ``functools.partial(load_model, card, ...)`` goes to others as well."""
    precision: Precision = "float32"
    """That the model runs in."""


@dataclass(frozen=True)
class FailedView:
    """A view that could not be loaded or run."""

    number: int
    view_id: str
    error: str


@dataclass(frozen=True, eq=False)
class ModelRows:
    """All that one model did."""

    card: ModelCard
    folder: Path
    """With its masks."""
    description: dict[str, str]
    """Of the source."""
    rows: tuple[ViewRow, ...]
    """By number."""
    tolerance_mm: float = TOLERANCE_MM
    failures: tuple[FailedView, ...] = field(default=())


def evaluate_models(
    entries: Sequence[Entry],
    source: ViewSource,
    *,
    tolerance_mm: float = TOLERANCE_MM,
    thresholds: Sequence[float] = SWEEP,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[ModelRows, ...]:
    """Score models on all views of a source; what their folders hold already is not made again.

    Parameters
    ----------
    entries
        Each model runs as in ``bac analyze``: tiling, temperature, threshold and rule of its card. A view
        is run once for those whose cards differ in threshold and rule only.
    source
        Views, each loaded once for all models. Their grid is that of the model that they were prepared for;
        another model resamples them to its own spacing.
    tolerance_mm
        How far from an artery's centre line a mark may lie to have found it.
    thresholds
        Of the curves, the lowest first.
    workers
        Processes; with several, source and entries must go through pickle.
    progress
        Called with (done, total) views.
    cancelled
        Asked between views, and within a view where one process works; what is done is kept.

    Returns
    -------
    One for each entry, in their order. A view that fails for one model is left out for all.

    Raises
    ------
    UsageError
        A folder holds another evaluation.
    OutputError
        It cannot be written.
    Cancelled
        The person stopped it.
    """
    files = [
        RowsFile(entry.folder / ROWS_FILE, settings_of(entry, source, tolerance_mm, thresholds))
        for entry in entries
    ]
    everything = range(len(source))
    left = {
        number: missing
        for number in everything
        if (missing := tuple(place for place, file in enumerate(files) if number not in file.rows))
    }
    bilateral = any(entry.card.input == "bilateral" for entry in entries)
    partners = partner_numbers(source) if bilateral and left else ()
    scorer = _Scorer(tuple(entries), source, tolerance_mm, tuple(thresholds), partners=partners)
    failures: list[FailedView] = []
    done = len(everything) - len(left)
    if progress is not None:
        progress(done, len(everything))
    for result in _results(scorer, left, workers, cancelled):
        if isinstance(result, FailedView):
            failures.append(result)
        else:
            for place, row in result:
                files[place].add(row)
        done += 1
        if progress is not None:
            progress(done, len(everything))
    failures.sort(key=lambda failure: failure.number)
    failed = {failure.number for failure in failures}
    return tuple(
        ModelRows(
            card=entry.card,
            folder=entry.folder,
            description=dict(source.description),
            rows=tuple(file.rows[number] for number in sorted(file.rows) if number not in failed),
            tolerance_mm=tolerance_mm,
            failures=tuple(failures),
        )
        for entry, file in zip(entries, files, strict=True)
    )


def settings_of(
    entry: Entry, source: ViewSource, tolerance_mm: float, thresholds: Sequence[float] = SWEEP
) -> dict[str, Any]:
    """Everything that the rows of a model on a source depend on, but the files of the source themselves."""
    card = {name: value for name, value in asdict(entry.card).items() if name not in _WORDS_OF_A_CARD}
    views = [source.identity(number) for number in range(len(source))]
    made_of = repr(source) if is_dataclass(source) else ""
    return {
        "software": SOFTWARE_VERSION,
        "model": card,
        "precision": entry.precision,
        "data": dict(source.description),
        "views": hashlib.sha256((repr(views) + made_of).encode()).hexdigest(),
        "tolerance": tolerance_mm,
        "thresholds": list(thresholds),
    }


def mask_path(folder: Path, row: ViewRow) -> Path:
    """Where the mask of a view lies."""
    safe = re.sub(r"[^\w.+-]+", "_", row.identity.view_id)[:100]
    return folder / MASKS_FOLDER / f"{row.number:05d}_{safe}.png"


def _run_of(entry: Entry) -> str:
    """The same for entries that give the same probabilities."""
    return repr(
        (
            replace(entry.card, name="", threshold=0.5, candidates=None, tracks=None, sensitivity=None),
            entry.precision,
        )
    )


_Result = list[tuple[int, ViewRow]] | FailedView
"""(place of the entry, its row) of one view."""


@dataclass(frozen=True, eq=False)
class _Scorer:
    """Scores single views; loads each model when it is first needed."""

    entries: tuple[Entry, ...]
    source: ViewSource
    tolerance_mm: float
    thresholds: tuple[float, ...]
    models: dict[int, Model] = field(default_factory=dict)
    partners: tuple[int | None, ...] = ()
    """Of every view, for bilateral models; empty where there is none of these."""

    def __call__(
        self, number: int, places: Sequence[int], cancelled: Callable[[], bool] | None = None
    ) -> _Result:
        models = [(place, self._model(place)) for place in places]
        try:
            view = self.source.load(number)
            rows = []
            maps: dict[str, ProbabilityMap] = {}
            for place, model in models:
                entry = self.entries[place]
                same = _run_of(entry)
                if same not in maps:
                    maps[same] = self._segmented(number, view, entry.card, model, cancelled)
                row, mask = score_view(
                    number,
                    view,
                    maps[same].values,
                    entry.card,
                    tolerance_mm=self.tolerance_mm,
                    thresholds=self.thresholds,
                )
                # The mask first: a row on the disk promises that its mask is there.
                write_bytes(mask_path(entry.folder, row), mask_png(mask))
                rows.append((place, row))
        except (Cancelled, OutputError):
            raise
        except OpenBacError as error:
            return FailedView(number, self.source.identity(number).view_id, str(error))
        return rows

    def _segmented(
        self,
        number: int,
        view: TrainingView,
        card: ModelCard,
        model: Model,
        cancelled: Callable[[], bool] | None,
    ) -> ProbabilityMap:
        """The answer for a view, beside its partner where the model sees both breasts."""
        if card.input == "view":
            return segment(prepared_view(view, card), model, cancelled=cancelled)
        partner = self.partners[number]
        beside = None
        if partner is not None:
            beside = prepared_view(self.source.load(partner), card, self._breast(partner))
        own = prepared_view(view, card, self._breast(number))
        return segment(own, model, partner=beside, cancelled=cancelled)

    def _breast(self, number: int) -> BreastView | None:
        side = sided_of(self.source, number)
        return None if side is None else side.breast

    def _model(self, place: int) -> Model:
        if place not in self.models:
            self.models[place] = self.entries[place].load()
        return self.models[place]


def _results(
    scorer: _Scorer,
    left: dict[int, tuple[int, ...]],
    workers: int,
    cancelled: Callable[[], bool] | None,
) -> Iterator[_Result]:
    """As they are finished."""
    stop = Cancelled("The evaluation was cancelled; run it again to go on.")
    if workers <= 1 or len(left) <= 1:
        for number, places in left.items():
            if cancelled is not None and cancelled():
                raise stop
            yield scorer(number, places, cancelled)
        return
    # Threads of torch and OpenVINO do not survive a fork.
    with ProcessPoolExecutor(
        min(workers, len(left)),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(scorer,),
    ) as pool:
        waiting: set[Future[_Result]] = {
            pool.submit(_score_in_worker, number, places) for number, places in left.items()
        }
        try:
            while waiting:
                finished, waiting = wait(waiting, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
                if cancelled is not None and cancelled():
                    raise stop
        except BrokenProcessPool:
            raise DeviceError(
                "A process of the evaluation was ended from outside, most often because memory ran out.",
                Remedy.USE_FEWER_WORKERS,
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_worker: _Scorer | None = None


def _start_worker(scorer: _Scorer) -> None:
    global _worker
    # All but the network, which takes the threads that its model is loaded with.
    ThreadBudget().bind()
    _worker = scorer
    # Ctrl-C reaches every process of the console; the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _score_in_worker(number: int, places: Sequence[int]) -> _Result:
    assert _worker is not None
    return _worker(number, places)
