"""``python -m benchmarks.run``: what the page on performance holds, measured on this machine.

First speed and memory beside the published processing and MONAI, then what `benchmarks.parts` adds.

Imports nothing heavy: the kernel counts this process's size into the peak of those it starts.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import commands as programs, parts, report
from benchmarks.measuring import find_mask, measure
from benchmarks.process import ProgramError, pinned, run

SHAPE = 4096, 3328


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the image, run everything in pairs, write the tables; return the exit code."""
    args = _parser().parse_args(arguments)
    more = _more(args)
    try:
        with pinned(args.cpu) as is_pinned:
            models, ground = _ground(args)
            measured = measure(
                ground.commands,
                dicom=ground.dicom,
                png=ground.png,
                output=args.output / "runs",
                rounds=ground.rounds,
            )
            about = _about(args, models, [command.name for command in ground.commands])
        about["threads"] = "1" + (", pinned to one processor" if is_pinned else "")
        sections = [report.as_markdown(measured, about)]
        for name in more:
            print(f"{name} ...", flush=True)
            sections.append(parts.section(name, ground))
    except ProgramError as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 1
    content = "\n".join(sections)
    (args.output / "benchmark.md").write_text(content, encoding="utf-8")
    (args.output / "benchmark.json").write_text(
        json.dumps(report.as_json(measured, about), indent=2) + "\n", encoding="utf-8"
    )
    print(f"\n{content}\nwritten to {args.output}/benchmark.md and benchmark.json")
    return 0


def _more(args: argparse.Namespace) -> Sequence[str]:
    """What is measured beside the programs: the parts that are named, else all, or none for few programs."""
    if args.parts is not None:
        return list(args.parts)
    return () if args.quick or args.only else list(parts.PARTS)


def _ground(args: argparse.Namespace) -> tuple[programs.Models, parts.Ground]:
    """The image, the weights and the programs."""
    files = _json_of("benchmarks.image", args.output / "image", "--shape", *args.shape)
    made = ["--random"] if args.random_weights else []
    found = _json_of("benchmarks.weights", args.output / "weights", *made)
    models = programs.Models(
        found["default"],
        found["published"],
        Path(found["checkpoint"]),
        found["kind"],
        found.get("usual"),
    )
    wanted = programs.QUICK if args.quick and args.only is None else args.only
    return models, parts.Ground(
        dicom=Path(files["dicom"]),
        png=Path(files["png"]),
        commands=_runnable(programs.chosen(programs.all_commands(models), wanted)),
        output=args.output,
        rounds=1 if args.quick else args.rounds,
        libraries=args.preload,
    )


def _about(args: argparse.Namespace, models: programs.Models, names: Sequence[str]) -> dict[str, Any]:
    """What the numbers hold for."""
    return {
        "date": datetime.date.today().isoformat(),
        "image": f"{args.shape[0]} x {args.shape[1]}, 12-bit, JPEG 2000 lossless, made by the benchmark",
        "weights": models.kind,
        "machine": report.machine(),
        **_agreement(args.output / "runs", names),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="pairs a program (default 3)")
    parser.add_argument("--quick", action="store_true", help="one round of the programs that matter most")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=programs.NAMES,
        metavar="NAME",
        help=f"these programs, and ours: {', '.join(programs.NAMES)}",
    )
    parser.add_argument(
        "--random-weights",
        action="store_true",
        help="weights by chance: the speed is the same, and they mark something on any image",
    )
    parser.add_argument(
        "--parts",
        nargs="*",
        choices=parts.PARTS,
        help="what else is measured (default: all; nothing with --quick or --only)",
    )
    parser.add_argument(
        "--preload",
        nargs="+",
        type=Path,
        default=(),
        metavar="FILE",
        help="libraries that give out memory (default: jemalloc and mimalloc where installed)",
    )
    parser.add_argument("--shape", type=int, nargs=2, default=SHAPE, metavar=("ROWS", "COLUMNS"))
    parser.add_argument("--cpu", type=int, metavar="N", help="processor to pin to (default: the last)")
    parser.add_argument("-o", "--output", type=Path, default=Path("bench-output"), metavar="DIR")
    return parser


def _json_of(module: str, *arguments: object) -> dict[str, str]:
    """What a module of the benchmark says in its last line."""
    _, said = run(["-m", module, *map(str, arguments)])
    answer: dict[str, str] = json.loads(said.strip().splitlines()[-1])
    return answer


def _runnable(commands: Sequence[programs.Command]) -> list[programs.Command]:
    """The commands whose packages are there; say what is left out.

    Raises
    ------
    ProgramError
        If ours cannot run.
    """
    left = []
    for command in commands:
        missing = command.missing()
        if not missing:
            left.append(command)
        elif command.name in (programs.OURS, programs.OURS_PUBLISHED):
            raise ProgramError(f"{', '.join(missing)} is not installed; run pip install -e '.[light]'.")
        else:
            print(f"{command.name} is left out: {', '.join(missing)} is not installed.", file=sys.stderr)
    return left


def _agreement(folder: Path, names: Sequence[str]) -> dict[str, float]:
    """Dice of the published processing's mask and of our published preset's, where both ran."""
    if "guo-2021" not in names:
        return {}
    from benchmarks.agreement import dice

    ours, theirs = (find_mask(folder / name) for name in (programs.OURS_PUBLISHED, "guo-2021"))
    return {"dice_of_our_published_preset_and_the_published_processing": dice(ours, theirs)}


if __name__ == "__main__":
    sys.exit(main())
