"""``bac export``: results that are there already, as DICOM objects."""

from __future__ import annotations

import argparse
import sys

from shared_core.cli.deidentifying import deidentified_export
from shared_core.cli.exit_codes import FAILED, OK, USAGE
from shared_core.cli.remedies import error_words, notice_words
from shared_core.cli.screen import plural
from shared_core.dicom_objects.course_of_patient import course_until
from shared_core.dicom_objects.object_kinds import FOLDER
from shared_core.dicom_objects.result_folder import exam_folders, read_exam
from shared_core.dicom_objects.writing import write_dicom
from shared_core.errors import OpenBacError, UsageError


def run(args: argparse.Namespace) -> int:
    """Export; return the exit code."""
    if args.deidentify and args.output is None:
        args.parser.error("--deidentify does not write next to identified results; name a folder with -o OUT")
    if args.deidentify and "sc" in args.dicom:
        args.parser.error(
            "--deidentify leaves out pictures, into which names are drawn; leave out sc, or analyse the "
            "images with bac analyze --deidentify"
        )
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
