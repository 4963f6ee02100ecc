"""What one image may take of the processors, asked of the libraries themselves where the work is done."""

from __future__ import annotations

import multiprocessing
import sys
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import cv2
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from shared_core.cohort import lane
from shared_core.cohort.batch import make_tasks, run_batch
from shared_core.cohort.place import Here
from shared_core.cohort.settings import BatchSettings, ViewTask
from shared_core.inference.model import BackendChoice
from shared_core.reading.exam_grouping import ExamListing, find_exams
from shared_core.thread_budget import BLAS_THREADS, ThreadBudget


@dataclass(frozen=True)
class Seen:
    """What the libraries of a process said when it had analysed an image."""

    failed: bool
    pools: set[tuple[str, int]]
    """(BLAS or OpenMP, threads) of each library that `threadpoolctl` knows."""
    opencv: int
    torch: int | None
    graphs: set[tuple[int, bool]]
    """(threads, whether they are pinned to processors) of OpenVINO's graphs."""


def loaded_pools() -> set[tuple[str, int]]:
    return {(one["user_api"], one["num_threads"]) for one in threadpool_info()}


def analyse_and_ask(task: ViewTask) -> Seen:
    """Run in a worker."""
    worker = lane._worker
    assert worker is not None
    failed = worker.analyze(task).failed
    # The last of the libraries to come, with an OpenBLAS of its own.
    import_module("scipy.linalg")
    torch = sys.modules.get("torch")
    graphs = {
        (graph.get_property("INFERENCE_NUM_THREADS"), graph.get_property("ENABLE_CPU_PINNING"))
        for request in getattr(worker.model.backend, "_requests", {}).values()
        for graph in [request.get_compiled_model()]
    }
    return Seen(
        failed=failed,
        pools=loaded_pools(),
        opencv=cv2.getNumThreads(),
        torch=None if torch is None else torch.get_num_threads(),
        graphs=graphs,
    )


@pytest.fixture
def listing(film_or_drawn: Path) -> ExamListing:
    return find_exams([film_or_drawn])


SETTINGS = BatchSettings(None, model="openbac-1", device="cpu", pictures=False)


@pytest.mark.parametrize(("backend", "threads"), [("openvino", 1), ("openvino", 2), ("torch", 2)])
def test_worker_keeps_every_library_within_its_budget(
    listing: ExamListing, backend: BackendChoice, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(backend)
    # As on a larger machine, whose libraries take more unless they are told.
    for name in ThreadBudget().environment:
        monkeypatch.setenv(name, "3")
    stop = multiprocessing.get_context("spawn").Event()
    settings = replace(SETTINGS, backend=backend, threads=threads)
    worker = lane.Lane(settings, stop)
    try:
        seen = worker.submit(make_tasks(listing.exams)[0], analyse_and_ask).result()
    finally:
        worker.close()
    assert not seen.failed
    assert ("blas", BLAS_THREADS) in seen.pools
    assert {count for api, count in seen.pools if api == "blas"} == {BLAS_THREADS}
    assert {count for api, count in seen.pools if api == "openmp"} <= {threads}
    assert seen.opencv == threads
    assert seen.torch == (threads if backend == "torch" else None)
    # Pinned threads of several workers would share one processor while others are idle.
    assert seen.graphs == ({(threads, False)} if backend == "openvino" else set())


def test_batch_in_this_process_keeps_to_it_and_leaves_the_process_as_it_was(listing: ExamListing) -> None:
    seen: list[tuple[set[tuple[str, int]], int]] = []
    opencv = cv2.getNumThreads()
    cv2.setNumThreads(3)
    if (torch := sys.modules.get("torch")) is not None:
        # Asked for the first time it sets OpenMP, whatever that had: not to be taken for our doing.
        torch.get_num_threads()
    try:
        with threadpool_limits(3):
            before = loaded_pools()
            report = run_batch(
                listing,
                replace(SETTINGS, threads=2),
                arguments={},
                place=Here(),
                progress=lambda *_: seen.append((loaded_pools(), cv2.getNumThreads())),
            )
            assert not report.failures
            assert before <= loaded_pools()
            assert cv2.getNumThreads() == 3
    finally:
        cv2.setNumThreads(opencv)
    assert ("blas", 3) in before
    pools, opencv_then = seen[0]
    assert ("blas", BLAS_THREADS) in pools
    assert ("blas", 3) not in pools
    assert opencv_then == 2


def test_torch_has_its_threads_back_afterwards() -> None:
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with ThreadBudget(2).held():
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
