"""``bac export``: results that are there already, as DICOM objects."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.deidentifying import IMAGES, deidentified_export
from shared_core.cli.exit_codes import FAILED, OK, USAGE
from shared_core.cli.remedies import error_words, notice_words
from shared_core.dicom_objects.object_kinds import FOLDER
from shared_core.errors import OpenBacError, UsageError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``export`` to the parser of ``bac``."""
    parser = subparsers.add_parser(
        "export",
        help="write results as DICOM objects",
        description="Write the results of bac analyze, or of an export of napari, as DICOM objects. "
        "Research use only: never a diagnosis.",
    )
    parser.add_argument("result", type=Path, metavar="RESULT", help="folder of results, or of one exam in it")
    parser.add_argument(
        "--dicom",
        type=arguments.dicom_kinds,
        required=True,
        metavar=arguments.DICOM_METAVAR,
        help=arguments.DICOM_HELP,
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help=f"folder that takes a folder for each exam (default: {FOLDER} in each exam's folder in RESULT)",
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="folder where the mammograms are now, if they were moved after they were measured",
    )
    parser.add_argument(
        "--deidentify",
        action="store_true",
        help=f"without identifiers, with images without them in OUT/{IMAGES}; without pictures",
    )
    parser.add_argument("--deidentify-key", **arguments.KEY_OPTION)
    parser.add_argument("-q", "--quiet", action="store_true", help="print problems only")
    parser.set_defaults(run=run, parser=parser)


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
                exam = deidentified_export(exam, place.results, args.output, key_path=args.deidentify_key)
                change = None  # it would name the dates
            else:
                change = course_until(place) if "pdf" in args.dicom else None
            folder = args.output / exam.key if args.output is not None else place.folder / FOLDER
            files = write_dicom(exam, args.dicom, folder, change=change)
        except OpenBacError as error:
            print(f"bac: {place.key}: {error_words(error)}", file=sys.stderr)
            failed += 1
            continue
        if not args.quiet:
            print(f"{folder}: {_plural(len(files), 'object')} of {_plural(len(exam.views), 'view')}")
            for view in exam.views:
                for notice in view.source.notices:
                    print(f"  {notice_words(notice)}")
    return FAILED if failed else OK


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
