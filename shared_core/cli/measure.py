"""``bac measure``: the numbers of any mask, without a model."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from rich.table import Table

from shared_core.cli import arguments
from shared_core.cli.analyze import measurement_settings_of
from shared_core.cli.exit_codes import OK
from shared_core.cli.screen import escape, print_place, print_warnings, screen
from shared_core.cli.stated_facts import facts_of
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.view_files import view_files
from shared_core.mammogram import Mammogram
from shared_core.mass.densitometry import measure_mass
from shared_core.mass.site_calibration import Calibration
from shared_core.notices import Notice
from shared_core.notices.of_results import MASK_EMPTY, MASK_OF_OTHER_IMAGE
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.prepared import PreparedView
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.quantification.judged_views import others_notices, with_others
from shared_core.quantification.mask_notices import mask_notices
from shared_core.quantification.measurement import ViewMeasurement
from shared_core.quantification.view import measure_view
from shared_core.reading.facts.table import stated_of
from shared_core.reading.mask import MaskFile, other_beside, read_mask_file, read_other
from shared_core.reading.reader import read_mammogram
from shared_core.records.canonical_json import json_bytes
from shared_core.records.record_types import ViewRecord
from shared_core.records.tables import views_csv
from shared_core.records.view_and_exam import view_record
from shared_core.version import SOFTWARE_VERSION
from shared_core.weights.registry import DEFAULT_MODEL, load_card
from shared_core.wording.mass import view_mass_words


def run(args: argparse.Namespace) -> int:
    """Measure; return the exit code."""
    arguments.refuse_json_and_output(args)
    settings = measurement_settings_of(args)
    facts, about_facts = stated_of(facts_of(args), args.image)
    mammogram = read_mammogram(args.image, spacing_mm=args.spacing_mm, facts=facts)
    given = read_mask_file(args.mask, segment=args.segment)
    _check_pair(mammogram, given)
    # Who asks for one segment of a file wants nothing else of it.
    other = read_other(given.path, given.mask) if args.segment is None else None
    preset = load_card(DEFAULT_MODEL).preprocessing
    prepared = prepare(mammogram, preset, find_pectoral=settings.exclude_pectoral)
    calibration = Calibration.load(args.calibration) if args.calibration is not None else None
    mass = measure_mass(
        mammogram,
        given.mask,
        calibration=calibration,
        breast=prepared.breast_mask,
        mask_style=args.mask_style,
    )
    measured = measure_view(
        prepared, given.mask, None, mask_style=args.mask_style, settings=settings, mass=mass
    )
    measured = with_others(measured, other)
    provenance = _provenance(prepared, preset, given, args)
    notices = [*prepared.header.notices, *prepared.notices, *_notices(mammogram, prepared, given)]
    notices += [*others_notices(measured), *about_facts]
    record = view_record(
        prepared.header, prepared, measured, provenance=provenance, notices=list(dict.fromkeys(notices))
    )
    if args.json:
        sys.stdout.buffer.write(json_bytes(record))
        return OK
    if args.output is not None:
        for name, content in view_files(args.image.stem, prepared, given.mask, measured, record, other=other):
            write_bytes(args.output / name, content)
        write_bytes(args.output / "views.csv", views_csv([record]))
    _print(record, measured, args.output)
    return OK


def _check_pair(mammogram: Mammogram, given: MaskFile) -> None:
    rows, columns = given.mask.shape
    if given.mask.shape != mammogram.shape:
        raise UsageError(
            f"{given.path.name}: has {rows} x {columns} pixels, {mammogram.header.name} has "
            f"{mammogram.shape[0]} x {mammogram.shape[1]} (rows x columns); give the mask of this mammogram."
        )


def _other_file(given: MaskFile, segment: int | None) -> dict[str, object]:
    beside = other_beside(given.path) if segment is None else None
    return {"other_mask_file": str(beside)} if beside is not None else {}


def _notices(mammogram: Mammogram, prepared: PreparedView, given: MaskFile) -> list[Notice]:
    notices = []
    uid = mammogram.header.identity.sop_instance_uid
    if given.source_uids and uid and uid not in given.source_uids:
        notices.append(MASK_OF_OTHER_IMAGE.notice(mask=given.path.name, image=mammogram.header.name))
    notices += mask_notices(prepared, given.mask)
    if not given.mask.any():
        notices.append(MASK_EMPTY.notice())
    return notices


def _provenance(
    prepared: PreparedView, preset: PreprocessingPreset, given: MaskFile, args: argparse.Namespace
) -> dict[str, object]:
    return {
        "software_version": SOFTWARE_VERSION,
        "model_name": None,
        "mask_file": str(given.path),
        "mask_sha256": hashlib.sha256(given.path.read_bytes()).hexdigest(),
        "mask_segment": args.segment,
        **_other_file(given, args.segment),
        "mask_style": args.mask_style,
        "preprocessing": preset.name,
        "spacing_source": prepared.spacing.source.value if prepared.spacing is not None else None,
    }


def _print(record: ViewRecord, measured: ViewMeasurement, output: Path | None) -> None:
    console = screen(140)
    table = Table(title=escape(record.file), title_justify="left", show_edge=False, show_header=False)
    rows = (
        ("BAC area", _or_dash(measured.bac_area_mm2, "{:.2f} mm2")),
        ("BAC pixels (AM)", f"{measured.am_px}"),
        (f"share of {measured.denominator}", _or_dash(measured.bac_percent_of_breast, "{:.3f} %")),
        (
            "area grade",
            f"{measured.area_grade} {measured.area_grade_name}" if measured.area_grade_name else "-",
        ),
        (f"TAM{measured.intensity_threshold}", f"{measured.tam_px}"),
        ("TAM / breast area", _or_dash(measured.tam_per_breast_area, "{:.6f}")),
        (f"SIM, TSIM{measured.intensity_threshold}", f"{measured.sim}, {measured.tsim}"),
        ("connected parts", f"{measured.parts_count}"),
        ("other calcifications", _or_dash(measured.other_count, "{}")),
        ("calcium", view_mass_words(measured)),
    )
    for name, value in rows:
        table.add_row(name, value)
    console.print(table)
    print_warnings(record.notices, console)
    print_place(output, console)


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
