"""One graph ready to answer on the CPU with OpenVINO: what tiles and whole views have in common."""

from __future__ import annotations

from typing import Any

import numpy as np

from shared_core.inference.backends.interface import Array, BackendInfo, OutOfDeviceMemory, Precision
from shared_core.inference.backends.openvino_options import cpu_options, ov


class OpenVinoRequest:
    """A compiled graph of one input and one output.

    Parameters
    ----------
    graph
        Of one fixed size.
    channels
        Of its input: a grey image is repeated so often.
    """

    def __init__(self, graph: Any, channels: int, precision: Precision, threads: int | None) -> None:
        self._channels = channels
        compiled = ov.Core().compile_model(graph, "CPU", cpu_options(precision, threads))
        self._request = compiled.create_infer_request()
        self.info = BackendInfo("openvino", ov.__version__.split("-")[0], "cpu", precision)

    def maps(self, grey: Array) -> Array:
        """The maps (n, h, w) of one normalised grey image; `OutOfDeviceMemory` where it does not fit."""
        image = np.ascontiguousarray(np.repeat(grey[None, None], self._channels, axis=1))
        try:
            self._request.infer([image], share_inputs=True)
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, MemoryError) or "alloc" in str(error).lower():
                raise OutOfDeviceMemory(str(error)) from error
            raise
        # A copy: the request writes its next answer into the same memory.
        found: Array = np.array(self._request.get_output_tensor(0).data, np.float32)[0]
        return found

    def release_memory(self) -> None:
        """Give back the activations."""
        self._request.get_compiled_model().release_memory()
