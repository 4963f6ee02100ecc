"""The study of the checks of pictures: each picture has rows of its own, and the page has all there is."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from shared_core.notices.of_quality import QUALITY_CODES
from tests.quality.breast_picture import PITCH_MM, breast_picture
from validation import DOCS
from validation.quality import study
from validation.quality.faults import FAULTS
from validation.quality.study import AS_IT_IS, PictureSet, run


def test_pictures_of_one_name_in_the_folders_of_two_patients_have_rows_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "FAULTS", {})
    paths = [tmp_path / patient / "LCC.png" for patient in ("sound", "white")]
    for path, levels in zip(paths, (0, 120), strict=True):
        path.parent.mkdir()
        cv2.imwrite(str(path), cv2.add(breast_picture(), levels))
    rows = run([PictureSet("drawn", tuple(paths), PITCH_MM)], tmp_path / "rows")
    assert [row.fault for row in rows] == [AS_IT_IS, AS_IT_IS]
    assert "grey-levels-clipped" in rows[1].codes
    assert "grey-levels-clipped" not in rows[0].codes


def test_the_page_has_every_notice_and_every_fault() -> None:
    page = (DOCS / "validation_quality.md").read_text(encoding="utf-8")
    assert {code for code in QUALITY_CODES if f"\n| `{code}` | " not in page} == set()
    rows = {f"\n| `{fault.kind.code}` | {fault.strength} | " for fault in FAULTS.values()}
    assert {row for row in rows if row not in page} == set()
