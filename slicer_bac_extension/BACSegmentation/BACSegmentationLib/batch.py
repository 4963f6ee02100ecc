"""Many exams without a window: a folder in; what the console writes, and files that Slicer opens, out.

Three ways to the same, with the options of ``bac analyze``:

    PythonSlicer -m BACSegmentationLib.batch FOLDER -o RESULTS --save seg.nrrd
    Slicer --no-main-window --python-script .../BACSegmentationLib/batch.py FOLDER -o RESULTS --save mrb
    from BACSegmentationLib.batch import run; run("FOLDER", "RESULTS", save="mrb")

The images are analysed in a process of its own. What fails is listed, and the others go on.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

if __name__ == "__main__":  # Slicer puts the folder of a script on the path, not that of its package.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import slicer
import slicer.util

from BACSegmentationLib import dependencies, engine
from BACSegmentationLib.exam_scenes import write_exam
from BACSegmentationLib.process import EngineProcess, ProcessError, scratch
from BACSegmentationLib.remedies import error_words
from shared_core import hosting as bac

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes of ``bac analyze``."""
Save = Literal["none", "seg.nrrd", "mrb"]
"""What Slicer opens: nothing more, a segmentation a view, or a scene an exam."""
SAVES: Final[tuple[Save, ...]] = get_args(Save)

_LOOK_S: Final = 0.1
_USAGE_ERROR: Final = "bac analyze: error: "
_REQUIREMENTS: Final = Path(__file__).resolve().parents[1] / "Resources" / "requirements.txt"


class BatchError(RuntimeError):
    """Nothing could be done; the message is for people."""


@dataclass(frozen=True)
class BatchSummary:
    """What a batch gave."""

    output_dir: Path
    views: int
    """That were analysed."""
    files: tuple[Path, ...]
    """That Slicer opens."""
    failures: tuple[tuple[str, str], ...]
    """Input, or exam whose scene could not be written, and why."""
    incomplete: tuple[tuple[str, str], ...] = ()
    """Exam of which not all views were analysed, and which were not."""
    unused: tuple[bac.UnusedFile, ...] = ()
    """Of the inputs: what was found and not used, those that failed among it, or is in doubt."""

    @property
    def exit_code(self) -> int:
        """0 where all went well, else 1."""
        return FAILED if self.failures or not self.views else OK


def run(
    paths: str | Path | Iterable[str | Path],
    output_dir: str | Path,
    *,
    save: Save = "seg.nrrd",
    model: str = "",
    options: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> BatchSummary:
    """Analyse files and folders, then write what Slicer opens beside the results of each exam.

    The open scene is not touched.

    Parameters
    ----------
    paths
        Image files and folders.
    output_dir
        For the results, those of ``bac analyze -o``.
    save
        See `Save`.
    model
        Name, or path of a card; empty for the default.
    options
        Others of ``bac analyze``, as ``["--spacing-mm", "0.07"]``.
    say
        Called with a line as things happen.

    Raises
    ------
    BatchError
        Nothing was done: a package is missing, or an option is wrong.
    ProcessError
        The engine cannot be started.
    """
    if save not in SAVES:
        raise BatchError(f"{save!r} is not a format to save in; choose one of {', '.join(SAVES)}.")
    _check_requirements()
    # The engine starts in a folder of its own.
    inputs = [Path(path).absolute() for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    output = Path(output_dir).absolute()
    chosen = ["--model", model] if model else []
    _analyze([*map(str, inputs), "-o", str(output), *chosen, *options], output, say)
    summary = _summary(output, save, model, say)
    if not summary.views and not summary.failures:
        nothing = tuple((str(path), "no mammogram was found") for path in inputs)
        return replace(summary, failures=nothing)
    return summary


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="BACSegmentationLib.batch",
        description="Segment and measure BAC on folders of mammograms. Research use only: never a diagnosis.",
        epilog="All options of `bac analyze` are accepted as well.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="image file or folder")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT", help="folder for results")
    parser.add_argument("--save", choices=SAVES, default="seg.nrrd", help="what Slicer opens")
    parser.add_argument("--model", default="", metavar="NAME", help="a model's name or its card's .json file")
    asked, options = parser.parse_known_args(arguments)
    try:
        summary = run(asked.paths, asked.output, save=asked.save, model=asked.model, options=options)
    except (BatchError, ProcessError) as error:
        print(f"batch: {error}", file=sys.stderr)
        return USAGE
    except bac.OpenBacError as error:
        print(f"batch: {error_words(error)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("batch: stopped; results that were finished are kept.", file=sys.stderr)
        return INTERRUPTED
    for what, why in summary.failures:
        print(f"failed: {what}: {why}")
    views, files = bac.counted(summary.views, "view"), bac.counted(len(summary.files), "file")
    print(f"{views}, {files} for Slicer in {summary.output_dir}")
    return summary.exit_code


def _check_requirements() -> None:
    lacking = dependencies.missing(_REQUIREMENTS)
    if lacking:
        raise BatchError(
            f"Python packages are missing: {', '.join(lacking)}. Press Apply once in the module, or install "
            f"them yourself.\n{dependencies.offline_advice(_REQUIREMENTS)}"
        )


def _analyze(arguments: Sequence[str], output: Path, say: Callable[[str], None]) -> None:
    """Run the engine to its end; whatever ends this ends it, too."""
    with scratch() as folder:
        child = EngineProcess(
            ["analyze", *arguments, "--progress", "json"],
            engine_folder=engine.folder(),
            scratch=folder,
        )
        with child:
            while child.exit_code is None:
                _tell(child, say)
                _let_slicer_work()
                time.sleep(_LOOK_S)
        _tell(child, say)
        # It ends with 1 as well where single images failed; then there are tables, which else are older ones.
        some_failed = child.exit_code == FAILED and not child.refused and (output / "views.csv").is_file()
        if child.exit_code != OK and not some_failed:
            reason = child.error_text.rpartition(_USAGE_ERROR)[2]
            raise BatchError(reason or child.why_ended)


def _tell(child: EngineProcess, say: Callable[[str], None]) -> None:
    for event in child.events():
        if event["event"] == "image":
            say(f"[{event['done']}/{event['total']}] {event['file']}: {event['error'] or 'done'}")


def _let_slicer_work() -> None:
    app: Any = getattr(slicer, "app", None)
    if app is not None:
        app.processEvents()


def _summary(output: Path, save: Save, model: str, say: Callable[[str], None]) -> BatchSummary:
    written = bac.read_written(output)
    failures = dict(written.failures)
    tables = bac.read_results(output) if written.views else None
    failed = _failed_by_exam(tables) if tables is not None else {}
    exams: dict[Path, list[Any]] = {}
    for view in written.views.values():
        exams.setdefault(view.mask.parent, []).append(view)
    files: list[Path] = []
    if save != "none":
        for folder, views in exams.items():
            try:
                files += write_exam(folder, views, save, model=model, failed=failed.get(folder.name, {}))
                say(f"{folder.name}: saved for Slicer")
            except bac.OpenBacError as error:
                failures[folder.name] = str(error)
    incomplete = tuple(_incomplete(tables)) if tables is not None else ()
    for exam, words in incomplete:
        say(f"{exam}: {words}")
    unused = bac.read_unused(output)
    for sentence in bac.unused_sentences(unused, most=None):
        say(sentence)
    return BatchSummary(output, len(written.views), tuple(files), tuple(failures.items()), incomplete, unused)


def _failed_by_exam(tables: bac.Results) -> dict[str, dict[str, str]]:
    """Of each exam the images that failed, and why."""
    failed: dict[str, dict[str, str]] = {}
    for row in tables.views:
        if row["status"] == "failed":
            failed.setdefault(str(row["exam"]), {})[str(row["file"])] = str(row["error"])
    return failed


def _incomplete(tables: bac.Results) -> Iterator[tuple[str, str]]:
    for row in tables.exams:
        analysed, total = int(row["views_analysed"] or 0), int(row["views_total"] or 0)
        if analysed < total:
            names = f"; not analysed: {row['views_not_analysed']}" if row["views_not_analysed"] else ""
            yield str(row["key"]), f"{bac.analysed_words(analysed, total)}{names}"


def leave(command: Callable[[], int]) -> None:
    """Run a command and end this process with its exit code.

    Slicer without its main window goes on after an exception in a script, or ends as if all were well.
    """
    try:
        code = command()
    except Exception:
        traceback.print_exc()
        print("batch: an error that was not foreseen ended the batch; see above.", file=sys.stderr)
        code = FAILED
    sys.stdout.flush()
    if getattr(slicer, "app", None) is not None:
        slicer.util.exit(code)
    sys.exit(code)


if __name__ == "__main__":
    leave(main)
