"""``bac compare``: agreement of masks, folders of masks, and tables of results or readers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared_core.cli import arguments
from shared_core.cli.compare_found import found_tables
from shared_core.cli.compare_groups import compare_groups, describe_table
from shared_core.cli.compare_mask_readers import compare_mask_readers
from shared_core.cli.compare_masks import MaskOptions, compare_masks
from shared_core.cli.compare_models import ModelOptions, compare_models
from shared_core.cli.compare_readers import compare_readers
from shared_core.cli.compare_report import Report, agreement_tables, document, write_report
from shared_core.cli.compare_tables import TableOptions, compare_tables
from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import escape, print_place, screen
from shared_core.errors import UsageError
from shared_core.records.canonical_json import json_bytes


def run(args: argparse.Namespace) -> int:
    """Compare; return the exit code."""
    arguments.refuse_json_and_output(args)
    report = _compare(args)
    content = document(report, args.files)
    if args.json:
        sys.stdout.buffer.write(json_bytes(content))
        return OK
    if args.output is not None:
        write_report(args.output, report, content)
    console = screen(160)
    for table in (*report.tables, *agreement_tables(report.findings), *found_tables(report.found)):
        console.print(table)
    for warning in report.warnings:
        console.print(f"[yellow]warning:[/yellow] {escape(warning)}", soft_wrap=True)
    print_place(args.output, console)
    return OK


def _compare(args: argparse.Namespace) -> Report:
    files = tuple(args.files)
    named = files if args.reference is None else (*files, args.reference)
    kinds = [_kind(path) for path in named]
    if len(set(kinds)) > 1:
        said = ", ".join(f"{path} is a {kind}" for path, kind in zip(named, kinds, strict=True))
        raise UsageError(f"{said}; give files of one kind.")
    if kinds[0] == "table":
        return _compare_tables(args, files)
    options = MaskOptions(
        spacing_mm=args.spacing_mm, segment=args.segment, patches=args.patches, common=args.common
    )
    if args.reference is not None and kinds[0] == "folder":
        models = ModelOptions(options, args.strata or (), args.cases, args.key)
        return compare_models(files, args.reference, models)
    if kinds[0] == "folder" and len(files) > 2:
        return compare_mask_readers(files, ModelOptions(options, args.strata or (), args.cases, args.key))
    if args.reference is not None:
        files = (*files, args.reference)
    if len(files) != 2:
        raise UsageError("Single masks are compared two by two; to compare several readers, give folders.")
    if args.strata:
        raise UsageError(
            "Strata of masks need folders of them: three readers or more, or a reference named with "
            "--reference."
        )
    return compare_masks(*files, options)


def _compare_tables(args: argparse.Namespace, files: tuple[Path, ...]) -> Report:
    if args.covariate:
        if args.reference is not None or len(files) != (1 if args.between else 2):
            raise UsageError("Covariates are compared in two tables, or with --between in one.")
        return compare_groups(files, covariates=args.covariate, between=args.between, key=args.key)
    if args.between:
        raise UsageError("Groups need a covariate to be compared in; name it with --covariate.")
    options = TableOptions(
        columns=args.quantity,
        key=args.key,
        common=args.common,
        pairs=args.pair or (),
        strata=args.strata or (),
        cases=args.cases,
    )
    if len(files) == 1 and args.reference is None:
        return describe_table(files[0], percentiles=args.percentiles, columns=args.quantity, key=args.key)
    if args.percentiles is not None:
        raise UsageError("Percentiles are of one table; give FILE alone.")
    if len(files) == 2 and args.reference is None:
        return compare_tables(*files, options)
    if args.pair:
        raise UsageError("A pair of columns is compared in two tables; give two.")
    return compare_readers(files, options, reference=args.reference)


def _kind(path: Path) -> str:
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder; check the path.")
    if path.is_dir():
        return "folder"
    return "table" if path.suffix.lower() == ".csv" else "mask"
