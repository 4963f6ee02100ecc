"""What a run computes on, and how it is held to the same result each time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from shared_core.training.recipe import TrainingPrecision


@dataclass(frozen=True)
class Machine:
    """Device, dtype and threads; results are the same on the same machine only."""

    device: str = "cpu"
    """``cpu``, ``cuda`` or ``mps``."""
    threads: int = 1
    """Of one operation on the CPU; another count may round differently."""

    def dtype(self, precision: TrainingPrecision) -> torch.dtype:
        """What convolutions compute in: below float32 on a GPU only, where it is quicker and safe."""
        if self.device == "cpu":
            return torch.float32
        if precision == "auto":
            return torch.float16 if self.device == "cuda" else torch.float32
        chosen: torch.dtype = getattr(torch, precision)
        return chosen

    @property
    def name(self) -> str:
        """For the card: device and, of a GPU, its name."""
        return f"cuda, {torch.cuda.get_device_name()}" if self.device == "cuda" else self.device


@contextmanager
def repeatable(machine: Machine) -> Iterator[None]:
    """Deterministic operations and a fixed count of threads; all is put back afterwards."""
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark = torch.backends.cudnn.benchmark
    torch.set_num_threads(machine.threads)
    if machine.device != "cpu":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
    try:
        with torch.random.fork_rng():
            yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(strict, warn_only=warn_only)
        torch.backends.cudnn.benchmark = benchmark
