"""The public interface: what is promised is there, typed, and cheap to import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import shared_core

PROMISED = {
    "ModelOutput",
    "Cancelled",
    "Exam",
    "ExamMeasurement",
    "ExamResult",
    "Laterality",
    "Mammogram",
    "MammogramHeader",
    "MeasurementSettings",
    "Model",
    "ModelCard",
    "OpenBacError",
    "PixelSpacing",
    "PreparedView",
    "ProbabilityMap",
    "ReviewedView",
    "Sample",
    "StatedFacts",
    "View",
    "ViewMeasurement",
    "ViewResult",
    "__version__",
    "analyze_exam",
    "analyze_view",
    "decide_mask",
    "encode_png",
    "export_exam",
    "find_exams",
    "list_models",
    "load_card",
    "load_model",
    "make_sample",
    "mammogram_from_array",
    "mask_from_probability",
    "mask_png",
    "measure_exam",
    "measure_view",
    "numbered_labels",
    "overlay_picture",
    "prepare",
    "read_facts",
    "read_header",
    "read_mammogram",
    "read_mask",
    "reviewed_view",
    "segment",
    "segment_steps",
    "write_bytes",
}


def test_public_names_are_the_promised_ones() -> None:
    assert set(shared_core.__all__) == PROMISED


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(shared_core, name) is not None


def test_type_checkers_see_the_same_names_from_the_same_places() -> None:
    tree = ast.parse(Path(shared_core.__file__).read_text(encoding="utf-8"))
    typed = {
        alias.asname: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == shared_core._HOME


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        shared_core.nonsense  # noqa: B018  (the access is the test)


def test_importing_the_path_to_a_measurement_needs_no_torch() -> None:
    code = (
        "import sys, shared_core\n"
        "[getattr(shared_core, name) for name in shared_core.__all__]\n"
        "import shared_core.cli.main\n"
        "print([name for name in ('torch', 'openvino', 'napari', 'qtpy', 'slicer') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
