"""``bac measure``: any mask, measured as `bac analyze` measures its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from tests.told import codes_in


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, view_with_bac: Path) -> tuple[Path, Path]:
    """A film, then a drawn view, and a mask drawn on it."""
    folder = tmp_path_factory.mktemp("film")
    image = folder / "LCC.png"
    image.write_bytes(view_with_bac.read_bytes())
    mask = np.zeros(cv2.imread(str(image), cv2.IMREAD_GRAYSCALE).shape, np.uint8)
    rows, columns = mask.shape
    cv2.line(mask, (columns // 4, rows // 2), (columns // 2, rows * 9 // 20), 255, 12)
    cv2.imwrite(str(folder / "drawn.png"), mask)
    return image, folder / "drawn.png"


def _json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["measure", *arguments, "--json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def _texts(notices: Any) -> list[str]:
    return [notice["text"] for notice in notices]


def test_numbers_are_those_of_analyze_on_the_mask_it_wrote(
    film: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--spacing-mm", "0.1", "--tam-threshold", "120", "--exclude-pectoral"]
    analyze = ["analyze", str(film[0]), "-o", str(tmp_path), "-q"]
    assert main([*analyze, *options]) == 0
    capsys.readouterr()
    record = json.loads(next(tmp_path.rglob("LCC.json")).read_text(encoding="utf-8"))
    again = _json([str(film[0]), str(next(tmp_path.rglob("LCC_mask.png"))), *options], capsys)
    assert record["metrics"].pop("pm") > 0
    metrics = again["metrics"]
    assert isinstance(metrics, dict)
    assert metrics.pop("pm") is None
    assert metrics == record["metrics"]
    assert metrics["am_px"] > 1000


def test_files_are_written_and_fit_together(film: tuple[Path, Path], tmp_path: Path) -> None:
    assert main(["measure", *map(str, film), "-o", str(tmp_path)]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"LCC.json", "LCC_mask.png", "LCC_overlay.png", "views.csv"}
    record = json.loads((tmp_path / "LCC.json").read_text(encoding="utf-8"))
    mask = cv2.imread(str(tmp_path / "LCC_mask.png"), cv2.IMREAD_GRAYSCALE)
    assert record["metrics"]["am_px"] == np.count_nonzero(mask)
    assert record["model"]["mask_file"].endswith("drawn.png")


def test_mask_of_the_calcium_has_no_area_grade(
    film: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    band, calcium = (
        _json([*map(str, film), "--mask-style", style], capsys)["metrics"]
        for style in ("vessel-band", "calcium")
    )
    assert isinstance(band, dict)
    assert isinstance(calcium, dict)
    assert band["area_grade"] is not None
    assert calcium["area_grade"] is None
    assert band["am_px"] == calcium["am_px"]


def test_table_is_printed_with_notices(film: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", *map(str, film)]) == 0
    printed = capsys.readouterr().out
    assert "BAC pixels (AM)" in printed
    assert "no reliable pixel spacing" in printed
    assert "Give it with --spacing-mm if you know it." in printed


def test_mask_of_another_size_is_refused(
    film: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "m.png"), np.zeros((100, 80), np.uint8))
    assert main(["measure", str(film[0]), str(tmp_path / "m.png")]) == 1
    rows, columns = cv2.imread(str(film[0]), cv2.IMREAD_GRAYSCALE).shape
    assert f"m.png: has 100 x 80 pixels, LCC.png has {rows} x {columns}" in capsys.readouterr().err


def test_inverted_mask_is_suspected(
    film: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = cv2.imread(str(film[1]), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(tmp_path / "m.png"), 255 - mask)
    document = _json([str(film[0]), str(tmp_path / "m.png")], capsys)
    assert {"mask-covers-image", "mask-outside-breast"} <= set(codes_in(document))


def test_empty_mask_is_measured_and_said(film: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    document = _json([*map(str, film), "--segment", "3"], capsys)
    assert document["metrics"]["am_px"] == 0  # type: ignore[index]
    assert "mask-empty" in codes_in(document)


def test_other_calcification_beside_the_mask_is_in_no_number_of_bac(
    film: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = cv2.imread(str(film[1]), cv2.IMREAD_GRAYSCALE)
    other = np.zeros_like(drawn)
    other[:40, :40] = other[60:70, :40] = 255
    cv2.imwrite(str(tmp_path / "a_mask.png"), drawn)
    alone = _json([str(film[0]), str(tmp_path / "a_mask.png")], capsys)
    assert alone["metrics"]["other_count"] is None  # type: ignore[index]
    cv2.imwrite(str(tmp_path / "a_other.png"), other)
    both = _json([str(film[0]), str(tmp_path / "a_mask.png")], capsys)
    assert isinstance(both["metrics"], dict)
    assert isinstance(alone["metrics"], dict)
    shown = {name: both["metrics"][name] for name in ("other_count", "other_area_px")}
    assert shown == {"other_count": 2, "other_area_px": 2000}
    assert {**both["metrics"], "other_count": None, "other_area_px": None} == alone["metrics"]
    assert "Calcifications that are not along an artery: 2; have them read." in _texts(both["notices"])
    assert str(both["model"]["other_mask_file"]).endswith("a_other.png")  # type: ignore[index]
    out = tmp_path / "out"
    assert main(["measure", str(film[0]), str(tmp_path / "a_mask.png"), "-o", str(out)]) == 0
    written = cv2.imread(str(out / "LCC_other.png"), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(written, other)
