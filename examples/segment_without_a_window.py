"""What the napari plugin does with an exam, without a window: segment, number the arteries, export.

python examples/segment_without_a_window.py EXAM_FOLDER -o exported

The results are those of "Export the exam" in napari: masks, pictures, tables, and a record of each view.
Opened in napari, the exported folder shows the exam with these labels, to be corrected by hand.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared_core import (
    MeasurementSettings,
    Model,
    ModelOutput,
    OpenBacError,
    ReviewedView,
    decide_mask,
    export_exam,
    find_exams,
    load_model,
    numbered_labels,
    prepare,
    read_mammogram,
    reviewed_view,
    segment_steps,
)

SETTINGS = MeasurementSettings()


def main() -> int:
    """Segment the views of an exam; return 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with the views of one exam or more")
    parser.add_argument("-o", "--output", type=Path, default=Path("exported"), help="a new folder")
    parser.add_argument("--model", help="name or card file; the default model where it is left out")
    parser.add_argument("--replace", action="store_true", help="write over an earlier export")
    args = parser.parse_args()
    views: list[ReviewedView] = []
    failed = 0
    try:
        model = load_model(args.model)
        for exam in find_exams(args.folder).exams:
            for header in exam.headers:
                assert header.path is not None
                try:
                    views.append(segmented(header.path, model, exam.key))
                except OpenBacError as error:
                    failed += 1
                    print(error, file=sys.stderr)
        export_exam(args.output, views, settings=SETTINGS, host="script", replace=args.replace)
    except OpenBacError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(views)} views in {args.output}")
    return 1 if failed else 0


def segmented(path: Path, model: Model, exam_key: str) -> ReviewedView:
    """Segment one view, with its arteries numbered and measured."""
    mammogram = read_mammogram(path)
    prepared = prepare(mammogram, model.card.preprocessing)
    # Each step is one tile: the moment to show progress, or to leave the loop and so cancel.
    for step in segment_steps(prepared, model):
        print(f"\r{path.name}: {step.done} of {step.total} tiles", end="", flush=True)
    print()
    assert step.result is not None, "the last step carries the whole map"
    mask = decide_mask(prepared, step.result.values, model.card).mask
    labels = numbered_labels(prepared, mask, mask_style=model.card.mask_style)
    view = reviewed_view(
        prepared,
        labels,
        edited=False,
        settings=SETTINGS,
        answer=ModelOutput(model.card, step.result, model.card.threshold),
        raw=mammogram,
        exam_key=exam_key,
    )
    numbers = view.measurement
    assert numbers is not None, "a model looked at it"
    # mm² only where the file says how large its pixels are.
    area = f"{numbers.bac_area_mm2:.1f} mm²" if numbers.bac_area_mm2 is not None else f"{numbers.am_px} px"
    print(f"  {numbers.vessels_count} arteries, {area}")
    return view


if __name__ == "__main__":
    sys.exit(main())
