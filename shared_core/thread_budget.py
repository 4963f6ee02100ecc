"""How many CPU threads the libraries of a process may work with.

Each numerical library brings a pool of threads of its own, by default as large as the machine. Two processes
beside each other then have twice as many threads as there are processors, and those of OpenBLAS wait by
spinning: they take the time that the other process needs.

OpenVINO is told where its graphs are compiled, as its threads belong to a graph and not to the process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import cv2
from threadpoolctl import threadpool_limits

BLAS_THREADS: Final = 1
"""Of every budget: matrices are small here, and a sum divided among threads is rounded in another way."""


@dataclass(frozen=True)
class ThreadBudget:
    """CPU threads that one image may take in this process."""

    threads: int = 1
    """Of OpenCV, OpenMP and torch; linear algebra always gets `BLAS_THREADS`."""

    @property
    def environment(self) -> dict[str, str]:
        """What the libraries read, once, when they are loaded."""
        blas = ("BLIS_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
        others = ("OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
        return dict.fromkeys(blas, str(BLAS_THREADS)) | dict.fromkeys(others, str(self.threads))

    def bind(self) -> None:
        """Keep this process to the budget from now on; for a process that does nothing else.

        First the environment, for libraries that are loaded later (scipy's linear algebra brings an OpenBLAS
        of its own), then those that are there.
        """
        os.environ.update(self.environment)
        self._limit_loaded()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep what is loaded to the budget for a while; for a process that belongs to somebody else."""
        opencv, torch = cv2.getNumThreads(), sys.modules.get("torch")
        torch_threads = torch.get_num_threads() if torch is not None else None
        limits = self._limit_loaded()
        try:
            yield
        finally:
            limits.restore_original_limits()
            cv2.setNumThreads(opencv)
            if torch is not None:
                torch.set_num_threads(torch_threads)

    def _limit_loaded(self) -> threadpool_limits:
        limits = threadpool_limits(limits={"blas": BLAS_THREADS, "openmp": self.threads})
        cv2.setNumThreads(self.threads)
        # Importing torch takes a second or two: it is told only where somebody has loaded it.
        if (torch := sys.modules.get("torch")) is not None:
            torch.set_num_threads(self.threads)
        return limits
