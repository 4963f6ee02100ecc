"""Layer B: the simulated exam comes into the scene as four volumes of one study."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import slicer
import slicer.util
from BACSegmentationLib import sample_data
from PIL import Image

from shared_core.records.canonical_json import json_bytes
from shared_core.simulation.cohort import settings_record
from shared_core.simulation.samples import sample_settings
from shared_core.version import SOFTWARE_VERSION
from tests.host.sample_data_module import sample_data_module
from tests.host.scene import HeadlessApp, subject_hierarchy
from tests.reading.synthetic import dataset, write
from tests.tram_track import tram_track

VIEWS = ("LCC", "RCC", "LMLO", "RMLO")
SPACING_MM = 0.07


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the exam lies as if it had been made before, with images that are small."""
    folder = tmp_path_factory.mktemp("samples")
    place = Path("images") / "SIM" / "2020-01-01"
    (folder / "exam" / place).mkdir(parents=True)
    files = []
    for number, name in enumerate(VIEWS):
        pixels = tram_track(seed=number).astype(np.uint16)
        tags = {"ImageLaterality": name[0], "ViewPosition": name[1:], "ImagerPixelSpacing": [SPACING_MM] * 2}
        write(folder / "exam" / place / f"{name}.dcm", dataset(pixels, PatientID="SIM", **tags))
        files.append([(place / f"{name}.dcm").as_posix()])
    settings = settings_record(sample_settings("exam", folder / "exam"))
    label = {"sample": "exam", "software_version": SOFTWARE_VERSION, "settings": settings, "files": files}
    (folder / "exam" / "sample.json").write_bytes(json_bytes(label))
    return folder


def test_exam_is_four_volumes_of_one_study_and_the_first_is_shown(app: HeadlessApp, samples: Path) -> None:
    volumes = sample_data.load_exam(samples)
    assert [volume.GetName() for volume in volumes] == list(VIEWS)
    for volume in volumes:
        assert volume.GetImageData().GetDimensions() == (400, 600, 1)
        assert volume.GetSpacing()[:2] == pytest.approx((SPACING_MM, SPACING_MM))
        assert volume.GetDisplayNode().GetInterpolate() == 0
    hierarchy = subject_hierarchy()
    studies = {hierarchy.GetItemParent(hierarchy.GetItemByDataNode(volume)) for volume in volumes}
    assert len(studies) == 1
    assert hierarchy.GetItemName(hierarchy.GetItemParent(studies.pop())) == "SIM"


def test_cancelling_loads_nothing(app: HeadlessApp, tmp_path: Path) -> None:
    before = app.scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    assert sample_data.load_exam(tmp_path, cancelled=lambda: True) == ()
    assert app.scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == before
    assert not (tmp_path / "exam").exists()


def test_why_it_cannot_be_made_is_said_in_the_words_of_the_engine(app: HeadlessApp, tmp_path: Path) -> None:
    (tmp_path / "exam").mkdir()
    with pytest.raises(sample_data.SampleError, match="is not a sample of OpenBAC"):
        sample_data.load_exam(tmp_path)


def test_missing_packages_are_named_before_anything_is_made(
    app: HeadlessApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text("no-such-package-of-openbac>=1\n", encoding="utf-8")
    monkeypatch.setattr(sample_data, "_RESOURCES", tmp_path)
    with pytest.raises(sample_data.SampleError, match=r"no-such-package-of-openbac>=1.*Sample Data installs"):
        sample_data.load_exam(tmp_path)


def test_button_asks_for_what_is_missing_and_loads_nothing_without_it(
    app: HeadlessApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text("no-such-package-of-openbac>=1\n", encoding="utf-8")
    asked, shown = [], []
    monkeypatch.setattr(sample_data, "_RESOURCES", tmp_path)
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", lambda *words, **_: asked.append(words))
    monkeypatch.setattr(slicer.util, "errorDisplay", lambda *words, **_: shown.append(words))
    assert sample_data.load_from_button() == ()
    assert len(asked) == len(shown) == 1
    assert "not installed" in shown[0][0]


def test_sample_is_offered_with_a_thumbnail(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sample_data_module()
    monkeypatch.setitem(sys.modules, "SampleData", module)
    sample_data.register()
    assert module.SampleDataLogic.categories == {"OpenBAC": "OpenBAC"}
    (source,) = module.SampleDataLogic.sources["OpenBAC"]
    assert source.sampleName == "OpenBAC simulated exam, four views"
    with Image.open(str(source.thumbnailFileName)) as thumbnail:
        assert thumbnail.size == (260, 280)


def test_scripts_get_the_exam_by_its_name(
    app: HeadlessApp, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sample_data_module()
    monkeypatch.setitem(sys.modules, "SampleData", module)
    monkeypatch.setenv("OPENBAC_CACHE", str(samples.parent))
    monkeypatch.setattr(sample_data, "kept_folder", lambda: samples)
    for _ in range(2):  # "Reload" registers again
        sample_data.register()
    volumes = module.SampleDataLogic().downloadSamples("OpenBAC simulated exam, four views")
    assert [volume.GetName() for volume in volumes] == list(VIEWS)
    other = module.SampleDataLogic
    other.registerCustomSampleDataSource(
        category="Other", sampleName="MRHead", uris="https://x", fileNames="x"
    )
    with pytest.raises(ValueError, match="unknown url type: https://x"):
        other().downloadSamples("MRHead")
