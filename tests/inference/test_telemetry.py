"""OpenVINO tells nobody what is done here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shared_core.inference.backends.telemetry import without_telemetry
from tests.no_network import asked, without_network

pytest.importorskip("openvino", reason="OpenVINO is not installed")
torch = pytest.importorskip("torch", reason="torch is not installed")

CONVERTED = """
{before}
import torch
from shared_core.inference.backends.openvino_export import exported
exported(torch.nn.Conv2d(1, 1, 3), channels=1, tile_px=8)
"""
FROM_ANOTHER_PLUGIN = """
from openvino_telemetry.utils import sender
send = sender.TelemetrySender.send
sender.TelemetrySender.send = lambda *message: None
import openvino
sender.TelemetrySender.send = send
"""


@pytest.mark.parametrize("before", ["", FROM_ANOTHER_PLUGIN], ids=["ours", "imported by another plugin"])
def test_a_conversion_tells_nobody(before: str, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", CONVERTED.format(before=before)],
        env=without_network(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert asked(tmp_path) == ""


class Growing(dict[str, Any]):
    """The modules of a process in which another thread imports something at each moment."""

    def items(self) -> Iterator[Any]:  # type: ignore[override]
        """What is there, and each time one more."""
        for pair in super().items():
            self[f"module {len(self)}"] = None
            yield pair


@pytest.mark.parametrize("there", [True, False])
def test_a_window_that_imports_meanwhile_does_no_harm(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    found = ModuleType("openvino_telemetry")
    before = {"one": None, "two": None} | ({"openvino_telemetry": found} if there else {})
    with monkeypatch.context() as patched:
        patched.setattr(sys, "modules", Growing(before))
        with without_telemetry():
            meanwhile = sys.modules["openvino_telemetry"]
        after = dict(sys.modules)
    assert meanwhile is None
    assert after == before
