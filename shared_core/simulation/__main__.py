"""``python -m shared_core.simulation exam``: make a sample, telling a program how far it is.

On standard output, a JSON object a line: ``{"event": "image", "done": 1, "total": 4}`` after each view, and
``{"event": "end", "images": [...]}`` with the files.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from shared_core.errors import OpenBacError
from shared_core.simulation.samples import SAMPLE_NAMES, make_sample

OK, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the sample; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m shared_core.simulation", description=__doc__)
    parser.add_argument("name", choices=SAMPLE_NAMES)
    parser.add_argument("-o", "--output", type=Path, help="folder of samples (default: the user's cache)")
    args = parser.parse_args(arguments)
    try:
        sample = make_sample(
            args.name, args.output, progress=lambda done, total: _tell("image", done=done, total=total)
        )
    except OpenBacError as error:
        print(f"bac: {error}", file=sys.stderr)
        return FAILED
    _tell("end", images=[str(path) for path in sample.images])
    return OK


def _tell(event: str, **what: object) -> None:
    print(json.dumps({"event": event, **what}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
