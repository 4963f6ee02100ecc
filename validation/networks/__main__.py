"""Train and compare the networks; write ``docs/validation_networks.md``.

    python -m validation.networks --out NETWORKS --real REAL_BAC --hours 12

Stopped, the same command goes on. ``--page`` writes the page of what is trained so far.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared_core.errors import Cancelled, OpenBacError
from shared_core.networks.table import NETWORKS
from shared_core.training.computing_device import Machine
from validation import DOCS
from validation.networks.judging import judge
from validation.networks.page import page
from validation.networks.study import SEEDS, begin
from validation.networks.teaching import Teacher


def main() -> int:
    """Run; return the exit code."""
    args = _parser().parse_args()
    machine = Machine(args.device, threads=args.threads)
    real = str(args.real)
    try:
        study = begin(
            args.out,
            hours=args.hours,
            crop_px=args.crop,
            training=(f"simulated:patients={args.patients},seed=1", f"real-bac:{real},fold=0,side=teaching"),
            simulated=f"simulated:patients={args.test_patients},seed=900",
            positives=f"real-bac:{real},fold=0,side=held-out,kinds=vascular",
            others=f"real-bac:{real},fold=0,side=held-out,kinds=other-calcification",
            most_others=args.most_others,
            networks=[name for name in NETWORKS if name in args.networks],
            seeds=args.seeds,
            machine=machine,
        )
        teacher = Teacher(study, args.out, machine, workers=args.workers)
        if not args.page:
            shared = teacher.cut()
            for job in study.jobs:
                print(f"{job.name}: {teacher.teach(job, shared)}", flush=True)
        trained = [(job, teacher.card(job)) for job in study.jobs if teacher.card(job).exists()]
        if not trained:
            print("No network is trained yet.", file=sys.stderr)
            return 1
        judged = judge(study, trained, args.out, workers=args.workers)
        args.write.write_text(page(study, judged), encoding="utf-8")
    except (Cancelled, KeyboardInterrupt):
        print("Stopped; the same command goes on.", file=sys.stderr)
        return 130
    except OpenBacError as error:
        print(f"validation: {error}", file=sys.stderr)
        return 1
    print(args.write)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation.networks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of patches, trainings and rows")
    parser.add_argument("--real", type=Path, required=True, help="folder of the real images with drawn lines")
    parser.add_argument("--hours", type=float, default=12.0, help="of all trainings together")
    parser.add_argument("--crop", type=int, default=256, help="side of the crops; 0 for whole patches")
    parser.add_argument("--patients", type=int, default=40, help="simulated patients to train on")
    parser.add_argument("--test-patients", type=int, default=12, help="simulated patients to judge on")
    parser.add_argument(
        "--most-others", type=int, default=0, help="real images without BAC to judge on; 0 for all"
    )
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of every network but the large ones")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="train nothing; judge what is trained")
    parser.add_argument("--write", type=Path, default=DOCS / "validation_networks.md", help="the page")
    return parser


if __name__ == "__main__":
    sys.exit(main())
