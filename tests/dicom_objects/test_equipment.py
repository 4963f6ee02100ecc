"""Who, when and which UID: the same each time, another one for another content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID

from shared_core.dicom_objects.equipment import (
    SERIES,
    Making,
    file_bytes,
    finished,
    making_of,
    new_object,
    series_uid,
)
from shared_core.dicom_objects.required_libraries import needed
from shared_core.errors import UsageError
from tests.dicom_objects.conftest import MeasuredExam
from tests.record_builders import a_run

SC = "1.2.840.10008.5.1.4.1.1.7"


@pytest.fixture(scope="module")
def simulated(make_exam: Callable[..., MeasuredExam]) -> MeasuredExam:
    return make_exam("ge")


def _object(exam: MeasuredExam, comment: str, making: Making | None = None) -> Dataset:
    dataset = new_object(exam.home, "sc", making or exam.making, sop_class=SC, number=1)
    dataset.ImageComments = comment
    return finished(dataset)


def test_the_same_content_has_the_same_bytes_and_another_one_another_uid(simulated: MeasuredExam) -> None:
    one, again, other = (_object(simulated, comment) for comment in ("a", "a", "b"))
    assert file_bytes(one) == file_bytes(again)
    assert one.SOPInstanceUID != other.SOPInstanceUID
    assert UID(one.SOPInstanceUID).is_valid
    assert one.file_meta.MediaStorageSOPInstanceUID == one.SOPInstanceUID


def test_objects_keep_their_study_and_have_a_series_for_each_kind(simulated: MeasuredExam) -> None:
    uids = {kind: series_uid(simulated.home, kind, simulated.making) for kind in SERIES}
    assert len(set(uids.values())) == len(SERIES)
    assert _object(simulated, "a").StudyInstanceUID == simulated.home.study_uid
    assert {series_uid(source, "seg", simulated.making) for source in simulated.sources} == {uids["seg"]}


def test_times_come_from_the_run_and_else_from_the_study(simulated: MeasuredExam) -> None:
    said = making_of(simulated.home, a_run(made_at="2024-05-31T14:03:00+02:00"))
    assert (said.when, said.dated) == (datetime(2024, 5, 31, 14, 3), True)
    unsaid = making_of(simulated.home, a_run())
    assert (unsaid.when, unsaid.dated) == (datetime(2021, 3, 4, 12), False)
    assert _object(simulated, "a", said).ContentTime == "140300"
    with pytest.raises(UsageError, match=r"^run\.json: made_at 'yesterday' is no date"):
        making_of(simulated.home, a_run(made_at="yesterday"))


def test_runs_with_other_settings_have_other_series(simulated: MeasuredExam) -> None:
    makings = [making_of(simulated.home, a_run(model={"sha256": digit})) for digit in "01"]
    assert series_uid(simulated.home, "seg", makings[0]) != series_uid(simulated.home, "seg", makings[1])
    later = replace(makings[0], when=datetime(2025, 1, 1))
    assert series_uid(simulated.home, "seg", later) != series_uid(simulated.home, "seg", makings[0])


def test_a_library_that_is_missing_is_named_with_its_extra() -> None:
    with pytest.raises(UsageError, match=r"need nothing_like_it.*pip install 'openbac\[dicom\]'"):
        needed("nothing_like_it.at_all")
