"""Simulated views for training: the same by number, and as inference would see their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_core.errors import UsageError
from shared_core.mammogram import Laterality, View
from shared_core.preprocessing.prepare import prepare
from shared_core.reading.reader import read_mammogram
from shared_core.simulation.dicom_files import Subject, presentation_dicom
from shared_core.simulation.image_formation import expose
from shared_core.simulation.machine import HOLOGIC
from shared_core.simulation.patient import PatientSettings, make_patient
from shared_core.simulation.projection import project
from shared_core.simulation.vendor_processing import LOOKS, present
from shared_core.training.data.simulated import Site, mammogram_of
from tests.training.data.small import COARSE_CARD, coarse_views


def _tag(view: object, name: str) -> str:
    return dict(view.tags)[name]  # type: ignore[attr-defined]


def test_a_number_always_gives_the_same_view() -> None:
    first, second = coarse_views().load(0), coarse_views().load(0)
    assert np.array_equal(first.image_u8, second.image_u8)
    assert np.array_equal(first.label, second.label)
    assert first.identity == second.identity == coarse_views().identity(0)
    other = coarse_views().load(1)
    assert other.image_u8.shape != first.image_u8.shape or (other.image_u8 != first.image_u8).any()


def test_views_with_severity_have_bac_inside_the_valid_area_and_others_none() -> None:
    source = coarse_views()
    numbers = {_tag(source.identity(number), "severity"): number for number in range(len(source))}
    healthy = source.load(numbers["none"])
    assert not healthy.label.any()
    ill = source.load(next(number for severity, number in numbers.items() if severity != "none"))
    assert ill.label.any()
    assert (ill.label & ill.valid).sum() > 0.9 * ill.label.sum()
    assert ill.spacing_mm == pytest.approx(0.28, rel=0.11)
    assert ill.image_u8[ill.label].mean() > ill.image_u8[ill.valid].mean()


def test_styles_take_turns_and_each_has_the_share_without_bac() -> None:
    source = coarse_views(patients=60, share_none=0.4)
    identities = [source.identity(number) for number in range(60)]
    assert [_tag(one, "style") for one in identities[:4]] == ["hologic", "ge", "fuji", "hologic"]
    for style in source.styles:
        # Mild and moderate patients may have it in the other breast alone.
        healthy = [_tag(one, "severity") == "none" for one in identities if _tag(one, "style") == style]
        assert 0.4 <= np.mean(healthy) <= 0.7
    everyone = coarse_views(patients=9, share_none=1.0)
    assert all(_tag(everyone.identity(number), "severity") == "none" for number in range(9))


def test_look_alikes_of_the_breast_lie_in_both_its_views_and_all_are_named() -> None:
    views = ((Laterality.LEFT, View.CC), (Laterality.LEFT, View.MLO))
    source = coarse_views(views=views, look_alikes=("popcorn", "round"), look_alikes_mean=3.0)
    assert _tag(source.identity(0), "look-alike") == _tag(source.identity(1), "look-alike")
    names = {_tag(source.identity(number), "look-alike") for number in range(len(source))}
    assert names <= {"none", "popcorn", "round", "popcorn+round"}
    assert names != {"none"}


def test_memory_and_file_give_the_same_prepared_image(tmp_path: Path) -> None:
    machine = replace(HOLOGIC, pitch_mm=0.28)
    patient = make_patient(5, settings=PatientSettings(severity="severe"))
    view = project(patient, Laterality.LEFT, View.CC, spacing_mm=0.28 / 1.07)
    raw = expose(view, machine, seed=1)
    shown = present(
        raw, breast=view.truth.breast_mask, opaque=view.opaque, collimated=view.collimated, letters="LCC"
    )
    file = tmp_path / "LCC.dcm"
    file.write_bytes(presentation_dicom(shown, raw, view, Subject("SIM", "20200101", 60)))
    preset = COARSE_CARD.preprocessing
    from_file, from_memory = prepare(read_mammogram(file), preset), prepare(mammogram_of(shown, view), preset)
    assert np.array_equal(from_file.image_u8, from_memory.image_u8)
    assert np.array_equal(from_file.valid_mask, from_memory.valid_mask)
    assert from_file.spacing is not None
    assert from_memory.spacing is not None
    assert from_memory.spacing.row_mm == pytest.approx(from_file.spacing.row_mm, rel=1e-6)


def test_what_cannot_be_simulated_is_refused() -> None:
    with pytest.raises(UsageError, match="share"):
        coarse_views(share_none=1.2)
    with pytest.raises(UsageError, match="at least one patient"):
        coarse_views(patients=0)
    with pytest.raises(UsageError, match="Unknown look-alike"):
        coarse_views(look_alikes=("pearl",))
    with pytest.raises(IndexError):
        coarse_views().load(6)


def test_a_site_of_its_own_takes_the_place_of_the_styles() -> None:
    machine = replace(HOLOGIC, pitch_mm=0.5, field=(466, 358))
    site = Site("elsewhere", machine, replace(LOOKS["hologic"], middle=0.6, high=0.9))
    same, other = coarse_views(styles=("hologic",), pitch_mm=None), coarse_views(pitch_mm=None, site=site)
    assert dict(other.identity(0).tags)["style"] == "elsewhere"
    assert "site elsewhere" in other.description["simulated views"]
    brighter = other.load(0)
    assert brighter.spacing_mm is not None
    plain = replace(same, site=replace(site, look=LOOKS["hologic"])).load(0)
    assert brighter.image_u8[brighter.valid].mean() > plain.image_u8[plain.valid].mean() + 20
