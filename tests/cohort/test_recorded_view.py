"""A view that was analysed in another process, left as it was or changed by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from msgspec import structs

from shared_core import (
    MeasurementSettings,
    ViewResult,
    analyze_view,
    load_card,
    mammogram_from_array,
    measure_exam,
    measure_view,
)
from shared_core.cohort.exam_export import export_exam
from shared_core.cohort.reviewed_view import recorded_view, unseen_record
from shared_core.errors import UnreadableImageError, UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.exporting.lossless_tiff import lossless_tiff
from shared_core.mammogram import Exam, Laterality
from shared_core.mass.densitometry import mass_refusal
from shared_core.notices.of_files import SPACING_UNKNOWN
from shared_core.notices.of_results import MASK_DRAWN, OTHER_CALCIFICATIONS
from shared_core.reading.reader import read_mammogram
from shared_core.records.canonical_json import json_bytes
from shared_core.records.measured_exam import measure_exam_records
from shared_core.records.record_reading import decoded
from shared_core.records.record_types import ViewRecord
from shared_core.records.view_and_exam import exam_record, failed_record, view_record, with_header
from shared_core.records.written_views import measurement_of, read_written
from tests.told import codes
from tests.tram_track import write_tram_track

SETTINGS = MeasurementSettings()


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> ViewResult:
    return analyze_view(write_tram_track(tmp_path_factory.mktemp("one") / "LCC.png"), spacing_mm=0.07)


@pytest.fixture(scope="module")
def record(analysed: ViewResult) -> ViewRecord:
    made = view_record(
        analysed.header,
        analysed.prepared,
        analysed.measurement,
        provenance=analysed.provenance,
        notices=analysed.notices,
        exam="exam",
    )
    return decoded(json_bytes(made), ViewRecord, "LCC.json")


def test_numbers_of_a_record_are_those_it_was_made_of(analysed: ViewResult, record: ViewRecord) -> None:
    read, made = measurement_of(record), analysed.measurement
    for name, value in vars(made).items():
        if name not in {"parts_px", "pixel_area_mm2"}:
            assert getattr(read, name) == value, name
    assert read.pixel_area_mm2 == pytest.approx(made.pixel_area_mm2)
    assert measure_exam([(analysed.header, read)]) == measure_exam([(analysed.header, made)])


def test_exam_of_records_is_that_of_their_numbers(analysed: ViewResult, record: ViewRecord) -> None:
    other = replace(analysed.header, path=None, laterality=Laterality.RIGHT)
    both = Exam("exam", "P", "20200101", (analysed.header, other))
    views = [(analysed.header, analysed.measurement), (other, analysed.measurement)]
    made_by = [record.provenance, record.provenance]
    whole = exam_record(both, measure_exam(views), provenances=made_by)
    assert measure_exam_records(both, [record, record]) == whole
    partial = measure_exam(views[:1], not_analysed=[other])
    for missing in (None, unseen_record(other, exam_key="exam")):
        made = measure_exam_records(both, [record, missing])
        assert made == exam_record(both, partial, provenances=made_by[:1])
        assert (made.views_analysed, made.views_total, made.number("guo_index")) == (1, 2, None)


def test_record_of_a_view_that_nothing_looked_at_says_so(analysed: ViewResult) -> None:
    made = unseen_record(replace(analysed.header, notices=(SPACING_UNKNOWN.notice(),)), exam_key="exam")
    assert (made.status, made.metrics, made.exam) == ("not analysed", None, "exam")
    assert codes(made.notices) == ["spacing-unknown", "view-not-analysed"]
    assert made.file == str(analysed.header.path)


def test_untouched_view_is_exported_as_it_was_analysed(
    analysed: ViewResult, record: ViewRecord, tmp_path: Path
) -> None:
    view = recorded_view(
        analysed.prepared,
        analysed.mask,
        record,
        began_as=analysed.mask,
        settings=SETTINGS,
        exam_key="exam",
        card=load_card("openbac-1"),
    )
    assert not view.edited
    export_exam(tmp_path / "out", [view], settings=SETTINGS, host="3D Slicer")
    written = read_written(tmp_path / "out").views[str(analysed.header.path)]
    model = dict(written.record.provenance)
    assert model.pop("edited_by_hand") is False
    assert structs.replace(written.record, model=model) == record
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["model"]["name"] == "openbac-1"
    assert record.provenance["backend"].split()[0] in run["versions"]


def test_changed_view_is_measured_anew_and_says_so(analysed: ViewResult, record: ViewRecord) -> None:
    mask = analysed.mask.copy()
    mask[:, :150] = False
    view = recorded_view(analysed.prepared, mask, record, began_as=analysed.mask, settings=SETTINGS)
    assert view.edited
    refused = mass_refusal(analysed.header)
    assert refused is not None
    assert view.measurement == measure_view(
        analysed.prepared, mask, None, mask_style="vessel-band", settings=SETTINGS, mass=refused
    )
    assert view.measurement.pm is None
    assert view.provenance["model_name"] == record.provenance["model_name"]
    assert "mask-edited" in codes(view.notices)


def test_mask_whose_beginning_is_lost_counts_as_edited(analysed: ViewResult, record: ViewRecord) -> None:
    assert recorded_view(analysed.prepared, analysed.mask, record, settings=SETTINGS).edited


def test_host_says_what_an_image_is_and_numbers_stay(analysed: ViewResult, record: ViewRecord) -> None:
    header = replace(analysed.header, laterality=Laterality.RIGHT, notices=(MASK_DRAWN.notice(),))
    told = with_header(record, header, file="RCC")
    assert (told.file, told.laterality, told.view) == ("RCC", "R", "CC")
    assert told.notices[0] == MASK_DRAWN.notice()
    assert set(record.notices) <= set(told.notices)
    assert told.metrics == record.metrics


def test_record_of_a_failure_has_no_numbers() -> None:
    with pytest.raises(UsageError, match="was not measured"):
        measurement_of(failed_record("a.png", "it is broken"))


def test_damaged_record_is_told_by_name(tmp_path: Path) -> None:
    write_bytes(tmp_path / "exam" / "LCC_mask.png", b"")
    write_bytes(tmp_path / "exam" / "LCC.json", b"{")
    with pytest.raises(UnreadableImageError, match=r"LCC\.json"):
        read_written(tmp_path)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32])
def test_image_in_memory_goes_through_a_file_unchanged(dtype: type[np.generic], tmp_path: Path) -> None:
    grey = cv2.GaussianBlur(np.random.default_rng(3).normal(0.5, 0.3, (90, 70)), (0, 0), 3)
    pixels = ((grey - grey.min()) * 300).clip(0, 255).astype(dtype)
    if np.issubdtype(dtype, np.signedinteger):
        pixels -= 40
    elif dtype is not np.uint8:
        pixels = pixels * dtype(4) + dtype(1) / dtype(2) if dtype is np.float32 else pixels * dtype(4)
    write_bytes(tmp_path / "LCC.tif", lossless_tiff(pixels))
    read = read_mammogram(tmp_path / "LCC.tif", spacing_mm=0.07)
    known = mammogram_from_array(pixels, name="LCC", spacing_mm=0.07)
    assert read.pixels.dtype == known.pixels.dtype
    np.testing.assert_array_equal(read.pixels, known.pixels)
    assert read.display.full_range == known.display.full_range
    assert read.header.view_label == known.header.view_label == "LCC"


def test_other_calcification_follows_a_person_where_the_model_ran_elsewhere(
    analysed: ViewResult, record: ViewRecord
) -> None:
    other = np.zeros_like(analysed.mask)
    other[5:15, 5:25] = True
    known = replace(analysed.measurement, other_count=1, other_area_px=200, other_area_mm2=200 * 0.07**2)
    told = view_record(
        analysed.header,
        analysed.prepared,
        known,
        provenance=analysed.provenance,
        notices=(*analysed.notices, OTHER_CALCIFICATIONS.notice(count=1)),
    )
    same = recorded_view(
        analysed.prepared,
        analysed.mask,
        told,
        began_as=analysed.mask,
        other=other,
        other_began_as=other,
        settings=SETTINGS,
    )
    assert (same.edited, same.notices) == (False, told.notices)
    assert same.other is not None
    assert np.array_equal(same.other, other)
    mask, none = analysed.mask | other, np.zeros_like(other)
    moved = recorded_view(
        analysed.prepared,
        mask,
        told,
        began_as=analysed.mask,
        other=none,
        other_began_as=other,
        settings=SETTINGS,
    )
    assert moved.measurement is not None
    assert (moved.measurement.am_px, moved.measurement.other_count) == (known.am_px + 200, 0)
    assert OTHER_CALCIFICATIONS.code not in codes(moved.notices)
    assert moved.provenance["other_edited_by_hand"]
    # Not at hand: what the model said of them stays.
    unknown = recorded_view(
        analysed.prepared, analysed.mask & False, told, began_as=analysed.mask, settings=SETTINGS
    )
    assert unknown.measurement is not None
    assert (unknown.measurement.other_count, unknown.other) == (1, None)
    assert OTHER_CALCIFICATIONS.code in codes(unknown.notices)
