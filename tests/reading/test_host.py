"""The spacing of an image that a host shows: the file's, unless a person set another one there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from shared_core.mammogram import Laterality, MammogramHeader, SpacingSource, View
from shared_core.reading.exam_grouping import exams_of
from shared_core.reading.loaded_image import header_of_values, reader_spacings, spacing_in_host
from shared_core.reading.reader import mammogram_from_array, read_header
from tests.reading.synthetic import SC, breast, dataset, write
from tests.told import codes, texts

BOTH = {"ImagerPixelSpacing": [0.07, 0.09], "PixelSpacing": [0.05, 0.06]}


def header(tmp_path: Path, **attributes: object) -> MammogramHeader:
    return read_header(write(tmp_path / "a.dcm", dataset(**attributes)))


@pytest.mark.parametrize(
    ("host_mm", "told"),
    [
        ((0.07, 0.09), []),
        ((0.09, 0.07), ["shown-spacing-turned"]),
        ((0.05, 0.06), ["shown-spacing-differs"]),
        ((0.06, 0.05), ["shown-spacing-turned"]),
        ((1.0, 1.0), ["shown-spacing-differs"]),
    ],
)
def test_what_a_reader_makes_of_a_file_is_not_the_users(
    tmp_path: Path, host_mm: tuple[float, float], told: list[str]
) -> None:
    known = header(tmp_path, **BOTH)
    spacing, notices = spacing_in_host(host_mm, header=known, name="LCC")
    assert spacing == known.spacing
    assert codes(notices) == told
    assert ("the spacing of its file, 0.07 x 0.09 mm, is used" in texts(notices)) == bool(told)


@pytest.mark.parametrize("attributes", [BOTH, {}], ids=["known", "unknown"])
def test_anything_else_is_the_users(tmp_path: Path, attributes: dict[str, object]) -> None:
    spacing, (notice,) = spacing_in_host((0.08, 0.081), header=header(tmp_path, **attributes), name="LCC")
    assert spacing is not None
    assert (spacing.row_mm, spacing.column_mm) == (0.08, 0.081)
    assert spacing.source is SpacingSource.USER
    assert notice.code == ("spacing-changed-by-hand" if attributes else "spacing-set-by-hand")
    assert "The spacing of LCC was set by hand to 0.08 x 0.081 mm" in notice.text
    assert ("its file says 0.07 x 0.09 mm" in notice.text) == bool(attributes)


def test_the_breast_is_not_the_detector(tmp_path: Path) -> None:
    known = header(tmp_path, ImagerPixelSpacing=[0.07, 0.07], EstimatedRadiographicMagnificationFactor=1.1)
    assert spacing_in_host((0.07, 0.07), header=known)[0] == known.spacing
    # A person who sets the spacing in the plane of the breast says what the file says.
    assert spacing_in_host((0.07 / 1.1, 0.07 / 1.1), header=known) == (known.spacing, ())


def test_a_spacing_that_nobody_believes_is_not_used_though_the_host_shows_it(tmp_path: Path) -> None:
    known = header(tmp_path, sop_class=SC, PixelSpacing=[0.05, 0.05])
    assert spacing_in_host((0.05, 0.05), header=known) == (None, ())


@pytest.mark.parametrize("host_mm", [(5.0, 5.0), (0.07, 3.0), (float("nan"), 0.07), (0.0, 0.0)])
def test_an_impossible_one_is_told_and_not_used(tmp_path: Path, host_mm: tuple[float, float]) -> None:
    known = header(tmp_path, **BOTH)
    spacing, notices = spacing_in_host(host_mm, header=known)
    assert spacing == known.spacing
    assert codes(notices) == ["shown-spacing-implausible"]
    assert spacing_in_host(host_mm, header=None)[0] is None


def test_one_millimetre_stands_for_unknown(tmp_path: Path) -> None:
    for known in (None, header(tmp_path)):
        spacing, notices = spacing_in_host((1.0, 1.0), header=known, name="LCC")
        assert spacing is None
        assert codes(notices) == ["shown-spacing-unknown"]


@pytest.mark.parametrize("kind", ["png", "tif", "jpg"])
def test_dots_per_inch_are_no_spacing(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"LCC.{kind}"
    Image.fromarray(breast(8)).save(file, dpi=(300, 150))
    assert reader_spacings(file)[1] == pytest.approx((25.4 / 150, 25.4 / 300), rel=1e-3)
    known = read_header(file)
    spacing, notices = spacing_in_host((25.4 / 150, 25.4 / 300), header=known, name="LCC")
    assert spacing is None
    assert codes(notices) == ["shown-spacing-of-print"]
    given, _ = spacing_in_host((0.07, 0.07), header=known)
    assert given is not None


def test_attributes_that_a_host_kept_tell_view_side_and_patient() -> None:
    kept = {"ViewPosition": "MLO", "ImageLaterality": "R", "PatientID": "P1", "StudyDate": "20200102"}
    found = header_of_values({**kept, "Laterality": "", "StudyInstanceUID": "2.25.1"}, rows=96, columns=72)
    assert (found.view, found.laterality) == (View.MLO, Laterality.RIGHT)
    assert found.identity.patient_id == "P1"
    assert found.identity.study_date == "20200102"
    assert found.identity.study_uid == "2.25.1"
    assert (found.rows, found.columns, found.path) == (96, 72, None)


def test_impossible_attributes_are_left_out() -> None:
    found = header_of_values({"InstanceNumber": "one", "ImageLaterality": "L"}, rows=96, columns=72)
    assert found.laterality is Laterality.LEFT
    assert found.identity.instance_number is None


def test_headers_of_files_and_of_images_in_memory_are_grouped_alike(tmp_path: Path) -> None:
    on_disk = header(tmp_path, StudyInstanceUID="2.25.1")
    in_memory = header_of_values(
        {"PatientID": "P1", "StudyDate": "20200102", "StudyInstanceUID": "2.25.1", "ViewPosition": "MLO"},
        rows=96,
        columns=72,
    )
    other = mammogram_from_array(breast(), name="P2_LCC").header
    first, second = exams_of([other, in_memory, on_disk])
    assert set(first.headers) == {on_disk, in_memory}
    assert second.headers == (other,)
