"""``bac export``: results that are there already, as DICOM objects."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.arguments import Subparsers, command, option
from shared_core.cli.deidentifying import IMAGES, deidentified_export
from shared_core.cli.exit_codes import FAILED, OK, USAGE
from shared_core.cli.remedies import error_words, notice_words
from shared_core.cli.screen import plural
from shared_core.dicom_objects.object_kinds import FOLDER
from shared_core.errors import OpenBacError, UsageError


def add_parser(subparsers: Subparsers) -> None:
    """Add ``export`` to the parser of ``bac``."""
    parser = command(
        subparsers,
        "export",
        run,
        help="write results as DICOM objects",
        description="Write the results of bac analyze, or of an export of napari, as DICOM objects. "
        "Research use only: never a diagnosis.",
    )
    add = partial(option, parser)
    add("result RESULT", "folder of results, or of one exam in it", Path)
    add(arguments.DICOM, arguments.DICOM_HELP, arguments.dicom_kinds, required=True)
    add(
        "-o/--output OUT",
        f"folder that takes a folder for each exam (default: {FOLDER} in each exam's folder in RESULT)",
        Path,
    )
    add(
        "--images DIR",
        "folder where the mammograms are now, if they were moved after they were measured",
        Path,
    )
    arguments.add_deidentification(
        parser, f"without identifiers, with images without them in OUT/{IMAGES}; without pictures"
    )
    add("-q/--quiet", "print problems only")


def run(args: argparse.Namespace) -> int:
    """Export; return the exit code."""
    if args.deidentify and args.output is None:
        args.parser.error("--deidentify does not write next to identified results; name a folder with -o OUT")
    if args.deidentify and "sc" in args.dicom:
        args.parser.error(
            "--deidentify leaves out pictures, into which names are drawn; leave out sc, or analyse the "
            "images with bac analyze --deidentify"
        )
    # Loaded here: pydicom's table of codes is large, and the other commands do not need it.
    from shared_core.dicom_objects.course_of_patient import course_until
    from shared_core.dicom_objects.result_folder import exam_folders, read_exam
    from shared_core.dicom_objects.writing import write_dicom

    try:
        if args.images is not None and not args.images.is_dir():
            raise UsageError(f"{args.images}: is no folder; name the one where the mammograms lie.")
        places = exam_folders(args.result)
    except UsageError as error:
        print(f"bac: {error_words(error)}", file=sys.stderr)
        return USAGE
    failed = 0
    for place in places:
        try:
            exam = read_exam(place, images=args.images)
            if args.deidentify:
                exam, files = deidentified_export(
                    exam,
                    place.results,
                    args.output,
                    key_path=args.deidentify_key,
                    nothing_burned_in=args.nothing_burned_in,
                    blanking=args.blank,
                    # Without the change over time, which would name the dates.
                    write=lambda made: write_dicom(made, args.dicom, args.output / made.key),
                )
                folder = args.output / exam.key
            else:
                change = course_until(place) if "pdf" in args.dicom else None
                folder = args.output / exam.key if args.output is not None else place.folder / FOLDER
                files = write_dicom(exam, args.dicom, folder, change=change)
        except OpenBacError as error:
            print(f"bac: {place.key}: {error_words(error)}", file=sys.stderr)
            failed += 1
            continue
        if not args.quiet:
            print(f"{folder}: {plural(len(files), 'object')} of {plural(len(exam.views), 'view')}")
            for view in exam.views:
                for notice in view.source.notices:
                    print(f"  {notice_words(notice)}")
    return FAILED if failed else OK
