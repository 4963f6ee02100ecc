"""Measure simulated views beside real ones; write docs/validation/realism.png and docs/validation_realism.md.

python -m validation.realism --images ../shared/data/mammograms
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from validation.realism.figure import figure_png
from validation.realism.measures import measured
from validation.realism.page import page
from validation.realism.sources import real_views, simulated_views

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, draw, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m validation.realism", description=__doc__)
    parser.add_argument("--images", type=Path, required=True, help="folder of real mammograms")
    parser.add_argument("--views", type=int, default=24, help="simulated views")
    parser.add_argument("--first", type=int, default=5000, help="seed of the first simulated patient")
    parser.add_argument("--docs", type=Path, default=DOCS, help="where page and figure go")
    args = parser.parse_args(arguments)
    real = [measured(source) for source in real_views(args.images)]
    simulated = [measured(source) for source in simulated_views(args.views, args.first)]
    (args.docs / "validation").mkdir(parents=True, exist_ok=True)
    (args.docs / "validation" / "realism.png").write_bytes(figure_png(real, simulated))
    (args.docs / "validation_realism.md").write_text(
        page(real, simulated, first=args.first), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
