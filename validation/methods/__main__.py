"""Try out the papers' ways of learning, and write docs/validation_methods.md.

    python -m validation.methods ibrahim --real REAL_BAC --out DIR --small

Stopped, the same command goes on. A part leaves the other parts of the page as they are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from shared_core.errors import Cancelled, OpenBacError
from shared_core.training.computing_device import Machine
from validation import DOCS
from validation.methods.ibrahim import budget, run_study
from validation.methods.ibrahim_page import ibrahim_part
from validation.methods.page import PARTS, write_part


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a part; return the exit code."""
    args = _parser().parse_args(arguments)
    machine = Machine(args.device, threads=args.threads)
    try:
        study = run_study(
            args.out / args.part, budget(args.real, small=args.small), machine=machine, workers=args.workers
        )
    except (Cancelled, KeyboardInterrupt):
        print("Stopped; the same command goes on.", file=sys.stderr)
        return 130
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    write_part(args.output, args.part, ibrahim_part(study, small=args.small))
    print(args.output)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.methods",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="keeps what is done")
    parser.add_argument(
        "--real", type=Path, required=True, metavar="DIR", help="real images, as of real-bac:"
    )
    parser.add_argument("--small", action="store_true", help="some fifteen minutes of one processor")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, default=DOCS / "validation_methods.md", help="page")
    return parser


if __name__ == "__main__":
    sys.exit(main())
