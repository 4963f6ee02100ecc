"""Cut views into patches, many at a time, on disk, going on where it stopped."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared_core.errors import Cancelled, UsageError
from shared_core.progress import ProgressCallback
from shared_core.simulation.randomness import stream
from shared_core.thread_budget import ThreadBudget
from shared_core.training.data.patch_store import PatchStore
from shared_core.training.example import Identity, TrainingView, ViewSource
from shared_core.training.patch import IGNORED, PatchSet


@dataclass(frozen=True)
class PatchSettings:
    """How views are cut, and which patches are kept. All with BAC are."""

    tile_px: int = 512
    overlap_px: int = 64
    """Guo 2021, II.A."""
    least_valid: float = 0.1
    """Part of a patch that must lie where BAC may be reported."""
    negatives_per_positive: float = 1.0
    """Patches without BAC by patches with BAC of the same view, drawn by chance."""
    least_negatives: int = 6
    """In every view, as far as there are so many: views without BAC have no patch with it."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.tile_px < 32 or not 0 <= self.overlap_px < self.tile_px:
            raise UsageError("Patches need at least 32 pixels, and an overlap of less than their size.")
        if not 0 <= self.least_valid <= 1 or self.negatives_per_positive < 0 or self.least_negatives < 0:
            raise UsageError("least_valid lies between 0 and 1; counts of negatives are not below 0.")


@dataclass(frozen=True, eq=False)
class ViewPatches:
    """The patches kept of one view."""

    number: int
    identity: Identity
    image_sha256: str
    """Of the prepared image: the same picture has the same, whatever its name."""
    images_u8: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    corners_px: NDArray[np.int32]


def build_patches(
    source: ViewSource,
    numbers: Sequence[int],
    folder: Path,
    *,
    settings: PatchSettings | None = None,
    workers: int = 1,
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> PatchSet:
    """Cut views into patches in a folder, or go on with it.

    After every view the folder is whole: a build that was stopped, by whatever, goes on behind the last
    view when it is called again alike, and ends with the same bytes, with any number of workers.

    Parameters
    ----------
    source, numbers
        Of the views, each once. With several workers the source is sent to other processes.
    folder
        New, or of a build with the same source, numbers and settings.
    settings
        By default those of Guo 2021.
    progress
        Called with (done, total) views.
    cancelled
        Asked before each view.

    Returns
    -------
    PatchSet
        Memory maps of the files in `folder`.

    Raises
    ------
    UsageError
        A number twice, or the folder holds patches of something else.
    OutputError
        The folder cannot be written.
    Cancelled
        If `cancelled` said so; what is done stays.
    """
    settings = settings or PatchSettings()
    if len(set(numbers)) != len(numbers):
        raise UsageError("A view is named twice among those to be cut into patches; name each once.")
    made_of = {
        "source": source.description,
        "numbers": [int(number) for number in numbers],
        "settings": asdict(settings),
    }
    store = PatchStore.open(folder, tile_px=settings.tile_px, made_of=made_of)
    left = list(numbers)[store.views :]
    for done, patches in enumerate(_all_cut(source, left, settings, workers, cancelled), store.views + 1):
        store.add(
            {
                "number": patches.number,
                "identity": asdict(patches.identity),
                "image_sha256": patches.image_sha256,
                "corners_px": patches.corners_px.tolist(),
            },
            patches.images_u8,
            patches.labels,
        )
        if progress is not None:
            progress(done, len(numbers))
    store.finish()
    return load_patches(folder)


def load_patches(folder: Path) -> PatchSet:
    """Patches of a finished build, as memory maps; see `PatchStore.load`."""
    images, labels, records = PatchStore.load(folder)
    counts = [len(record["corners_px"]) for record in records]
    corners = [corner for record in records for corner in record["corners_px"]]
    return PatchSet(
        images_u8=images,
        labels=labels,
        views=np.repeat([record["number"] for record in records], counts).astype(np.int32),
        corners_px=np.asarray(corners, np.int32).reshape(-1, 2),
    )


def cut(view: TrainingView, number: int, settings: PatchSettings) -> ViewPatches:
    """The patches of one view that are kept, in the order of reading.

    The last row and column of patches end with the image; a view smaller than a patch is padded with 0.
    BAC outside of the valid area is ignored: inference never reports it.
    """
    tile = settings.tile_px
    labels = view.label.astype(np.uint8)
    labels[view.label & ~view.valid] = IGNORED
    if view.ignore is not None:
        labels[view.ignore] = IGNORED
    image, labels, valid = (_padded(plane, tile) for plane in (view.image_u8, labels, view.valid))
    stride = tile - settings.overlap_px
    rows, columns = (_starts(size, tile, stride) for size in image.shape)
    covered = _sums(valid, rows, columns, tile)
    bac = _sums(labels == 1, rows, columns, tile)
    # A patch with BAC is kept even at the rim of the valid area.
    positive = bac > 0
    negative = ~positive & (covered >= max(settings.least_valid * tile * tile, 1))
    places = np.flatnonzero(negative)
    wanted = max(round(positive.sum() * settings.negatives_per_positive), settings.least_negatives)
    rng = stream(settings.seed, "negatives", number)
    chosen = positive.ravel().copy()
    chosen[rng.permutation(places)[:wanted]] = True
    grid = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    corners = grid[chosen].astype(np.int32)
    empty = np.empty((0, tile, tile), np.uint8)
    parts = [(slice(row, row + tile), slice(column, column + tile)) for row, column in corners]
    return ViewPatches(
        number=number,
        identity=view.identity,
        image_sha256=image_sha256(view.image_u8),
        images_u8=np.stack([image[part] for part in parts]) if parts else empty,
        labels=np.stack([labels[part] for part in parts]) if parts else empty,
        corners_px=corners,
    )


def image_sha256(image_u8: NDArray[np.uint8]) -> str:
    """Fingerprint of a picture: of shape and pixels, and the same for its mirror image."""
    start = hashlib.sha256(repr(image_u8.shape).encode())
    prints = []
    for image in (image_u8, image_u8[:, ::-1]):
        digest = start.copy()
        digest.update(np.ascontiguousarray(image).data)
        prints.append(digest.hexdigest())
    return min(prints)


def _padded(plane: NDArray[np.uint8] | NDArray[np.bool_], tile: int) -> NDArray[np.uint8]:
    bottom, right = (max(tile - size, 0) for size in plane.shape)
    return np.pad(plane.view(np.uint8), ((0, bottom), (0, right)))


def _starts(size: int, tile: int, stride: int) -> list[int]:
    starts = list(range(0, size - tile + 1, stride))
    if starts[-1] + tile < size:
        starts.append(size - tile)
    return starts


def _sums(
    plane: NDArray[np.uint8] | NDArray[np.bool_], rows: list[int], columns: list[int], tile: int
) -> NDArray[np.float64]:
    """Pixels set in each patch, from an integral image."""
    total = cv2.integral(np.ascontiguousarray(plane).view(np.uint8), sdepth=cv2.CV_64F)
    top, left = np.ix_(rows, columns)
    part = total[top + tile, left + tile] - total[top, left + tile] - total[top + tile, left]
    return np.asarray(part + total[top, left])


def _all_cut(
    source: ViewSource,
    numbers: Sequence[int],
    settings: PatchSettings,
    workers: int,
    cancelled: Callable[[], bool] | None,
) -> Iterator[ViewPatches]:
    """In the order of `numbers`."""

    def go_on() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled("Cutting patches was stopped; the views that are done are kept.")

    if workers <= 1 or len(numbers) < 2:
        for number in numbers:
            go_on()
            yield cut(source.load(number), number, settings)
        return
    # Spawned, not forked: whoever trains has threads of torch in this process.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(source, settings)
    ) as pool:
        waiting: deque[Future[ViewPatches]] = deque()
        try:
            for number in numbers:
                waiting.append(pool.submit(_cut_in_worker, number))
                # A bounded queue: finished views wait in memory.
                if len(waiting) > 2 * workers:
                    go_on()
                    yield waiting.popleft().result()
            while waiting:
                go_on()
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


_at_work: tuple[ViewSource, PatchSettings] | None = None


def _start_worker(source: ViewSource, settings: PatchSettings) -> None:
    global _at_work
    ThreadBudget().bind()
    _at_work = source, settings


def _cut_in_worker(number: int) -> ViewPatches:
    assert _at_work is not None
    source, settings = _at_work
    return cut(source.load(number), number, settings)
