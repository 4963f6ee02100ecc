"""``python -m benchmarks.steps FILE``: where the time of one mammogram goes, from file to results.

Each run is a process of its own, pinned to one processor, that analyses one file as `bac analyze` does. The
steps are timed from outside, each without those inside it; the work of the process that decodes belongs to
the step that waits for it.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal, get_args

from benchmarks.process import pinned, run

PrecisionName = Literal["float32", "mixed"]
PRECISIONS: Final[tuple[PrecisionName, ...]] = get_args(PrecisionName)
START, REST = "starting Python, imports", "all else"
STEPS: Final = {
    "loading the model": ["shared_core.cohort.worker.load_model"],
    "building the graphs": ["openvino.Core.compile_model"],
    "reading and decoding the file": ["shared_core.pipeline.read_mammogram"],
    "8 bit, median, breast, valid area": ["shared_core.pipeline.prepare"],
    "looking at the quality": ["shared_core.pipeline.quality_notices"],
    "network: encode": ["OpenVinoScuNet.encode"],
    "network: deepen": ["OpenVinoScuNet.deepen"],
    "network: decode": ["OpenVinoScuNet.decode"],
    "gates, cutting and joining blocks": ["shared_core.pipeline.segment"],
    "mask, arteries, numbers": [
        *("shared_core.pipeline.decide_mask", "shared_core.pipeline.view_vessels"),
        *("shared_core.pipeline.measure_view", "shared_core.cohort.worker.view_record"),
    ],
    "pictures and files": [
        *("shared_core.cohort.worker.view_files", "shared_core.cohort.worker.reduce_view"),
        "shared_core.cohort.worker.write_bytes",
    ],
}
"""What is called in each step, in order."""


class Watch:
    """Seconds by step, each without those inside it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._within = [REST]
        self._since = time.perf_counter()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count for `name` until the context ends."""
        self._charge()
        self._within.append(name)
        try:
            yield
        finally:
            self._charge()
            self._within.pop()

    def _charge(self) -> None:
        now = time.perf_counter()
        self.seconds[self._within[-1]] += now - self._since
        self._since = now

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, counted; of a generator what it gives, all at once."""

        @functools.wraps(work)
        def counted(*args: Any, **kwargs: Any) -> Any:
            with self.step(name):
                answer = work(*args, **kwargs)
                return list(answer) if isinstance(answer, Iterator) else answer

        return counted


def measured(image: Path, *, model: str, precision: PrecisionName, pictures: bool) -> dict[str, float]:
    """Analyse one file in this process, which does nothing else; seconds by step.

    Nothing where the processor does not compute so.
    """
    import openvino

    from shared_core import pipeline
    from shared_core.cohort import worker
    from shared_core.cohort.batch import make_tasks
    from shared_core.cohort.settings import BatchSettings
    from shared_core.inference.backends.openvino_options import has_bfloat16
    from shared_core.inference.backends.openvino_scunet import OpenVinoScuNet
    from shared_core.reading.exam_grouping import find_exams
    from shared_core.thread_budget import ThreadBudget

    started_s = time.process_time()
    if precision == "mixed" and not has_bfloat16():
        return {}
    ThreadBudget(1).bind()
    homes: dict[str, Any] = {
        "shared_core.pipeline": pipeline,
        "shared_core.cohort.worker": worker,
        "openvino.Core": openvino.Core,
        "OpenVinoScuNet": OpenVinoScuNet,
    }
    watch = Watch()
    for name, calls in STEPS.items():
        for call in calls:
            home, _, function = call.rpartition(".")
            setattr(homes[home], function, watch.timed(name, getattr(homes[home], function)))
    with tempfile.TemporaryDirectory() as folder, watch.step(REST):
        settings = BatchSettings(
            Path(folder),
            model=model,
            device="cpu",
            backend="openvino",
            precision=precision,
            pictures=pictures,
        )
        (task,) = make_tasks(find_exams([image]).exams)
        outcome = worker.Worker(settings).analyze(task)
        assert not outcome.failed, outcome.record.error
    return {START: started_s, **{name: watch.seconds[name] for name in (*STEPS, REST)}}


def table(image: Path, *, model: str, rounds: int = 3, pictures: bool = True) -> str:
    """Medians over `rounds` processes, in both precisions where the processor has them; Markdown."""
    one = ["-m", "benchmarks.steps", str(image), "--model", model, "--one"]
    one += [] if pictures else ["--no-pictures"]
    runs: dict[str, list[dict[str, float]]] = {precision: [] for precision in PRECISIONS}
    with pinned():
        for _ in range(rounds):
            for precision, own in runs.items():
                _, said = run([*one, "--precision", precision])
                own.append(json.loads(said.splitlines()[-1]))
    medians = {
        precision: {name: median(seconds[name] for seconds in own) for name in own[0]}
        for precision, own in runs.items()
        if all(own)
    }
    head = "".join(f" {precision}: s | share |" for precision in medians)
    lines = [f"| step |{head}", "|---|" + "---:|---:|" * len(medians)]
    for name in (START, *STEPS, REST):
        shares = ((seconds[name], seconds[name] / sum(seconds.values())) for seconds in medians.values())
        lines.append(f"| {name} |" + "".join(f" {taken:.2f} | {share:.0%} |" for taken, share in shares))
    return "\n".join(
        [*lines, "| together |" + "".join(f" {sum(s.values()):.2f} | |" for s in medians.values())]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steps", description=__doc__)
    parser.add_argument("image", type=Path, metavar="FILE")
    parser.add_argument("--model", default="openbac-1", metavar="NAME", help="an SCU-Net without seams")
    parser.add_argument("--no-pictures", action="store_true")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[0], help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    pictures = not args.no_pictures
    if args.one:
        print(json.dumps(measured(args.image, model=args.model, precision=args.precision, pictures=pictures)))
        return 0
    print(table(args.image, model=args.model, rounds=args.rounds, pictures=pictures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
