from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydicom.sr.codedict import codes

from shared_core.mammogram import Laterality, View, ViewModifier
from shared_core.reading.dicom.attributes import Attributes
from shared_core.reading.dicom.identity import grouped_patient_id
from shared_core.reading.dicom.projection import dicom_projection, named_file_projection
from shared_core.reading.dicom.projection_codes import MODIFIER_OF_CODE, VIEW_OF_CODE, modifier_of_meaning
from shared_core.reading.projection_names import named_projection
from tests import told
from tests.reading.synthetic import code, dataset

NOTHING = {"ImageLaterality": None, "ViewPosition": None}
L, R = Laterality.LEFT, Laterality.RIGHT


def projection(file: str = "image.dcm", **attributes: Any) -> Any:
    return dicom_projection(Attributes(dataset(**{**NOTHING, **attributes})), Path(file))


@pytest.mark.parametrize(
    ("text", "side", "view"),
    [
        ("LCC", L, View.CC),
        ("R_MLO", R, View.MLO),
        ("RIGHT_MLO", R, View.MLO),
        ("lmlo", L, View.MLO),
        ("L CC", L, View.CC),
        ("left-cc", L, View.CC),
        ("CC_RIGHT", R, View.CC),
        ("MLO L", L, View.MLO),
        ("RXCCL", R, View.XCCL),
        ("LML", L, View.ML),
        ("LLM", L, View.LM),
        ("RLMO", R, View.LMO),
        ("Mass-Test_P_00820_RIGHT_CC", R, View.CC),
        ("20586908_6c613a14b80a8591_MG_R_CC_ANON", R, View.CC),
        ("LeftCC", L, View.CC),
        ("LCC2", L, View.CC),
        ("RCC-1", R, View.CC),
        ("Routine L CC C-View", L, View.CC),
        ("CC", None, View.CC),
        ("Left Medio-Lateral Oblique", L, View.MLO),
        ("ml_dataset", None, None),
        ("lm", None, None),
        ("R-123", None, None),
        ("success", None, None),
        ("class", None, None),
        ("R MLO and R CC", R, None),
        ("screening LEFT", L, None),
        ("LEFT and RIGHT", None, None),
        ("", None, None),
    ],
)
def test_view_and_side_are_found_in_names(text: str, side: Laterality | None, view: View | None) -> None:
    named = named_projection(text)
    assert (named.laterality, named.view) == (side, view)


@pytest.mark.parametrize(
    ("text", "modifier"),
    [
        ("LCCID", ViewModifier.IMPLANT_DISPLACED),
        ("RMCC", ViewModifier.MAGNIFICATION),
        ("L CC SPOT", ViewModifier.SPOT_COMPRESSION),
        ("R MLO MAG", ViewModifier.MAGNIFICATION),
        ("R CC rolled", ViewModifier.ROLLED),
    ],
)
def test_modifiers_are_found_in_names(text: str, modifier: ViewModifier) -> None:
    assert named_projection(text).modifiers == (modifier,)


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    named_projection(text)
    named_projection(text, trusted=True)


@pytest.mark.parametrize(
    ("patient", "grouped"),
    [
        ("Mass-Test_P_00820_RIGHT_CC", "P_00820"),
        ("Calc-Training_P_00005_LEFT_MLO", "P_00005"),
        ("12345", "12345"),
        ("12-CC-7", "12-CC-7"),
        ("LCC", "LCC"),
        ("", ""),
    ],
)
def test_patients_are_grouped_without_view(patient: str, grouped: str) -> None:
    assert grouped_patient_id(patient) == grouped


def test_all_codes_of_the_standard_are_known() -> None:
    for name in codes.cid4014.dir():
        concept = getattr(codes.cid4014, name)
        assert concept.value in VIEW_OF_CODE, concept
    for name in codes.cid4015.dir():
        concept = getattr(codes.cid4015, name)
        if concept.meaning != "Anterior compression":
            assert MODIFIER_OF_CODE[concept.value] is modifier_of_meaning(concept.meaning), concept


def test_old_and_new_codes_agree_with_the_standards_mapping() -> None:
    from pydicom.sr._snomed_dict import mapping

    for table in (VIEW_OF_CODE, MODIFIER_OF_CODE):
        for value, meaning in table.items():
            if not value.isdigit():
                assert table[mapping["SRT"][value]] is meaning


@pytest.mark.parametrize(("value", "scheme"), [("R-10226", "SRT"), ("R-10226", "SNM3"), ("399368009", "SCT")])
def test_the_view_code_comes_first_and_conflicts_are_told(value: str, scheme: str) -> None:
    found = projection(ViewCodeSequence=[code(value, "medio-lateral oblique", scheme)], ViewPosition="CC")
    assert found.view is View.MLO
    assert "view-contradicted" in told.codes(found.notices)
    assert "MLO, but ViewPosition says CC" in told.texts(found.notices)


def test_an_unknown_code_is_read_by_its_meaning() -> None:
    assert projection(ViewCodeSequence=[code("X1", "cranio-caudal", "99ME")]).view is View.CC


@pytest.mark.parametrize(
    ("attributes", "view"),
    [
        ({"ViewPosition": "ML"}, View.ML),
        ({"ViewPosition": " mlo "}, View.MLO),
        ({"PatientOrientation": "CC"}, View.CC),
        ({"SeriesDescription": "L MLO"}, View.MLO),
        ({"ProtocolName": "R XCCL"}, View.XCCL),
        ({"AcquisitionDeviceProcessingDescription": "LCC Premium"}, View.CC),
        ({"PatientID": "Calc-Test_P_00646_LEFT_CC"}, View.CC),
        ({"PatientOrientation": ["A", "R"]}, View.CC),
        ({"ViewPosition": "AP"}, View.UNKNOWN),
    ],
)
def test_the_view_is_found_where_real_files_put_it(attributes: dict[str, Any], view: View) -> None:
    found = projection(**attributes)
    assert found.view is view
    if view is not View.UNKNOWN:
        assert any(what == "view" and next(iter(attributes)) in why for what, why in found.evidence)


def test_the_file_name_is_the_last_resort_and_conflicts_are_told() -> None:
    assert projection("x_RMLO.dcm").view is View.MLO
    found = projection("x_RMLO.dcm", ImageLaterality="L", ViewPosition="MLO")
    assert found.laterality is L
    assert told.codes(found.notices) == ["view-contradicted"]
    assert "laterality" in told.texts(found.notices)


@pytest.mark.parametrize(
    ("attributes", "side"),
    [
        ({"ImageLaterality": "R", "Laterality": "L"}, R),
        ({"FrameLaterality": "L"}, L),
        ({"Laterality": "R"}, R),
        ({"ImageLaterality": "B"}, Laterality.BOTH),
        ({"ImageLaterality": "U"}, Laterality.UNKNOWN),
        ({"SeriesDescription": "RIGHT breast"}, R),
    ],
)
def test_the_side_is_found(attributes: dict[str, Any], side: Laterality) -> None:
    assert projection(**attributes).laterality is side


def test_modifiers_lie_inside_or_beside_the_view_code() -> None:
    inside = code("399162004", "cranio-caudal")
    inside.ViewModifierCodeSequence = [code("399163009", "Magnification"), code("R-102D7", "Spot", "SRT")]
    expected = (ViewModifier.MAGNIFICATION, ViewModifier.SPOT_COMPRESSION)
    assert projection(ViewCodeSequence=[inside]).modifiers == expected
    beside = projection(ViewModifierCodeSequence=[code("399209000", "Implant Displaced")])
    assert beside.modifiers == (ViewModifier.IMPLANT_DISPLACED,)


def test_a_magnification_stand_shows_in_the_factor() -> None:
    assert projection(EstimatedRadiographicMagnificationFactor=1.8).modifiers == (ViewModifier.MAGNIFICATION,)
    assert projection(EstimatedRadiographicMagnificationFactor=1.07).modifiers == ()


def test_a_raster_has_only_its_name() -> None:
    found = named_file_projection(Path("P_00646-LCC.png"))
    assert (found.laterality, found.view, found.notices) == (L, View.CC, ())
    unnamed = named_file_projection(Path("scan.png")).notices
    assert told.texts(unnamed) == "The file does not say its view and laterality."
