"""Measure simulated views beside real ones; write ``docs/validation_realism.md`` and its figure.

python -m validation.realism --images ../shared/data/mammograms
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from shared_core.errors import OpenBacError
from validation import DOCS
from validation.realism.figure import figure_png
from validation.realism.measures import measured
from validation.realism.page import page
from validation.realism.sources import real_views, simulated_views


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, draw, and write the page; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.realism",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--images", type=Path, required=True, help="folder of real mammograms")
    parser.add_argument("--views", type=int, default=24, help="simulated views")
    parser.add_argument("--first", type=int, default=5000, help="seed of the first simulated patient")
    parser.add_argument("--docs", type=Path, default=DOCS, help="where page and figure go")
    args = parser.parse_args(arguments)
    try:
        real = [measured(source) for source in real_views(args.images)]
        simulated = [measured(source) for source in simulated_views(args.views, args.first)]
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    (args.docs / "validation").mkdir(parents=True, exist_ok=True)
    (args.docs / "validation" / "realism.png").write_bytes(figure_png(real, simulated))
    (args.docs / "validation_realism.md").write_text(
        page(real, simulated, first=args.first), encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
