"""run.json holds what is needed to run again, and nothing that changes by itself."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import cv2
import pytest

from shared_core.quantification.measurement import MeasurementSettings
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_types import RunRecord
from shared_core.records.run_record import run_record
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import load_card


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return load_card("scunet-emory-2021")


def record_of(card: ModelCard) -> RunRecord:
    return run_record(
        software_version="0.1.0",
        arguments={"output": Path("out"), "threshold": None},
        settings=MeasurementSettings(),
        card=card,
        files=[Path("b.dcm"), "a.dcm"],
        libraries=["no-such-distribution"],
    )


def test_everything_that_decides_the_numbers_is_there(card: ModelCard) -> None:
    record = json.loads(json_bytes(record_of(card)))
    assert record["software"] == {"openbac": "0.1.0"}
    assert record["versions"]["python"] == platform.python_version()
    assert record["versions"]["opencv"] == cv2.__version__
    assert record["versions"]["no-such-distribution"] is None
    assert record["settings"]["intensity_threshold"] == 100
    assert record["model"]["sha256"] == card.sha256
    assert record["model"]["tiling"]["stride_px"] == card.tiling.stride_px
    assert record["arguments"] == {"output": "out", "threshold": None}
    assert record["files"] == ["b.dcm", "a.dcm"]


def test_it_is_the_same_each_time(card: ModelCard) -> None:
    assert json_bytes(record_of(card)) == json_bytes(record_of(card))
