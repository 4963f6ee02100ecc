"""Drawings of people become bands by Guo's rule."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.errors import UsageError
from shared_core.training.data.annotations import AnnotatedViews, join_drawings
from shared_core.training.data.drawings import DrawnImage, drawn_band
from shared_core.training.data.label_studio import brushed, read_label_studio
from shared_core.training.data.mdai import read_mdai
from tests.training.data.small import COARSE_CARD, breast_picture, write_png

UID = "1.2.826.0.1.3680043.8.498.1"
MM = 0.1


def _line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, float)


def _parts(band: np.ndarray) -> int:
    return cv2.connectedComponents(band.view(np.uint8))[0] - 1


def test_a_line_becomes_a_band_of_the_stated_width() -> None:
    drawn = DrawnImage("a", None, lines=(_line((100, 50), (100, 350)),))
    band = drawn_band(drawn, (200, 400), spacing_mm=MM, width_mm=2.0)
    assert band[:, 200].sum() == pytest.approx(20, abs=1)
    assert band.any(axis=0).sum() == pytest.approx(300 + 20, abs=2)


@pytest.mark.parametrize(("gap_mm", "parts"), [(9.0, 1), (9.9, 1), (10.2, 2), (15.0, 2)])
def test_gaps_of_less_than_a_centimetre_in_one_vessel_are_closed(gap_mm: float, parts: int) -> None:
    gap = gap_mm / MM
    drawn = DrawnImage("a", None, lines=(_line((50, 20), (50, 200)), _line((50, 200 + gap), (50, 600))))
    assert _parts(drawn_band(drawn, (100, 700), spacing_mm=MM)) == parts


def test_vessels_side_by_side_stay_apart() -> None:
    drawn = DrawnImage("a", None, lines=(_line((50, 20), (50, 200)), _line((90, 20), (90, 200))))
    assert _parts(drawn_band(drawn, (150, 300), spacing_mm=MM)) == 2


def test_an_area_is_followed_along_its_middle() -> None:
    area = _line((80, 50), (120, 50), (120, 450), (80, 450))
    band = drawn_band(DrawnImage("a", None, areas=(area,)), (200, 500), spacing_mm=MM, width_mm=2.0)
    assert _parts(band) == 1
    rows = np.flatnonzero(band[:, 250])
    assert rows.mean() == pytest.approx(100, abs=1.5)
    assert len(rows) == pytest.approx(20, abs=1)


def _mdai(mode: str, data: object, *, shape: tuple[int, int] = (600, 400)) -> dict[str, object]:
    label = {"id": "L_1", "name": "BAC", "annotationMode": mode, "scope": "INSTANCE", "type": "LOCAL"}
    other = {"id": "L_2", "name": "mass", "annotationMode": "bbox", "scope": "INSTANCE", "type": "LOCAL"}
    drawn = {"id": "A_1", "labelId": "L_1", "SOPInstanceUID": UID, "data": data}
    drawn |= {"height": shape[0], "width": shape[1], "StudyInstanceUID": "1", "SeriesInstanceUID": "2"}
    box = {**drawn, "id": "A_2", "labelId": "L_2", "data": {"x": 1, "y": 1, "width": 5, "height": 5}}
    return {
        "labelGroups": [{"id": "G_1", "name": "all", "labels": [label, other]}],
        "datasets": [{"id": "D_1", "name": "d", "studies": [], "annotations": [drawn, box]}],
    }


def _written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(content))
    return path


def test_md_ai_lines_masks_and_free_forms_are_read(tmp_path: Path) -> None:
    line = _mdai("line", {"vertices": [[10, 20], [300, 20]]})
    (drawn,) = read_mdai(_written(tmp_path, line))
    assert drawn.key == UID
    assert drawn.shape == (600, 400)
    assert drawn.lines[0].tolist() == [[20, 10], [20, 300]]
    square = [[10, 10], [60, 10], [60, 60], [10, 60]]
    (drawn,) = read_mdai(_written(tmp_path, _mdai("freeform", {"vertices": square})))
    assert len(drawn.areas) == 1
    rubbed = [[30, 30], [60, 30], [60, 60], [30, 60]]
    (drawn,) = read_mdai(_written(tmp_path, _mdai("mask", {"foreground": [square], "background": [rubbed]})))
    assert drawn.brushed is not None
    assert drawn.brushed[20, 20]
    assert not drawn.brushed[45, 45]


def test_md_ai_labels_are_chosen_by_name(tmp_path: Path) -> None:
    path = _written(tmp_path, _mdai("line", {"vertices": [[10, 20], [300, 20]]}))
    (drawn,) = read_mdai(path, labels=("mass",))
    assert not drawn.lines
    with pytest.raises(UsageError, match=r"no label 'vein'.*BAC"):
        read_mdai(path, labels=("vein",))


def test_files_that_are_no_export_are_refused(tmp_path: Path) -> None:
    for read in (read_mdai, read_label_studio):
        with pytest.raises(UsageError, match="not a JSON export"):
            read(_written(tmp_path, {"a": 1}))
        (tmp_path / "text.json").write_text("{")
        with pytest.raises(UsageError, match="not a JSON export"):
            read(tmp_path / "text.json")
        with pytest.raises(UsageError, match="check the path"):
            read(tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"at `\$.datasets\[0\].annotations\[0\]"):
        read_mdai(_written(tmp_path, _mdai("line", {"vertices": "?"})))


def _task(kind: str, value: dict[str, object], **more: object) -> dict[str, object]:
    shape = {"type": kind, "original_width": 400, "original_height": 600, "image_rotation": 0}
    shape |= {"value": {**value, kind: ["BAC"]}, **more}
    return {
        "id": 1,
        "data": {"image": "/data/upload/3/0a1b2c3d-LCC.png", "note": "left"},
        "annotations": [{"id": 1, "was_cancelled": False, "result": [shape]}],
    }


def test_label_studio_vectors_and_polygons_are_read(tmp_path: Path) -> None:
    vertices = [{"x": 25.0, "y": 10.0, "prevPointId": None}, {"x": 75.0, "y": 50.0}]
    task = _task("vectorlabels", {"vertices": vertices, "closed": False})
    (drawn,) = read_label_studio(_written(tmp_path, [task]))
    assert drawn.key == "LCC.png"
    assert drawn.lines[0].tolist() == [[60, 100], [300, 300]]
    polygon = _task("polygonlabels", {"points": [[0, 0], [50, 0], [50, 50]], "closed": True})
    (drawn,) = read_label_studio(_written(tmp_path, [polygon]))
    assert drawn.areas[0].tolist() == [[0, 0], [0, 200], [300, 200]]
    (nothing,) = read_label_studio(_written(tmp_path, [polygon]), labels=("vein",))
    assert not nothing.areas


def test_label_studio_names_come_from_any_address(tmp_path: Path) -> None:
    task = _task("polygonlabels", {"points": [[0, 0], [50, 0], [50, 50]]})
    for address, name in (
        ("/data/local-files/?d=anna/LCC%201.png", "LCC 1.png"),
        ("s3://bucket/a/0a1b2c3d-LCC.png", "0a1b2c3d-LCC.png"),
        ("https://host/data/upload/1/deadbeef-R.dcm", "R.dcm"),
    ):
        task["data"] = {"image": address}
        assert read_label_studio(_written(tmp_path, [task]))[0].key == name
    task["data"] = {"one": "a.png", "two": "b.png"}
    with pytest.raises(UsageError, match="cannot tell which"):
        read_label_studio(_written(tmp_path, [task]))
    assert read_label_studio(_written(tmp_path, [task]), image_key="two")[0].key == "b.png"


def test_what_label_studio_would_show_otherwise_is_refused(tmp_path: Path) -> None:
    value = {"points": [[0, 0], [50, 0], [50, 50]]}
    with pytest.raises(UsageError, match="not as Label Studio exports"):
        read_label_studio(_written(tmp_path, [_task("polygonlabels", value, image_rotation=90)]))
    twice = _task("polygonlabels", value)
    twice["annotations"] *= 2  # type: ignore[operator]
    with pytest.raises(UsageError, match="2 annotations"):
        read_label_studio(_written(tmp_path, [twice]))


def _packed(values: np.ndarray, runs: list[bool]) -> list[int]:
    """Pack values in blocks of at most 16; `runs` says which may be stored as repetitions."""
    bits = f"{len(values):032b}" + f"{8 - 1:05b}" + "".join(f"{size - 1:04b}" for size in (4, 8, 4, 4))
    place, block = 0, 0
    while place < len(values):
        end = min(place + 16, len(values))
        if runs[block % len(runs)]:
            same = np.flatnonzero(values[place:end] != values[place])
            end = place + int(same[0]) if len(same) else end
            bits += "1" + "01" + f"{end - place - 1:08b}" + f"{values[place]:08b}"
        else:
            bits += "0" + "00" + f"{end - place - 1:04b}" + "".join(f"{one:08b}" for one in values[place:end])
        place, block = end, block + 1
    bits += "0" * (-len(bits) % 8)
    return [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]


@settings(max_examples=25)
@given(mask=st.lists(st.booleans(), min_size=12, max_size=12), runs=st.lists(st.booleans(), min_size=1))
def test_brush_strokes_are_unpacked(mask: list[bool], runs: list[bool]) -> None:
    rgba = np.zeros((3, 4, 4), np.uint8)
    rgba[..., 3] = np.reshape(mask, (3, 4)) * 255
    rgba[..., 0] = 7
    found = brushed(_packed(rgba.ravel(), runs), (3, 4))
    assert np.array_equal(found, np.reshape(mask, (3, 4)))


def test_drawings_find_their_images_and_become_views(tmp_path: Path) -> None:
    image = write_png(tmp_path / "images" / "LCC.png", breast_picture())
    vertices = [{"x": 20, "y": 50}, {"x": 50, "y": 50}]
    export = _written(tmp_path, [_task("vectorlabels", {"vertices": vertices, "closed": False})])
    joined = join_drawings(read_label_studio(export), tmp_path / "images")
    views = AnnotatedViews(joined, spacing_mm=0.28, card=COARSE_CARD)
    assert joined[0].path == image
    view = views.load(0)
    assert view.identity.origin == "annotation"
    assert view.label[300, 100]
    assert view.label[:, 140].sum() == pytest.approx(1.9 / 0.28, abs=1.5)
    write_png(tmp_path / "images" / "again" / "LCC.png", breast_picture())
    with pytest.raises(UsageError, match=r"2 images LCC\.png"):
        join_drawings(read_label_studio(export), tmp_path / "images")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.png").write_text("no picture")
    with pytest.raises(UsageError, match="no image"):
        join_drawings(read_label_studio(export), tmp_path / "other")
    with pytest.raises(UsageError, match="no folder"):
        join_drawings(read_label_studio(export), tmp_path / "none")


def test_a_drawing_on_another_size_is_refused(tmp_path: Path) -> None:
    write_png(tmp_path / "LCC.png", breast_picture((500, 400)))
    drawn = DrawnImage("LCC.png", (600, 400))
    with pytest.raises(UsageError, match="same images"):
        join_drawings((drawn,), tmp_path)
