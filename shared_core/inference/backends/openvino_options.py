"""OpenVINO, without telemetry, and how it is told to compute on a CPU."""

from __future__ import annotations

from typing import Any, Final

from shared_core.inference.backends.interface import Precision
from shared_core.inference.backends.telemetry import without_telemetry

with without_telemetry():
    import openvino as ov
    from openvino import opset13 as ops

__all__ = ["cpu_options", "has_bfloat16", "ops", "ov"]

_HINTS: Final[dict[Precision, str]] = {"float32": "f32", "float16": "f16", "bfloat16": "bf16", "mixed": "f32"}
"""Of ``mixed`` that of all that is not said to be another."""


def cpu_options(precision: Precision, threads: int | None) -> dict[str, Any]:
    """Options of a compiled graph; `threads` of None leaves OpenVINO's choice."""
    options: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": _HINTS[precision],
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        # Each process begins to pin at processor 0: several at a time would share that one.
        "ENABLE_CPU_PINNING": False,
    }
    if threads is not None:
        options["INFERENCE_NUM_THREADS"] = threads
    return options


def has_bfloat16() -> bool:
    """Whether this processor computes in bfloat16."""
    return "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
