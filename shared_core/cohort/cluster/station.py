"""What a worker of a cluster has for a batch: processes beside it, in which the images are analysed.

So an image that crashes, hangs or takes all memory ends its own process and not the worker, which would be a
loss without a cause; and the process has the model loaded for the next image.
"""

from __future__ import annotations

import multiprocessing
import pickle
import threading
import time
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared_core.cohort.exam_mark import HowMade
from shared_core.cohort.lane import Lane, TileMessages
from shared_core.cohort.outcome import Ended
from shared_core.cohort.processes import EngineContext
from shared_core.cohort.resume import differences_words, how_made
from shared_core.cohort.settings import BatchSettings, ViewTask, named_model
from shared_core.errors import Cancelled, OpenBacError
from shared_core.reading.content import read_start
from shared_core.weights.location import require_files
from shared_core.weights.registry import load_card, weights_beside

if TYPE_CHECKING:
    from distributed import Worker

_TELLS_EVERY_S: Final = 0.5
"""At most so often, of one image: all tiles of a cluster go through its scheduler."""
_STOPS_WITHIN_S: Final = 20.0
"""A process that was told to stop has so long for its tile; one that hangs is killed."""
_FORGOTTEN_S: Final = 900.0
"""A batch that was killed cannot close what it has here; the next one does, if it was idle for so long."""


@dataclass(frozen=True)
class Order:
    """A batch, as the workers are told of it."""

    batch: str
    """Its name on the cluster."""
    settings: BatchSettings
    made: HowMade
    """How results are made where the batch was begun; they must be made the same way everywhere."""
    start_folder: Path
    """From which relative paths start."""
    sample: ViewTask
    """An image that every worker must be able to read."""
    told: bool
    """Whether anyone listens to the tiles."""


class Station:
    """The processes of a batch on one worker: as many as it works on images at the same time."""

    def __init__(self, order: Order, worker: Worker) -> None:
        # Dask's workers may start no processes, as those of a killed worker would stay; ours end with it.
        multiprocessing.current_process().daemon = False
        self._order, self._worker = order, worker
        context = EngineContext()
        self._stop = context.Event()
        self._told: dict[int, float] = {}
        self._tiles = TileMessages(context, self._tell) if order.told else None
        self._idle: list[Lane] = []
        self._busy: list[Lane] = []
        self._used = time.monotonic()
        self._lock = threading.Lock()
        self._checks = threading.Lock()

    @property
    def unfit(self) -> str | None:
        """Why this worker cannot give the results of the batch; found out once, in one of its processes."""
        with self._checks:
            return self._unfit

    @property
    def forgotten(self) -> bool:
        """Whether who asked is probably gone without a word."""
        return not self._busy and time.monotonic() - self._used > _FORGOTTEN_S

    def analyze(self, task: ViewTask) -> Ended:
        """Analyse an image, with its files in the outcome.

        Raises
        ------
        Cancelled
            The station was closed.
        """
        lane = self._take()
        try:
            began = time.monotonic()
            return lane.ended(lane.submit(task), task, began)
        finally:
            self._give_back(lane)

    def close(self) -> None:
        """Stop what is under way, and end the processes; from a thread, as that may take its time."""
        self._stop.set()
        threading.Thread(target=self._end, daemon=True).start()

    @cached_property
    def _unfit(self) -> str | None:
        lane = self._take()
        try:
            asked = partial(_unfit_here, settings=self._order.settings, made=self._order.made)
            return lane.submit(self._order.sample, asked).result()
        finally:
            self._give_back(lane)

    def _take(self) -> Lane:
        with self._lock:
            lane = self._idle.pop() if self._idle else self._new()
            self._busy.append(lane)
        return lane

    def _give_back(self, lane: Lane) -> None:
        with self._lock:
            self._busy.remove(lane)
            self._used = time.monotonic()
            if not self._stop.is_set():
                self._idle.append(lane)
                return
        lane.close()

    def _new(self) -> Lane:
        messages = self._tiles.queue if self._tiles is not None else None
        return Lane(self._order.settings, self._stop, messages, start_folder=self._order.start_folder)

    def _tell(self, number: int, done: int, total: int) -> None:
        now = time.monotonic()
        if done == total:
            self._told.pop(number, None)
        elif now - self._told.get(number, -_TELLS_EVERY_S) < _TELLS_EVERY_S:
            return
        else:
            self._told[number] = now
        self._worker.log_event(self._order.batch, (number, done, total))

    def _end(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for lane in idle:
            lane.close()
        until = time.monotonic() + _STOPS_WITHIN_S
        while self._busy and time.monotonic() < until:
            time.sleep(0.1)
        for lane in list(self._busy):
            lane.kill()
        if self._tiles is not None:
            self._tiles.close()


_stations: Final[dict[bytes, Station | None]] = {}
"""By the order of the batch; None for those that were closed."""
_one_at_a_time: Final = threading.Lock()


def station_for(order: bytes, worker: Worker) -> Station:
    """The station of a batch on this worker, made where there is none.

    Raises
    ------
    Cancelled
        It was closed.
    """
    with _one_at_a_time:
        if order not in _stations:
            for other in [key for key, one in _stations.items() if one is not None and one.forgotten]:
                _close(_stations.pop(other))
            _stations[order] = Station(pickle.loads(order), worker)
        station = _stations[order]
    if station is None:
        raise Cancelled("The batch was stopped.")
    return station


def close_station(order: bytes) -> None:
    """Close the station of a batch for good."""
    with _one_at_a_time:
        _close(_stations.get(order))
        _stations[order] = None


def _close(station: Station | None) -> None:
    if station is not None:
        station.close()


def _unfit_here(sample: ViewTask, *, settings: BatchSettings, made: HowMade) -> str | None:
    """In one of its processes."""
    name = named_model(settings)
    try:
        require_files(load_card(name), weights_dir=weights_beside(name))
        different = differences_words(made, how_made(settings), "here", "there")
    except OpenBacError as error:
        return f"cannot do the work: {error}"
    if different:
        return f"would give other results ({different}); it needs the same versions, model and device."
    try:
        read_start(sample.path)
    except OpenBacError as error:
        return f"cannot read the images: {error}"
    return None
