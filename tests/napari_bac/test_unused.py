"""Nothing is lost silently in the viewer: kinds of files, conflicts, and masks as NIfTI."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_bac.reader import read_layers
from napari_bac.session.edit_store import image_name
from napari_bac.session.exam_session import ExamSession
from napari_bac.views.given_labels import METADATA_LABELS
from napari_bac.views.opened_view import METADATA, open_view
from shared_core import PixelSpacing, View
from shared_core.exporting.nifti import labels_nifti
from shared_core.mammogram import SpacingSource
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.unused import unused_sentences
from tests.napari_bac import pictures
from tests.reading.synthetic import dataset, write
from tests.shared_cases import CASES, needs_cases
from tests.tram_track import tram_track


@needs_cases
@pytest.mark.parametrize(
    ("folder", "views"), [("same_sop_uid", 4), ("folder_with_damaged", 1), ("folder_of_unread_kinds", 1)]
)
def test_what_is_not_opened_is_told_as_on_the_command_line(
    session: ExamSession, said: list[str], qtbot: Any, folder: str, views: int
) -> None:
    session.opener.start([CASES / folder])
    qtbot.waitUntil(lambda: not session.opener.is_open, timeout=60_000)
    assert len(session.views) == views
    (told,) = said
    for sentence in unused_sentences(find_exams(CASES / folder).unused):
        assert sentence in told
    if folder == "folder_with_damaged":
        assert "RCC.dcm: holds no Pixel Data" in told


def test_an_archive_opens_like_its_folder(tmp_path: Path) -> None:
    pictures.write_exam(tmp_path / "exam")
    with zipfile.ZipFile(tmp_path / "exam.zip", "w") as archive:
        for path in sorted((tmp_path / "exam").iterdir()):
            archive.write(path, f"deep/{path.name}")
    layers = read_layers(str(tmp_path / "exam.zip"))
    assert {layer[1]["name"] for layer in layers} == set(pictures.KEYS)
    opened = layers[0][1]["metadata"][METADATA]
    assert opened.path.parent == tmp_path / "exam.zip" / "deep"


def test_edits_of_views_that_share_an_identifier_are_kept_apart(tmp_path: Path) -> None:
    names = []
    for number, view in enumerate((View.CC, View.MLO)):
        made = dataset(tram_track(seed=number).astype(np.uint16) * 16, ViewPosition=view.value)
        made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = "1.2.7"
        names.append(image_name(open_view(write(tmp_path / f"{number}.dcm", made))))
    assert len(set(names)) == 2


@pytest.mark.parametrize("compress", [True, False])
def test_exported_labels_come_back_from_nifti(tmp_path: Path, compress: bool) -> None:
    pictures.write_exam(tmp_path)
    image = next(path for path in tmp_path.iterdir() if open_view(path).title == "L-CC")
    labels = pictures.labels()
    name = tmp_path / f"{image.stem}_labels.nii{'.gz' if compress else ''}"
    spacing = PixelSpacing(pictures.SPACING_MM, pictures.SPACING_MM, SpacingSource.USER)
    name.write_bytes(labels_nifti(labels, spacing, compress=compress))
    layers = read_layers([str(image), str(name)])
    (given,) = [layer for layer in layers if layer[2] == "labels"]
    assert METADATA_LABELS in given[1]["metadata"]
    assert np.array_equal(given[0], labels)


def test_a_packed_view_opens_as_it_is(tmp_path: Path) -> None:
    whole = write(tmp_path / "x.dcm", dataset(tram_track().astype(np.uint16) * 16)).read_bytes()
    (tmp_path / "x.dcm").unlink()
    (tmp_path / "LCC.dcm.gz").write_bytes(gzip.compress(whole))
    (layer,) = read_layers(str(tmp_path / "LCC.dcm.gz"))
    assert layer[2] == "image"
