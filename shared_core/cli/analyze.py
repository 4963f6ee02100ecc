"""``bac analyze``: from mammogram files to masks, numbers and pictures."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from shared_core.cli import places
from shared_core.cli.analyze_output import BatchConsole, print_model, print_summary
from shared_core.cli.arguments import IMAGES
from shared_core.cli.deidentifying import (
    DeidentifiedListing,
    close_exams_with_identifiers,
    deidentified_listing,
    told_if_unchecked,
)
from shared_core.cli.exit_codes import FAILED, INTERRUPTED, OK, USAGE
from shared_core.cli.progress_lines import ProgressLines
from shared_core.cli.remedies import error_words
from shared_core.cli.screen import PlainConsole
from shared_core.cli.stated_facts import facts_of
from shared_core.cohort.batch import make_tasks, run_batch
from shared_core.cohort.report import BatchReport
from shared_core.cohort.resume import as_begun, finished_exams
from shared_core.cohort.settings import BatchSettings
from shared_core.errors import ModelError, UsageError
from shared_core.mass.site_calibration import Calibration
from shared_core.plain_text import one_line
from shared_core.quantification.measurement import MeasurementSettings
from shared_core.reading.exam_grouping import ExamListing, find_exams
from shared_core.reading.facts.table import FactsTable
from shared_core.records.canonical_json import json_bytes
from shared_core.weights.registry import load_card


def run(args: argparse.Namespace) -> int:
    """Analyse; return the exit code."""
    _refuse_contradictions(args)
    quiet = args.quiet or args.progress == "json" or (args.json and not sys.stderr.isatty())
    console = PlainConsole(stderr=True, quiet=quiet, highlight=False)
    facts = facts_of(args)
    settings = settings_of(args)
    try:
        settings = as_begun(settings) if args.resume else settings
    except UsageError as error:
        print(f"bac: {error_words(error)}", file=sys.stderr)
        return USAGE
    print_model(settings, console)
    lines = ProgressLines(sys.stdout) if args.progress == "json" else BatchConsole(console)
    with lines as view, places.place_of(args, partial(console.print, markup=False)) as place:
        try:
            listing = find_exams(args.paths, facts=facts, apart_from=args.output, progress=view.files_read)
        except UsageError as error:
            print(f"bac: {error_words(error)}", file=sys.stderr)
            return USAGE
        made = _as_asked(listing, args, console)
        listing = made.listing
        whole = [exam.key for exam in listing.exams] if args.shard is not None else []
        if args.shard is not None:
            listing = replace(listing, exams=tuple(args.shard.part(listing.exams)))
        finished: frozenset[str] = frozenset()
        if args.resume:
            try:
                finished = finished_exams(listing.exams, make_tasks(listing.exams), settings)
            except UsageError as error:
                print(f"bac: {error_words(error)}", file=sys.stderr)
                return USAGE
        view.start(listing, finished)
        with told_if_unchecked(args.output if args.deidentify else None):
            report = run_batch(
                listing,
                settings,
                arguments=_asked(args, facts),
                named=[path for path in args.paths if not path.is_dir()],
                finished=finished,
                others="keep" if args.add or args.resume else "refuse",
                shard=args.shard,
                whole=whole,
                place=place,
                view_done=view.view_done,
                progress=view.tile_done,
            )
    lost = made.lost
    if args.deidentify:
        lost = (*lost, *close_exams_with_identifiers(report, made, args.output, style=args.csv))
    if args.json:
        sys.stdout.buffer.write(json_bytes(report.document()))
        sys.stdout.buffer.flush()
    print_summary(report, console, output_dir=args.output, seconds=view.seconds)
    for reason in lost:
        print(f"bac: {one_line(reason)}", file=sys.stderr)
    return FAILED if lost and not report.cancelled else _exit_code(report, listing, args.paths)


def _as_asked(listing: ExamListing, args: argparse.Namespace, console: PlainConsole) -> DeidentifiedListing:
    """The exams as they are; with ``--deidentify`` those of images without identifiers, from their folder."""
    if not args.deidentify:
        return DeidentifiedListing(listing)
    made = deidentified_listing(
        listing,
        args.output,
        key_path=args.deidentify_key,
        nothing_burned_in=args.nothing_burned_in,
        blanking=args.blank,
        tell=console.print,
    )
    args.paths = [args.output / IMAGES]
    return made


def _refuse_contradictions(args: argparse.Namespace) -> None:
    """Options that do not go together, and models that are not there, are wrong usage."""
    if args.output is None and not args.json:
        args.parser.error("say where results go with -o OUT, or ask for --json")
    if args.json and args.progress == "json":
        args.parser.error("--json and --progress json both print to standard output; leave one out")
    if args.output is None and args.resume:
        args.parser.error("--resume goes on in a folder; name it with -o OUT")
    if args.output is None and args.add:
        args.parser.error("--add adds to the results in a folder; name it with -o OUT")
    if args.output is None and args.shard is not None:
        args.parser.error("--shard writes into a folder for bac merge; name it with -o OUT")
    if args.shard is not None and (args.add or args.deidentify):
        args.parser.error("--shard goes neither with --add nor with --deidentify; merge first")
    if args.scheduler not in (None, "local") and args.workers is not None:
        args.parser.error("--scheduler has its own workers; leave --workers out")
    if args.output is None and args.dicom:
        args.parser.error("--dicom writes objects into a folder; name it with -o OUT")
    if args.output is None and args.deidentify:
        args.parser.error("--deidentify writes images into a folder; name it with -o OUT")
    if args.facts is not None and args.deidentify:
        args.parser.error(
            "--deidentify writes images without what --facts states; de-identify them first, then state "
            f"facts of the images in OUT/{IMAGES}"
        )
    if args.no_pictures and "sc" in args.dicom:
        args.parser.error(
            "--dicom sc takes the pictures that --no-pictures leaves out; leave one of the two out"
        )
    if args.model is not None:
        try:
            load_card(args.model)
        except ModelError as error:
            args.parser.error(error_words(error))


def _exit_code(report: BatchReport, listing: ExamListing, paths: list[Path]) -> int:
    if report.cancelled:
        return INTERRUPTED
    if not listing.exams and not report.failures:
        where = ", ".join(str(path) for path in paths)
        print(f"bac: no mammogram was found in {where}.", file=sys.stderr)
        return FAILED
    return FAILED if report.failures or report.unwritten else OK


def settings_of(args: argparse.Namespace) -> BatchSettings:
    """What the options ask of a batch."""
    return BatchSettings(
        output_dir=args.output,
        model=args.model,
        device=args.device,
        backend=args.backend,
        precision=args.precision,
        threads=args.threads,
        threshold=args.threshold,
        spacing_mm=args.spacing_mm,
        measurement=measurement_settings_of(args),
        calibration=Calibration.load(args.calibration) if args.calibration is not None else None,
        quality=args.quality,
        pictures=not args.no_pictures,
        probability=args.probability,
        dicom=args.dicom,
        csv=args.csv,
        time_limit_min=args.time_limit,
    )


def measurement_settings_of(args: argparse.Namespace) -> MeasurementSettings:
    """What the options ask of a measurement."""
    return MeasurementSettings(
        intensity_threshold=args.tam_threshold,
        intensity_comparison=args.tam_comparison,
        grade_profile=args.grade_profile,
        exclude_pectoral=args.exclude_pectoral,
    )


def _asked(args: argparse.Namespace, facts: FactsTable | None) -> dict[str, object]:
    """What the person asked for; neither the number of processes nor a pause has a say in the results."""
    left_out = {"run", "parser", "command", "workers", "time_limit", "quiet", "json", "resume"}
    left_out |= {"add", "shard", "scheduler", "deidentify_key", "progress"}
    # As it was before there was this option, where it is not asked for.
    left_out |= set() if args.deidentify else {"deidentify", "nothing_burned_in"}
    left_out |= set() if facts is not None else {"facts"}
    left_out |= set() if args.blank is not None else {"blank"}
    left_out |= set() if args.csv != "plain" else {"csv"}
    left_out |= set() if args.quality != "warn" else {"quality"}
    asked = {name: value for name, value in sorted(vars(args).items()) if name not in left_out}
    asked["paths"] = [str(path) for path in args.paths]
    if facts is not None:
        asked["facts"] = {"table": str(facts.path), "set": facts.public or None, "sha256": facts.sha256}
    return asked
