"""Masks as segments on real MRML: exact, with their codes, in their study, and every known trap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import slicer
import slicer.util
import vtk
from BACSegmentationLib import segments, terminology
from BACSegmentationLib.lattice import cropped_image, matrix_of_volume
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality
from shared_core.pictures.lettering import FINDING
from tests.host.scene import HeadlessApp, put_in_study, subject_hierarchy
from tests.slicer_bac_extension.volumes_of_files import shown

SHAPE = (60, 40)
SPACING = (0.09, 0.07)


@pytest.fixture
def volume(app: HeadlessApp) -> Any:
    pixels = np.arange(SHAPE[0] * SHAPE[1], dtype=np.uint16).reshape(SHAPE)
    return shown(pixels, spacing_mm=SPACING)


@pytest.fixture
def mask() -> NDArray[np.bool_]:
    """Off the middle, so that a flip shows."""
    mask = np.zeros(SHAPE, bool)
    mask[5:9, 3:20] = mask[6:30, 18:20] = True
    return mask


def other_segment(node: Any, volume: Any, mask: NDArray[np.bool_], name: str) -> str:
    """A segment that a person adds."""
    segment = node.GetSegmentation().AddEmptySegment(name, name)
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    image = cropped_image(mask, matrix_of_volume(volume))
    assert logic.SetBinaryLabelmapToSegment(image, node, segment, logic.MODE_REPLACE)
    return str(segment)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_a_mask_comes_back_exactly_whatever_its_type(
    volume: Any, mask: NDArray[np.bool_], dtype: type
) -> None:
    # VTK has no type for bool and none that it takes for int64.
    node = segments.show_mask(volume, mask.astype(dtype))
    back = segments.mask_of(node, volume)
    assert back.dtype == np.bool_
    np.testing.assert_array_equal(back, mask)


def test_slicer_itself_reads_the_same_mask(volume: Any, mask: NDArray[np.bool_]) -> None:
    node = segments.show_mask(volume, mask)
    theirs = slicer.util.arrayFromSegmentBinaryLabelmap(node, segments.SEGMENT_ID, volume)
    assert theirs.shape == (1, *SHAPE)
    np.testing.assert_array_equal(theirs[0] > 0, mask)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(mask=arrays(bool, (12, 9), elements=st.booleans()))
def test_any_mask_comes_back(app: HeadlessApp, mask: NDArray[np.bool_]) -> None:
    app.close_scene()
    volume = shown(np.zeros((12, 9), np.uint8))
    node = segments.show_mask(volume, mask)
    np.testing.assert_array_equal(segments.mask_of(node, volume), mask)
    # Written over, and over an empty one.
    node = segments.show_mask(volume, mask[::-1], segmentation_node=node)
    np.testing.assert_array_equal(segments.mask_of(node, volume), mask[::-1])


def test_only_the_bounding_box_is_kept(volume: Any, mask: NDArray[np.bool_]) -> None:
    node = segments.show_mask(volume, mask)
    kept = slicer.util.arrayFromSegmentInternalBinaryLabelmap(node, segments.SEGMENT_ID)
    assert kept.shape == (1, 25, 17)
    assert kept.dtype == np.uint8


def test_an_empty_mask_is_a_segment_too(volume: Any) -> None:
    node = segments.show_mask(volume, np.zeros(SHAPE, bool))
    assert segments.segment_id(node) == "BAC"
    assert not segments.mask_of(node, volume).any()


def test_a_mask_of_another_shape_is_refused(volume: Any, mask: NDArray[np.bool_]) -> None:
    with pytest.raises(UsageError, match=r"60, 40.*40, 60"):
        segments.show_mask(volume, mask.T)


def test_an_edit_of_the_segment_editor_is_read_back(volume: Any, mask: NDArray[np.bool_]) -> None:
    node = segments.show_mask(volume, mask)
    rubber = np.ones(SHAPE, bool)
    rubber[:, 10:14] = False
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    logic.SetBinaryLabelmapToSegment(
        cropped_image(rubber, matrix_of_volume(volume)), node, "BAC", logic.MODE_MERGE_MIN
    )
    np.testing.assert_array_equal(segments.mask_of(node, volume), mask & rubber)


def test_writing_tells_observers_once(volume: Any, mask: NDArray[np.bool_]) -> None:
    node = segments.show_mask(volume, mask)
    told = []
    node.GetSegmentation().AddObserver(
        slicer.vtkSegmentation.SourceRepresentationModified, lambda *_: told.append(1)
    )
    segments.show_mask(volume, ~mask, segmentation_node=node)
    assert len(told) == 1


class TestSurfaces:
    def test_none_is_made_and_none_is_shown(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        node = segments.show_mask(volume, mask)
        segmentation, display = node.GetSegmentation(), node.GetDisplayNode()
        assert not segmentation.ContainsRepresentation("Closed surface")
        assert not display.GetVisibility3D()
        assert display.GetPreferredDisplayRepresentationName3D() == "Binary labelmap"

    def test_one_that_a_person_made_is_dropped_before_a_new_mask(
        self, volume: Any, mask: NDArray[np.bool_]
    ) -> None:
        node = segments.show_mask(volume, mask)
        assert node.CreateClosedSurfaceRepresentation()
        segments.show_mask(volume, mask, segmentation_node=node)
        assert not node.GetSegmentation().ContainsRepresentation("Closed surface")


class TestOtherSegments:
    def test_bac_is_the_only_one_that_is_stored(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        node = segments.show_mask(volume, mask)
        assert node.GetSegmentation().GetNumberOfSegments() == 1

    def test_one_that_overlaps_changes_nothing(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        node = segments.show_mask(volume, mask)
        other_segment(node, volume, np.ones(SHAPE, bool), "Breast")
        np.testing.assert_array_equal(segments.mask_of(node, volume), mask)
        segments.show_mask(volume, ~mask, segmentation_node=node)
        np.testing.assert_array_equal(segments.mask_of(node, volume), ~mask)

    def test_in_a_label_map_the_last_one_wins_so_that_bac_must_be_last(
        self, volume: Any, mask: NDArray[np.bool_]
    ) -> None:
        node = segments.show_mask(volume, mask)
        other_segment(node, volume, np.ones(SHAPE, bool), "Breast")
        labels = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
        logic = slicer.modules.segmentations.logic()
        assert logic.ExportVisibleSegmentsToLabelmapNode(node, labels, volume)
        assert set(np.unique(slicer.util.arrayFromVolume(labels))) == {2}  # the trap: BAC is gone
        alone = vtk.vtkStringArray()
        alone.InsertNextValue(segments.segment_id(node))
        assert logic.ExportSegmentsToLabelmapNode(node, alone, labels, volume)
        np.testing.assert_array_equal(slicer.util.arrayFromVolume(labels)[0] > 0, mask)

    def test_the_only_segment_that_a_person_drew_is_taken(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "By hand")
        node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        assert segments.segment_id(node) == ""
        other_segment(node, volume, mask, "Segment_1")
        np.testing.assert_array_equal(segments.mask_of(node, volume), mask)
        segments.replace_mask(node, volume, ~mask)
        np.testing.assert_array_equal(segments.mask_of(node, volume), ~mask)
        other_segment(node, volume, mask, "Segment_2")
        with pytest.raises(
            UsageError, match=r"By hand has several segments .Segment_1, Segment_2., and none is BAC"
        ):
            segments.mask_of(node, volume)
        segments.show_mask(volume, ~mask, segmentation_node=node)  # the drawn ones stay as they are
        assert segments.segment_id(node) == "BAC"
        assert node.GetSegmentation().GetNumberOfSegments() == 3
        node.RemoveSegment("BAC")
        node.GetSegmentation().GetSegment("Segment_2").SetName("BAC")
        assert segments.segment_id(node) == "Segment_2"


class TestGeometry:
    def test_a_spacing_that_is_changed_after_segmenting_is_noticed(
        self, volume: Any, mask: NDArray[np.bool_]
    ) -> None:
        node = segments.show_mask(volume, mask)
        volume.SetSpacing(0.05, 0.06, 1)
        resampled = slicer.util.arrayFromSegmentBinaryLabelmap(node, "BAC", volume)
        assert np.count_nonzero(resampled) != np.count_nonzero(mask)  # the trap
        with pytest.raises(UsageError, match=r"0\.09 x 0\.07 mm.*0\.06 x 0\.05 mm.*after segmenting"):
            segments.mask_of(node, volume)
        segments.show_mask(volume, mask, segmentation_node=node)  # as Apply does
        np.testing.assert_array_equal(segments.mask_of(node, volume), mask)

    @pytest.mark.parametrize("empty", [False, True])
    def test_also_where_nothing_is_marked(self, volume: Any, mask: NDArray[np.bool_], empty: bool) -> None:
        node = segments.show_mask(volume, mask & (not empty))
        assert segments.geometry_problem(node, volume) == ""
        volume.SetSpacing(0.05, 0.06, 1)
        assert "after segmenting" in segments.geometry_problem(node, volume)

    def test_the_thickness_of_the_slice_does_not_matter(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        node = segments.show_mask(volume, mask)
        volume.SetSpacing(SPACING[1], SPACING[0], 3)
        np.testing.assert_array_equal(segments.mask_of(node, volume), mask)

    def test_another_volume_is_refused(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        node = segments.show_mask(volume, mask)
        moved = shown(np.zeros(SHAPE, np.uint8), "RCC", spacing_mm=SPACING)
        moved.SetOrigin(0.035, 0, 0)
        with pytest.raises(UsageError, match="does not lie on the pixels of RCC"):
            segments.mask_of(node, moved)

    def test_a_transform_of_one_of_both_is_noticed(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        node = segments.show_mask(volume, mask)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        volume.SetAndObserveTransformNodeID(transform.GetID())
        with pytest.raises(UsageError, match="different transforms"):
            segments.mask_of(node, volume)
        segments.show_mask(volume, mask, segmentation_node=node)
        np.testing.assert_array_equal(segments.mask_of(node, volume), mask)

    @pytest.mark.parametrize(("down", "right"), [(7, 5), (-3, -4), (-4, 11)])
    def test_a_labelmap_that_counts_its_pixels_from_elsewhere(
        self, volume: Any, mask: NDArray[np.bool_], down: int, right: int
    ) -> None:
        # As other programs write one; what lies past the edge is left out.
        node = segments.show_mask(volume, np.zeros(SHAPE, bool))
        padded = np.pad(mask, 20)
        image = cropped_image(padded, matrix_of_volume(volume))
        corner = np.array([-(right - 20) * SPACING[1], -(down - 20) * SPACING[0], 0])
        image.SetOrigin(*(np.array(image.GetOrigin()) + corner))
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        logic.SetBinaryLabelmapToSegment(image, node, "BAC", logic.MODE_REPLACE)
        wanted = padded[20 - down :, 20 - right :][: SHAPE[0], : SHAPE[1]]
        np.testing.assert_array_equal(segments.mask_of(node, volume), wanted)


class TestFiles:
    def test_seg_nrrd_round_trip(self, volume: Any, mask: NDArray[np.bool_], tmp_path: Path) -> None:
        node = segments.show_mask(volume, mask, laterality=Laterality.LEFT)
        storage = node.CreateDefaultStorageNode()
        storage.SetFileName(str(tmp_path / "a.seg.nrrd"))
        assert storage.WriteData(node)
        back = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        reading = slicer.vtkMRMLSegmentationStorageNode()
        reading.SetFileName(str(tmp_path / "a.seg.nrrd"))
        assert reading.ReadData(back)
        np.testing.assert_array_equal(segments.mask_of(back, volume), mask)
        segment = back.GetSegmentation().GetSegment("BAC")
        assert segment.GetTerminology() == terminology.entry(Laterality.LEFT)
        assert np.allclose(segment.GetColor(), segments.COLOUR, atol=1e-3)

    def test_another_program_finds_it_in_the_right_place(
        self, volume: Any, mask: NDArray[np.bool_], tmp_path: Path
    ) -> None:
        sitk = pytest.importorskip("SimpleITK")
        node = segments.show_mask(volume, mask)
        storage = node.CreateDefaultStorageNode()
        storage.SetFileName(str(tmp_path / "a.seg.nrrd"))
        assert storage.WriteData(node)
        image = sitk.ReadImage(str(tmp_path / "a.seg.nrrd"))
        assert image.GetSpacing() == pytest.approx((0.07, 0.09, 1))
        array = sitk.GetArrayFromImage(image)[0]
        left, top = (round(v) for v in np.array(image.GetOrigin()[:2]) / image.GetSpacing()[:2])
        again = np.zeros_like(mask)
        again[top : top + array.shape[0], left : left + array.shape[1]] = array > 0
        np.testing.assert_array_equal(again, mask)

    def test_mrb_round_trip(
        self, app: HeadlessApp, volume: Any, mask: NDArray[np.bool_], tmp_path: Path
    ) -> None:
        segments.show_mask(volume, mask)
        pixels = slicer.util.arrayFromVolume(volume).copy()
        file = str(tmp_path / "a.mrb")
        assert app.scene.WriteToMRB(file)
        app.close_scene()
        assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
        assert app.scene.ReadFromMRB(file, True)
        volume = slicer.util.getNode("LCC")
        np.testing.assert_array_equal(slicer.util.arrayFromVolume(volume), pixels)
        node = segments.segmentation_of(volume)
        assert node.GetName() == "LCC BAC"
        np.testing.assert_array_equal(segments.mask_of(node, volume), mask)
        assert not node.GetDisplayNode().GetVisibility3D()
        assert not node.GetSegmentation().ContainsRepresentation("Closed surface")


class TestMeaning:
    @pytest.fixture
    def terminologies(self, app: HeadlessApp) -> Any:
        return slicer.modules.terminologies.logic()

    def test_name_and_colour_are_those_of_the_other_faces(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        segment = segments.show_mask(volume, mask).GetSegmentation().GetSegment("BAC")
        assert segment.GetName() == "BAC"
        assert tuple(round(255 * c) for c in segment.GetColor()) == FINDING
        assert not segment.GetNameAutoGenerated()
        assert not segment.GetColorAutoGenerated()

    @pytest.mark.parametrize(
        ("side", "words"), [(Laterality.LEFT, "Left"), (Laterality.RIGHT, "Right"), (Laterality.BOTH, "")]
    )
    def test_slicer_understands_the_codes(
        self, terminologies: Any, volume: Any, mask: NDArray[np.bool_], side: Laterality, words: str
    ) -> None:
        node = segments.show_mask(volume, mask, laterality=side)
        found = slicer.vtkSlicerTerminologyEntry()
        text = node.GetSegmentation().GetSegment("BAC").GetTerminology()
        assert terminologies.DeserializeTerminologyEntry(text, found)
        assert terminologies.UpdateEntryFromLoadedTerminologies(found, [], [])
        assert found.GetCategoryObject().GetCodeValue() == "49755003"
        assert found.GetTypeObject().GetCodeValue() == "18115005"
        assert found.GetTypeObject().GetSlicerLabel() == "BAC"
        assert found.GetTypeObject().GetRecommendedDisplayRGBValue() == FINDING
        assert found.GetRegionObject().GetCodeMeaning() == "Breast"
        assert (found.GetRegionModifierObject().GetCodeMeaning() or "") == words
        assert terminologies.SerializeTerminologyEntry(found) == text

    def test_a_second_load_changes_nothing_and_without_the_module_there_is_none(
        self, terminologies: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert terminology.load()
        assert terminology.load()
        names = vtk.vtkStringArray()
        terminologies.GetLoadedTerminologyNames(names)
        assert [names.GetValue(n) for n in range(names.GetNumberOfValues())].count(terminology.CONTEXT) == 1
        monkeypatch.delattr(slicer.modules, "terminologies")
        assert not terminology.load()

    def test_the_files_say_what_the_segments_say(self) -> None:
        resources = Path(terminology.__file__).parents[1] / "Resources"
        kinds = json.loads((resources / "OpenBAC.term.json").read_text())
        assert kinds["SegmentationCategoryTypeContextName"] == terminology.CONTEXT
        (category,) = kinds["SegmentationCodes"]["Category"]
        kind, other = category["Type"]
        assert (category["CodeValue"], category["CodeMeaning"]) == terminology.CATEGORY
        assert (kind["CodeValue"], kind["CodeMeaning"]) == terminology.TYPE
        assert (other["CodeValue"], other["CodeMeaning"]) == terminology.OTHER_TYPE
        regions = json.loads((resources / "OpenBACRegion.term.json").read_text())
        assert regions["AnatomicContextName"] == terminology.REGION_CONTEXT
        (region,) = regions["AnatomicCodes"]["AnatomicRegion"]
        assert (region["CodeValue"], region["CodeMeaning"]) == terminology.REGION
        sides = {(side["CodeValue"], side["CodeMeaning"]) for side in region["Modifier"]}
        assert sides == set(terminology.SIDES.values())

    def test_the_side_is_taken_from_the_volume(self, app: HeadlessApp) -> None:
        volume = shown(np.arange(8192, dtype=np.uint16).reshape(128, 64), "P7_RMLO")
        node = segments.show_mask(volume, np.zeros((128, 64), bool))
        assert node.GetSegmentation().GetSegment("BAC").GetTerminology().endswith("SCT^24028007^Right")

    def test_it_lies_in_the_study_of_its_volume(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        study = put_in_study(volume)
        node = segments.show_mask(volume, mask)
        hierarchy = subject_hierarchy()
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == study
        # Where Slicer has already put it elsewhere.
        hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), hierarchy.GetSceneItemID())
        segments.show_mask(volume, mask, segmentation_node=node)
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == study

    def test_it_is_found_by_its_volume(self, volume: Any, mask: NDArray[np.bool_]) -> None:
        assert segments.segmentation_of(volume) is None
        node = segments.show_mask(volume, mask)
        assert segments.segmentation_of(volume) is node
        assert segments.reference_volume(node) is volume
