"""Analyse the exam in a folder: print its numbers, write an overlay of each view.

python examples/analyze_exam.py EXAM_FOLDER -o pictures

"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared_core import (
    ExamResult,
    OpenBacError,
    analyze_exam,
    encode_png,
    load_model,
    overlay_picture,
    write_bytes,
)


def main() -> int:
    """Analyse one exam; return 1 where a view failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with the views of one exam")
    parser.add_argument("-o", "--output", type=Path, default=Path("pictures"), help="folder for overlays")
    args = parser.parse_args()
    try:
        # Load the model once: every view uses it.
        model = load_model()
        exam = analyze_exam(
            args.folder, model=model, progress=lambda done, total: print(f"{done} of {total} views")
        )
        for view in exam.views:
            picture = overlay_picture(view.prepared, view.mask, view.measurement, provenance=view.provenance)
            write_bytes(args.output / f"{Path(view.header.name).stem}_overlay.png", encode_png(picture))
    except OpenBacError as error:
        print(error, file=sys.stderr)
        return 1
    print_numbers(exam)
    return 1 if exam.failures else 0


def print_numbers(exam: ExamResult) -> None:
    """Print one line a view, then the exam."""
    for view in exam.views:
        numbers = view.measurement
        # mm² only where the file says how large its pixels are.
        area = f"{numbers.bac_area_mm2:.1f} mm²" if numbers.bac_area_mm2 is not None else "mm² unknown"
        print(
            f"{view.header.view_label:5} {numbers.am_px:7} px  {area:>12}  "
            f"{numbers.bac_percent_of_breast:.3f} % of breast  grade {numbers.area_grade}"
        )
    for failure in exam.failures:
        print(f"failed: {failure.error}")
    print(f"exam {exam.exam.key}: Guo index {exam.measurement.guo_index}")
    for notice in exam.measurement.notices:
        print(f"{notice.code}: {notice.text}")


if __name__ == "__main__":
    sys.exit(main())
