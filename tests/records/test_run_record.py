"""run.json holds what is needed to run again, and nothing that changes by itself."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import cv2
import pytest

from shared_core.quantification.measurement import MeasurementSettings
from shared_core.reading.unused import UnusedFile, UnusedReason, unused_sentences
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_types import RunRecord
from shared_core.records.run_record import run_record
from shared_core.records.unused_files import read_unused, unused_beside
from shared_core.weights.card import ModelCard
from shared_core.weights.registry import load_card

NOT_READ = UnusedReason.KIND_NOT_READ


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


def test_unused_files_are_read_back_as_they_were(tmp_path: Path, card: ModelCard) -> None:
    files = (
        UnusedFile(
            Path("a.csv"), UnusedReason.KIND_NOT_READ, "a.csv: is a CSV table; give an image.", "a CSV table"
        ),
        UnusedFile(Path("b.dcm"), UnusedReason.CONFLICT, "b.dcm: contradicts a.dcm.", beside=Path("a.dcm")),
    )
    record = run_record(
        software_version="0",
        arguments={},
        settings=MeasurementSettings(),
        card=card,
        files=["a.dcm", "b.dcm"],
        unused=files,
    )
    (tmp_path / "run.json").write_bytes(json_bytes(record))
    back = read_unused(tmp_path)
    assert unused_sentences(back) == unused_sentences(files)
    assert [(one.path, one.reason, one.beside) for one in back] == [
        (one.path, one.reason, one.beside) for one in files
    ]
    assert read_unused(tmp_path / "nowhere") == ()


def test_what_lies_beside_the_images_of_one_exam_names_no_file_of_another(card: ModelCard) -> None:
    def told(files: list[str]) -> tuple[str, ...]:
        unused = [
            UnusedFile(
                Path("in/notes.txt"), UnusedReason.KIND_NOT_READ, "notes.txt: is a text; x.", "a text"
            ),
            UnusedFile(Path("else/a.txt"), NOT_READ, "a.txt: is a text; x.", "a text"),
        ]
        record = run_record(
            software_version="0",
            arguments={},
            settings=MeasurementSettings(),
            card=card,
            files=files,
            unused=unused,
        )
        return unused_beside(record, ["in/a.dcm"])

    assert told(["in/a.dcm", "else/b.dcm"]) == ("Of kinds that are not read: a text (notes.txt).",)
    assert told(["in/a.dcm", "in/other_woman.dcm"]) == (
        "Files beside the images that were not used or are in doubt: 1.",
    )
