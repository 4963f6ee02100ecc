"""A volume that Slicer read gives the mammogram that the engine reads from its file, or says why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import slicer
import slicer.util
from BACSegmentationLib import mammograms, volumes

from shared_core.errors import UnsupportedImageError, UsageError
from shared_core.mammogram import Laterality, Mammogram, PresentationIntent, SpacingSource, View
from shared_core.reading.reader import read_mammogram
from tests.host.dicom_database import DicomDatabase
from tests.host.scene import HeadlessApp
from tests.reading import synthetic
from tests.reading.synthetic import breast, dataset, write, write_as
from tests.reading.test_pixel_values import CASES, Case
from tests.slicer_bac_extension.volumes_of_files import load, shown
from tests.told import codes, texts

SIDES_AND_VIEWS = (("L", "CC"), ("R", "CC"), ("L", "MLO"), ("R", "MLO"))


def assert_same(ours: Mammogram, file: Path) -> None:
    """It is what the engine reads from the file, to the last value."""
    theirs = read_mammogram(file)
    assert ours.header.path == file
    assert ours.pixels.dtype == theirs.pixels.dtype
    np.testing.assert_array_equal(ours.pixels, theirs.pixels)
    np.testing.assert_array_equal(ours.padding, theirs.padding)
    assert replace(ours.header, notices=()) == replace(theirs.header, notices=())
    assert ours.header.notices[: len(theirs.header.notices)] == theirs.header.notices


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_that_slicer_reads_is_the_file_that_the_engine_reads(
    app: HeadlessApp, tmp_path: Path, case: Case
) -> None:
    ds = dataset(case.stored, sop_class=case.sop_class, bits=case.bits, **case.attributes)
    ds.ImagerPixelSpacing = [0.07, 0.09]
    file = write_as(tmp_path / "a.dcm", ds, case.syntax)
    assert_same(mammograms.mammogram_of(load(file)), file)


def test_simpleitk_gives_the_same(app: HeadlessApp, tmp_path: Path) -> None:
    sitk = pytest.importorskip("SimpleITK")
    ds = dataset(PhotometricInterpretation="MONOCHROME1", ImagerPixelSpacing=[0.07, 0.09])
    file = write(tmp_path / "a.dcm", ds)
    image = sitk.ReadImage(str(file), imageIO="GDCMImageIO")
    column_mm, row_mm, _ = image.GetSpacing()
    node = shown(sitk.GetArrayFromImage(image), spacing_mm=(row_mm, column_mm), file=file)
    assert_same(mammograms.mammogram_of(node), file)


def test_monochrome1_is_turned_once(app: HeadlessApp, tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(PhotometricInterpretation="MONOCHROME1"))
    volume = load(file)
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(volume)[0], 4095 - breast())
    assert_same(mammograms.mammogram_of(volume), file)


def test_a_volume_of_another_type_is_still_its_file(app: HeadlessApp, tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(ImagerPixelSpacing=[0.07, 0.07]))
    assert_same(mammograms.mammogram_of(shown(breast().astype(np.float64), file=file)), file)


class TestSpacing:
    """The table of what readers make of spacing attributes; the engine's rule counts."""

    @pytest.mark.parametrize(
        ("attributes", "in_slicer", "row_mm"),
        [
            ({"ImagerPixelSpacing": [0.07, 0.09]}, (0.07, 0.09), 0.07),
            ({"PixelSpacing": [0.05, 0.06]}, (1, 1), None),
            ({"ImagerPixelSpacing": [0.07, 0.07], "PixelSpacing": [0.05, 0.05]}, (0.07, 0.07), 0.07),
            (
                {"ImagerPixelSpacing": [0.07, 0.07], "EstimatedRadiographicMagnificationFactor": 1.1},
                (0.07, 0.07),
                0.07 / 1.1,
            ),
            (
                {"PixelSpacing": [0.05, 0.06], "PixelSpacingCalibrationType": "FIDUCIAL"},
                (1, 1),
                0.05,
            ),
            ({"ImagerPixelSpacing": [0.07, 0.07], "sop_class": synthetic.SC}, (1, 1), 0.07),
            ({}, (1, 1), None),
        ],
    )
    def test_is_that_of_the_file_by_the_engines_rule(
        self,
        app: HeadlessApp,
        tmp_path: Path,
        attributes: dict[str, Any],
        in_slicer: tuple[float, float],
        row_mm: float | None,
    ) -> None:
        file = write(tmp_path / "a.dcm", dataset(**attributes))
        volume = load(file)
        assert volumes.shown_mm(volume) == pytest.approx(in_slicer)
        mammogram = mammograms.mammogram_of(volume)
        assert_same(mammogram, file)
        assert (mammogram.spacing.row_mm if mammogram.spacing else None) == (
            pytest.approx(row_mm) if row_mm else None
        )
        if row_mm is None:
            assert "shown-spacing-unknown" in codes(mammogram.header.notices)
        elif in_slicer[0] != pytest.approx(row_mm):
            assert "gdcm-spacing-differs" in codes(mammogram.header.notices)

    def test_exchanged_rows_and_columns_are_noticed(self, app: HeadlessApp, tmp_path: Path) -> None:
        file = write(tmp_path / "a.dcm", dataset(ImagerPixelSpacing=[0.07, 0.09]))
        volume = load(file)
        volume.SetSpacing(0.07, 0.09, 1)  # as Slicer's DCMTK reader sets it
        mammogram = mammograms.mammogram_of(volume)
        assert_same(mammogram, file)
        assert "shown-spacing-turned" in codes(mammogram.header.notices)

    def test_what_a_person_set_in_slicer_counts_and_is_told(self, app: HeadlessApp, tmp_path: Path) -> None:
        file = write(tmp_path / "a.dcm", dataset(PixelSpacing=[0.05, 0.05]))
        volume = load(file)
        volume.SetSpacing(0.085, 0.094, 1)
        mammogram = mammograms.mammogram_of(volume)
        assert mammogram.header.path == file
        assert mammogram.spacing is not None
        assert (mammogram.spacing.row_mm, mammogram.spacing.column_mm) == pytest.approx((0.094, 0.085))
        assert mammogram.spacing.source is SpacingSource.USER
        assert "spacing-set-by-hand" in codes(mammogram.header.notices)
        assert "set by hand to 0.094 x 0.085 mm" in texts(mammogram.header.notices)
        assert "spacing-unknown" not in codes(mammogram.header.notices)

    def test_of_a_volume_without_a_file_is_that_of_the_node(self, app: HeadlessApp) -> None:
        mammogram = mammograms.mammogram_of(shown(breast(), spacing_mm=(0.08, 0.07)))
        assert mammogram.spacing is not None
        assert mammogram.spacing.row_mm == pytest.approx(0.08)
        assert mammogram.spacing.source is SpacingSource.USER
        assert mammograms.mammogram_of(shown(breast(), spacing_mm=(1, 1))).spacing is None


class TestRasterFiles:
    # Slicer itself reads PNG; the ITK of slicer-core has no reader for it, so the array is handed over.
    def test_a_png_is_run_from_its_file(self, app: HeadlessApp, tmp_path: Path) -> None:
        file = tmp_path / "P7_LCC.png"
        cv2.imwrite(str(file), breast(16))
        mammogram = mammograms.mammogram_of(shown(breast(16), spacing_mm=(1, 1), file=file))
        assert_same(mammogram, file)
        assert mammogram.spacing is None

    def test_its_print_resolution_is_no_spacing(self, app: HeadlessApp, tmp_path: Path) -> None:
        from PIL import Image

        file = tmp_path / "P7_LCC.tif"
        Image.fromarray(breast(8)).save(file, dpi=(300, 300))
        mammogram = mammograms.mammogram_of(shown(breast(8), spacing_mm=(25.4 / 300, 25.4 / 300), file=file))
        assert mammogram.spacing is None
        assert "shown-spacing-of-print" in codes(mammogram.header.notices)


class TestOtherPixels:
    def test_a_changed_volume_is_measured_as_it_is_and_that_is_said(
        self, app: HeadlessApp, tmp_path: Path
    ) -> None:
        ds = dataset(sop_class=synthetic.MG_RAW, ImagerPixelSpacing=[0.07, 0.07])
        file = write(tmp_path / "a.dcm", ds)
        volume = load(file)
        changed = slicer.util.arrayFromVolume(volume)
        changed[0, 10:20, 10:20] = 77
        mammogram = mammograms.mammogram_of(volume)
        assert mammogram.header.path is None
        np.testing.assert_array_equal(mammogram.pixels, changed[0])
        notice = mammogram.header.notices[-1]
        assert notice.code == "measured-on-loaded-image"
        assert "The pixels of a differ" in notice.text
        # View, side and spacing are still those of the file; its raw signal is not.
        assert mammogram.header.view_label == "LCC"
        assert mammogram.spacing == read_mammogram(file).spacing
        assert mammogram.header.intent is PresentationIntent.UNKNOWN

    def test_a_cropped_one_too(self, app: HeadlessApp, tmp_path: Path) -> None:
        file = write(tmp_path / "a.dcm", dataset(ImagerPixelSpacing=[0.07, 0.07]))
        mammogram = mammograms.mammogram_of(shown(breast()[:80], file=file))
        assert mammogram.shape == (80, 72)
        assert mammogram.header.notices[-1].code == "measured-on-loaded-image"

    def test_the_file_of_a_saved_scene_is_no_source(self, app: HeadlessApp, tmp_path: Path) -> None:
        volume = shown(breast(), "P7_RMLO")
        storage = volume.CreateDefaultStorageNode()
        storage.SetFileName(str(tmp_path / "a.nrrd"))
        assert storage.WriteData(volume)
        mammogram = mammograms.mammogram_of(load(tmp_path / "a.nrrd", "P7_RMLO"))
        assert mammogram.header.path is None
        assert mammogram.header.view_label == "RMLO"
        assert "measured-on-loaded-image" not in codes(mammogram.header.notices)

    def test_a_file_that_the_engine_refuses_is_refused(self, app: HeadlessApp, tmp_path: Path) -> None:
        file = write(tmp_path / "a.dcm", dataset(sop_class=synthetic.CT, Modality="CT", ViewPosition=None))
        with pytest.raises(UnsupportedImageError, match=r"a\.dcm"):
            mammograms.mammogram_of(load(file))


class TestExams:
    @pytest.fixture
    def files(self, tmp_path: Path) -> list[Path]:
        """The four views of a patient on two dates, and one of another patient."""
        written = []
        for patient, date in (("P1", "20200102"), ("P1", "20220103"), ("P2", "20200102")):
            folder = tmp_path / f"{patient}_{date}"
            folder.mkdir()
            for number, (side, view) in enumerate(SIDES_AND_VIEWS):
                if patient == "P1" or number == 0:
                    ds = dataset(PatientID=patient, StudyDate=date, ImageLaterality=side, ViewPosition=view)
                    ds.StudyInstanceUID = f"2.25.{date}{ord(patient[1])}"
                    written.append(write(folder / f"{number}.dcm", ds))
        return written

    def check(self, volumes_of: dict[Path, Any]) -> None:
        exams = mammograms.exams_in_scene()
        assert [(one.exam.patient_id, one.exam.study_date) for one in exams] == [
            ("P1", "20200102"),
            ("P1", "20220103"),
            ("P2", "20200102"),
        ]
        first = exams[0]
        assert [header.view_label for header in first.exam.headers] == ["LCC", "LMLO", "RCC", "RMLO"]
        wanted = [volumes_of[path] for path in volumes_of if path.parent.name == "P1_20200102"]
        assert [first.volumes[i] for i in (0, 2, 1, 3)] == wanted
        assert exams[2].exam.missing_views == ("LMLO", "RCC", "RMLO")

    def test_the_volumes_of_a_scene_are_grouped(self, app: HeadlessApp, files: list[Path]) -> None:
        volumes_of = {file: load(file) for file in files}
        shown(np.stack([breast()] * 3), "tomosynthesis")
        self.check(volumes_of)
        (other,) = [volumes_of[file] for file in files if file.parent.name == "P2_20200102"]
        assert mammograms.exam_of(other).volumes == (other,)

    def test_the_dicom_database_tells_what_files_that_are_gone_said(
        self, app: HeadlessApp, files: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database = DicomDatabase(files)
        monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)
        volumes_of = {}
        for uid, file in database._files.items():
            volumes_of[file] = shown(breast(), "a name that tells nothing")
            volumes_of[file].SetAttribute(volumes.UIDS_ATTRIBUTE, uid)
        self.check(volumes_of)
        for file in files:
            file.unlink()
        self.check(volumes_of)

    def test_names_tell_where_nothing_else_does(self, app: HeadlessApp) -> None:
        nodes = [shown(breast(), side + view) for side, view in SIDES_AND_VIEWS]
        other = shown(breast(), "P9_LCC")
        by_name, of_p9 = sorted(mammograms.exams_in_scene(), key=lambda one: -len(one.volumes))
        assert set(by_name.volumes) == set(nodes)
        assert by_name.exam.missing_views == ()
        assert of_p9.volumes == (other,)
        header = mammograms.header_of(nodes[3])
        assert (header.view, header.laterality) == (View.MLO, Laterality.RIGHT)

    def test_the_same_file_twice_is_two_volumes(self, app: HeadlessApp, files: list[Path]) -> None:
        nodes = (load(files[0]), load(files[0]))
        (exam,) = mammograms.exams_in_scene()
        assert set(exam.volumes) == set(nodes)
        assert codes(exam.exam.notices) == ["exam-view-repeated"]

    def test_no_volume_no_exam(self, app: HeadlessApp) -> None:
        assert mammograms.exams_in_scene() == ()
        with pytest.raises(UsageError):
            mammograms.exam_of(None)
