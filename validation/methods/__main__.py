"""Try out the papers' ways of learning, and write docs/validation_methods.md.

    python -m validation.methods ibrahim --real REAL_BAC --out DIR --small
    python -m validation.methods bilateral --images MAMMOGRAMS --out DIR --small
    python -m validation.methods mobini --real REAL_BAC --images MAMMOGRAMS --out DIR --small
    python -m validation.methods li --real REAL_BAC --out DIR --small

Stopped, the same command goes on. A part leaves the other parts of the page as they are. What a person saw
on its pictures comes from ``--notes``; for the page as it is these are the ``*_notes.md`` of this folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shared_core.errors import Cancelled, OpenBacError, UsageError
from shared_core.training.computing_device import Machine
from validation import DOCS
from validation.methods import bilateral, ibrahim, li, mobini
from validation.methods.bilateral_page import bilateral_part
from validation.methods.ibrahim_page import ibrahim_part
from validation.methods.li_page import li_part
from validation.methods.mobini_page import mobini_part
from validation.methods.page import PARTS, write_part
from validation.methods.study_folder import study_folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a part; return the exit code."""
    args = _parser().parse_args(arguments)
    try:
        write_part(args.output, args.part, _RUNS[args.part](args))
    except (Cancelled, KeyboardInterrupt):
        print("Stopped; the same command goes on.", file=sys.stderr)
        return 130
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    print(args.output)
    return 0


def _ibrahim(args: argparse.Namespace) -> list[str]:
    asked = ibrahim.budget(_folder(args, "real"), small=args.small)
    folder = study_folder(args.out, args.part, asked)
    study = ibrahim.run_study(folder, asked, machine=_machine(args), workers=args.workers)
    return ibrahim_part(study, args.output, small=args.small, notes=_notes(args))


def _bilateral(args: argparse.Namespace) -> list[str]:
    asked = bilateral.budget(small=args.small)
    study = bilateral.run_study(
        study_folder(args.out, args.part, asked),
        asked,
        images=args.images,
        machine=_machine(args),
        workers=args.workers,
    )
    return bilateral_part(study, args.output, small=args.small, notes=_notes(args))


def _mobini(args: argparse.Namespace) -> list[str]:
    asked, images, real = mobini.budget(small=args.small), _folder(args, "images"), _folder(args, "real")
    study = mobini.run_study(
        study_folder(args.out, args.part, asked),
        asked,
        images=images,
        real=real,
        machine=_machine(args),
        workers=args.workers,
    )
    return mobini_part(study, args.output, small=args.small, notes=_notes(args))


def _li(args: argparse.Namespace) -> list[str]:
    asked = li.budget(args.real, small=args.small)
    folder = study_folder(args.out, args.part, asked)
    study = li.run_study(folder, asked, machine=_machine(args), workers=args.workers)
    return li_part(study, args.output, small=args.small, notes=_notes(args))


_RUNS: Mapping[str, Callable[[argparse.Namespace], list[str]]] = {
    "ibrahim": _ibrahim,
    "bilateral": _bilateral,
    "mobini": _mobini,
    "li": _li,
}


def _machine(args: argparse.Namespace) -> Machine:
    return Machine(args.device, threads=args.threads)


def _folder(args: argparse.Namespace, name: str) -> Path:
    found: Path | None = getattr(args, name)
    if found is None:
        raise UsageError(f"The part {args.part} needs --{name}.")
    return found


def _notes(args: argparse.Namespace) -> str:
    if args.notes is None:
        return ""
    try:
        return str(args.notes.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{args.notes} cannot be read: {error.strerror}.") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.methods",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="keeps what is done")
    parser.add_argument("--real", type=Path, metavar="DIR", help="real crops and views, as of real-bac")
    parser.add_argument("--images", type=Path, metavar="DIR", help="real mammograms, as of validation.models")
    parser.add_argument("--notes", type=Path, metavar="FILE", help="what a person saw on the pictures")
    parser.add_argument("--small", action="store_true", help="less than an hour of one processor")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, default=DOCS / "validation_methods.md", help="page")
    return parser


if __name__ == "__main__":
    sys.exit(main())
